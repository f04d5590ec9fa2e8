import assert from 'node:assert/strict';
import { AutoModel, FloatMatrix, layerFeatures, mfccFeatures, ParameterError, tf } from 'onpa';
import { fixture } from '../fixtures.js';

const { cases, tensor } = fixture<{ sampleRate: number }>('pretraining/labels');

const samplesOf = (name: string): Float32Array =>
  Float32Array.from(tensor(`${name}/samples`, 'I16').data, (sample) => sample / 32768);

describe('mfccFeatures', () => {
  for (const [name, { sampleRate }] of Object.entries(cases)) {
    it(`gives what torchaudio gives for fairseq: ${name}`, () => {
      const { shape, data } = tensor(`${name}/features`, 'F32');
      const found = mfccFeatures({ samples: samplesOf(name), sampleRate });
      assert.deepEqual([found.rows, found.columns], shape);
      const off = found.data.reduce((most, x, i) => Math.max(most, Math.abs(x - data[i])), 0);
      assert.ok(off <= 2e-3, `off by ${off} of up to ${data.reduce((most, x) => Math.max(most, Math.abs(x)), 0)}`);
    });
  }

  it('gives two frames for each of the model, the first of which begins with it', () => {
    const samples = Float32Array.from({ length: 16000 }, (_, t) => (t < 3200 ? 0 : Math.sin(t)));
    const frames = mfccFeatures({ samples, sampleRate: 16000 });
    assert.equal(frames.rows, 98);
    // Frame 10 of the model is samples 3200 to 3599, frame 20 of these.
    const levels = [17, 20].map((t) => Math.abs(frames.get(t, 1)));
    assert.ok(levels[0] < 1e-9 && levels[1] > 10, `${levels}`);
  });

  it('refuses less than 25 ms, and says how much it needs', () => {
    const waveform = { samples: new Float32Array(399), sampleRate: 16000 };
    assert.throws(
      () => mfccFeatures(waveform),
      (error) => error instanceof ParameterError && error.message.includes('399 samples; a frame of 25 ms needs 400'),
    );
  });
});

describe('layerFeatures', () => {
  it('gives what a layer gives, frame by frame, and leaves no tensors behind', async () => {
    const model = await AutoModel.fromPretrained('onpa:models/mini-hubert');
    const samples = Float32Array.from({ length: 8000 }, (_, t) => Math.sin(t / 9));
    const count = tf.memory().numTensors;
    const found = layerFeatures(model, samples, 1);
    assert.equal(tf.memory().numTensors, count);
    assert.ok(found instanceof FloatMatrix);
    tf.tidy(() => {
      const { hiddenStates } = model.forward({ inputValues: [samples] }, { outputHiddenStates: true });
      assert.deepEqual([found.rows, found.columns], hiddenStates![1].shape.slice(1));
      assert.deepEqual(found.data, hiddenStates![1].dataSync());
    });
    assert.throws(() => layerFeatures(model, samples, 3), /layer is 3; the model has layers 1 to 2/);
    model.dispose();
  });
});
