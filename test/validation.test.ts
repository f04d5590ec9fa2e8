import assert from 'node:assert/strict';
import { ParameterError, tf, Wav2Vec2FeatureExtractor } from 'onpa';
import { firstNotFinite, noteFinite, requireInteger } from 'onpa/dist/validation.js';
import { classifierOf, forward } from './hubert/models.js';

describe('What is no whole number', () => {
  const circle: unknown[] = [1];
  circle.push(circle);
  const cases: [value: unknown, told: string][] = [
    [0.5, '0.5'],
    ['3', "'3'"],
    [null, 'null'],
    [{ toString: 1, deep: { deeper: { deepest: 1 } } }, '{ toString: 1, deep: { deeper: [Object] } }'],
    [[16, ['a', null]], "[ 16, [ 'a', null ] ]"],
    [circle, '[ 1, [ 1, [Array] ] ]'],
    [new Float32Array(3), 'a Float32Array of 3'],
    [Array(1e6).fill(7), `[ ${'7, '.repeat(20)}… ]`],
  ];
  for (const [value, told] of cases) {
    it(`is told as ${told}`, () => {
      assert.throws(() => requireInteger('n', value as number), {
        message: `n is ${told}; give a whole number of at least 1`,
      });
    });
  }
});

describe('Samples that must be finite', () => {
  it('are looked at, and the first that is not is found', () => {
    assert.equal(firstNotFinite(Float32Array.of(1, 2, 3)), -1);
    assert.equal(firstNotFinite(Float32Array.of(1, Number.NaN, Infinity)), 1);
    assert.equal(firstNotFinite(Float32Array.of(-Infinity)), 0);
  });

  it('are not looked at again where they were noted', () => {
    const known = noteFinite(new Float32Array(3));
    known[1] = Number.NaN;
    assert.equal(firstNotFinite(known), -1);
    assert.equal(firstNotFinite(known.slice()), 1);
  });

  it("are looked at by the model where the feature extractor's batch may have been written into", async () => {
    const model = await classifierOf(forward.cases.group);
    const batch = new Wav2Vec2FeatureExtractor()(new Float32Array(8000).fill(0.5), { samplingRate: 16000 });
    tf.tidy(() => model.forward(batch));
    batch.inputValues[0][17] = Number.NaN;
    assert.throws(
      () => model.forward(batch),
      (error) => error instanceof ParameterError && error.message.startsWith('inputValues[0] has NaN at sample 17'),
    );
    model.dispose();
  });
});
