import assert from 'node:assert/strict';
import { FloatMatrix, ParameterError, SamplingRateError, tf, Vocos } from 'onpa';
import { seededWeights } from 'onpa/dist/doctor/seeded-weights.js';
import { fixture } from '../fixtures.js';
import { checkpoint, largestDifference, melLike, relativeDifference, soundOf } from './models.js';

interface Case {
  samples: number;
  random: number[];
  batch: number[];
  loss: number;
}

const reference = fixture<Case>('vocoder/vocos');
const wide = fixture<{ mel: number[] }>('vocoder/vocos');

/** Of samples and logarithms, absolute. */
const TOLERANCE = 1e-5;

for (const name of ['vocos-center', 'vocos-same']) {
  describe(`Vocos of ${name}, beside the package vocos`, () => {
    const { samples, random, batch, loss } = reference.cases[name];
    const expected = (key: string) => reference.tensor(`${name}/${key}`, 'F32');
    let vocos: Vocos;
    before(async () => {
      vocos = await Vocos.fromPretrained(checkpoint(name));
    });
    after(() => vocos.dispose());

    it('has its mel spectrogram', () => {
      const mel = vocos.melSpectrogram(soundOf(samples, vocos.sampleRate));
      const { shape, data } = expected('mel');
      assert.deepEqual([mel.rows, mel.columns], shape);
      assert.ok(largestDifference(mel.data, data) <= TOLERANCE);
    });

    it('makes the same samples of a mel spectrogram', () => {
      const [rows, columns] = expected('mel').shape;
      const mel = new FloatMatrix(rows, columns, expected('mel').data);
      const { samples, sampleRate } = vocos.decode(mel);
      assert.equal(sampleRate, vocos.config.featureExtractor.sampleRate);
      assert.ok(largestDifference(samples, expected('decoded').data) <= TOLERANCE);
    });

    it('makes the same samples of seven frames', () => {
      const { samples } = vocos.decode(melLike(`${name}/mel`, random));
      assert.ok(largestDifference(samples, expected('random').data) <= TOLERANCE);
    });

    it('has the same magnitudes, phases and gradients for a batch', () => {
      const numbers = melLike(`${name}/batch`, batch).data;
      tf.tidy(() => {
        const mel = tf.tensor3d(numbers, batch as [number, number, number]);
        const { magnitude, phase } = vocos.magnitudeAndPhase(mel);
        assert.deepEqual(magnitude.shape, expected('magnitude').shape);
        assert.ok(relativeDifference(magnitude.dataSync(), expected('magnitude').data) <= TOLERANCE);
        assert.ok(relativeDifference(phase.dataSync(), expected('phase').data) <= TOLERANCE);
        const lossOf = () => {
          const { magnitude, phase } = vocos.magnitudeAndPhase(mel);
          return tf.add(tf.mean(tf.square(magnitude)), tf.mean(tf.sin(phase))).asScalar();
        };
        const { value, grads } = tf.variableGrads(lossOf, [...vocos.parameters.values()]);
        assert.ok(Math.abs(value.dataSync()[0] - loss) <= TOLERANCE * loss);
        for (const [parameter, variable] of vocos.parameters) {
          const { shape, data } = expected(`gradient/${parameter}`);
          const gradient = grads[variable.name];
          assert.deepEqual(gradient.shape, shape, parameter);
          assert.ok(relativeDifference(gradient.dataSync(), data) <= TOLERANCE, parameter);
        }
      });
    });

    it('gives the spectrogram that it inverts', () => {
      const [, bands, frames] = batch;
      const numbers = melLike(`${name}/batch`, batch).data.subarray(0, bands * frames);
      const spectrogram = vocos.spectrogram(new FloatMatrix(bands, frames, numbers));
      const first = (key: string) => expected(key).data.subarray(0, spectrogram.rows * frames);
      assert.ok(relativeDifference(spectrogram.magnitude().data, first('magnitude')) <= TOLERANCE);
      const turns = spectrogram.phase().data.map((angle, i) => Math.sin((angle - first('phase')[i]) / 2));
      assert.ok(turns.every((turn) => Math.abs(turn) <= TOLERANCE));
    });

    it('leaves no tensors behind', () => {
      const { numTensors } = tf.memory();
      const heard = vocos.melSpectrogram(soundOf(samples, vocos.sampleRate));
      vocos.decode(heard);
      vocos.spectrogram(heard);
      const mel = tf.zeros([1, vocos.config.backbone.inputChannels, 5]) as tf.Tensor3D;
      tf.dispose(vocos.magnitudeAndPhase(mel));
      mel.dispose();
      assert.equal(tf.memory().numTensors, numTensors);
    });

    it('makes the same of a long mel spectrogram in pieces as of its parts', () => {
      const bands = vocos.config.backbone.inputChannels;
      const [length, from, to] = [4500, 2000, 2100];
      const mel = melLike('long', [bands, length]);
      const { samples } = vocos.decode(mel);
      // Frames around the first seam by themselves: the outer ones lack neighbours.
      const part = new FloatMatrix(bands, to - from);
      for (let band = 0; band < bands; band++) {
        part.data.set(mel.data.subarray(band * length + from, band * length + to), band * (to - from));
      }
      const { hopLength } = vocos.config.head;
      const [first, end] = [20 * hopLength, 80 * hopLength];
      const inPart = vocos.decode(part).samples.subarray(first, end);
      const start = from * hopLength;
      assert.ok(largestDifference(samples.subarray(start + first, start + end), inPart) <= TOLERANCE);
    });
  });
}

describe('Vocos', () => {
  it('makes the same samples at the width of the public checkpoints', () => {
    const { vocos, mel } = wideModel();
    const { samples } = vocos.decode(mel);
    vocos.dispose();
    assert.ok(largestDifference(samples, wide.tensor('wide/decoded', 'F32').data) <= TOLERANCE);
  });

  it('draws the same weights for the same seed, of the sizes that were asked for', () => {
    const options = { backbone: { dim: 8, intermediateDim: 12, numLayers: 2 }, head: { nFft: 64, hopLength: 16 } };
    const [a, b, c] = [0, 0, 1].map((seed) => Vocos.fromConfig(options, { seed }));
    const weights = (vocos: Vocos) => Array.from(vocos.parameters.get('head.out.weight')!.dataSync());
    assert.deepEqual(weights(a), weights(b));
    assert.notDeepEqual(weights(a), weights(c));
    assert.deepEqual(a.parameters.get('backbone.convnext.1.pwconv1.weight')!.shape, [12, 8]);
    assert.equal(weights(a).length, 66 * 8);
    assert.deepEqual(Array.from(a.parameters.get('backbone.convnext.0.gamma')!.dataSync()), Array(8).fill(0.5));
    for (const vocos of [a, b, c]) vocos.dispose();
  });

  it('names a field that there is not, and the one that was meant', () => {
    const pythons = { featureExtractor: { sample_rate: 16000 } } as object;
    assert.throws(() => Vocos.fromConfig(pythons), /featureExtractor has no field sample_rate; give sampleRate/);
    const misspelt = { head: { hop: 16 } } as object;
    assert.throws(() => Vocos.fromConfig(misspelt), /head has no field hop; give one of dim, nFft, hopLength, padding/);
    assert.throws(() => Vocos.fromConfig({ feature_extractor: {} } as object), /give featureExtractor/);
  });

  it('learns, and decodes with what it has learnt', () => {
    const frames = { nFft: 64, hopLength: 16 };
    const vocos = Vocos.fromConfig(
      { featureExtractor: { nMels: 4, ...frames }, backbone: { dim: 8, intermediateDim: 16, numLayers: 1 } },
      { seed: 0 },
    );
    const mel = melLike('train', [4, 12]);
    const optimizer = tf.train.sgd(0.1);
    const before = vocos.decode(mel).samples;
    const [first, last] = tf.tidy(() => {
      const input = tf.tensor3d(mel.data, [1, 4, 12]);
      const losses = Array.from({ length: 20 }, () => {
        const lossOf = () => tf.mean(tf.square(vocos.magnitudeAndPhase(input).magnitude)) as tf.Scalar;
        return optimizer.minimize(lossOf, true, [...vocos.parameters.values()])!.dataSync()[0];
      });
      return [losses[0], losses[19]];
    });
    assert.ok(last < 0.7 * first, `${first} → ${last}`);
    const energy = (samples: Float32Array) => samples.reduce((sum, x) => sum + x * x, 0);
    assert.ok(energy(vocos.decode(mel).samples) < energy(before));
    optimizer.dispose();
    vocos.dispose();
  });

  it('refuses sizes that make no model', () => {
    assert.throws(() => Vocos.fromConfig({ backbone: { dim: 0 } }), /backbone.dim is 0; it must be a whole number/);
    assert.throws(() => Vocos.fromConfig({ head: { nFft: 63 } }), /head.nFft is 63; it must be an even number/);
    assert.throws(
      () => Vocos.fromConfig({ featureExtractor: { hopLength: 1024 } }),
      /featureExtractor.hopLength is 1024; it must be less than featureExtractor.nFft, 1024/,
    );
    assert.throws(
      () => Vocos.fromConfig({ featureExtractor: { fMin: 20, fMax: 10 } }),
      /featureExtractor.fMax is 10; it must be above 20 Hz/,
    );
  });

  it('says what is wrong with a mel spectrogram or a sound', async () => {
    const vocos = await Vocos.fromPretrained(checkpoint('vocos-same'));
    const sound = soundOf(1000, 22050);
    const wrong: [() => unknown, RegExp][] = [
      [() => vocos.decode(new FloatMatrix(12, 4)), /mel has 12 bands; this vocoder takes 10/],
      [() => vocos.decode(new FloatMatrix(10, 0)), /mel has no frames/],
      [() => vocos.decode(sound as never), /mel is a waveform; give a matrix of real numbers/],
      [() => vocos.melSpectrogram({ ...sound, samples: new Float32Array(0) }), /waveform is empty/],
      [() => vocos.melSpectrogram({ ...sound, samples: new Float32Array(20) }), /has 20 samples; give 64 at least/],
      [() => vocos.melSpectrogram({ ...sound, samples: Float32Array.of(0, Number.NaN) }), /samples\[1\] is NaN/],
      [
        () => tf.tidy(() => vocos.magnitudeAndPhase(tf.zeros([1, 9, 3]))),
        /mel is \[1, 9, 3\]; give \[batch, 10, frames\]/,
      ],
    ];
    const mel = new FloatMatrix(10, 3);
    mel.set(7, 2, Number.NaN);
    wrong.push([() => vocos.decode(mel), /mel is NaN in band 7, frame 2/]);
    for (const [call, message] of wrong) {
      assert.throws(
        call,
        (error: Error) => error instanceof ParameterError && message.test(error.message),
        String(message),
      );
    }
    assert.throws(
      () => vocos.melSpectrogram({ ...sound, sampleRate: 16000 }),
      (error: Error) =>
        error instanceof SamplingRateError && /resample\(samples, \{ from: 16000, to: 22050 \}\)/.test(error.message),
    );
    vocos.dispose();
    const centred = await Vocos.fromPretrained(checkpoint('vocos-center'));
    assert.throws(() => centred.decode(new FloatMatrix(12, 1)), /mel has 1 frame; with centred frames give two/);
    centred.dispose();
  });
});

/** A model with the sizes of charactr/vocos-mel-24khz and seeded weights, and what it is given. */
function wideModel(): { vocos: Vocos; mel: FloatMatrix } {
  const vocos = Vocos.fromConfig({}, { seed: 0 });
  for (const [name, variable] of vocos.parameters) {
    tf.tidy(() => variable.assign(tf.tensor(seededWeights(name, variable.shape), variable.shape)));
  }
  return { vocos, mel: melLike('wide/mel', wide.cases.wide.mel) };
}
