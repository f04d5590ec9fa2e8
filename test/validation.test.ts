import assert from 'node:assert/strict';
import { Wav2Vec2FeatureExtractor } from 'onpa';
import { firstNotFinite, noteFinite } from 'onpa/dist/validation.js';

describe('Samples that must be finite', () => {
  it('are looked at, and the first that is not is found', () => {
    assert.equal(firstNotFinite(Float32Array.of(1, 2, 3)), -1);
    assert.equal(firstNotFinite(Float32Array.of(1, Number.NaN, Infinity)), 1);
    assert.equal(firstNotFinite(Float32Array.of(-Infinity)), 0);
  });

  it('are not looked at again once they are known', () => {
    const known = noteFinite(new Float32Array(3));
    known[1] = Number.NaN;
    assert.equal(firstNotFinite(known), -1);
    assert.equal(firstNotFinite(known.slice()), 1);
  });

  it("are known where the feature extractor made them, and not where they are the caller's own", () => {
    const own = Float32Array.of(1, 2, 3);
    const [prepared] = new Wav2Vec2FeatureExtractor({ doNormalize: false })(own, { samplingRate: 16000 }).inputValues;
    for (const samples of [own, prepared]) samples[2] = Infinity;
    assert.equal(firstNotFinite(own), 2);
    assert.equal(firstNotFinite(prepared), -1);
  });
});
