import assert from 'node:assert/strict';
import { type HubertForSequenceClassification, Trainer, tf } from 'onpa';
import { seededAudio } from 'onpa/dist/doctor/seeded-weights.js';
import { relativeError } from '../fixtures.js';
import { examples, extractor, tinyModel } from '../training/tiny.js';
import { classifierOf, forward, inTemporaryFolder } from './models.js';

const RANDOM = {
  ...{ hidden_dropout: 0.2, activation_dropout: 0.2, attention_dropout: 0.2, feat_proj_dropout: 0.1, layerdrop: 0.3 },
  ...{ apply_spec_augment: true, mask_time_prob: 0.3, mask_time_length: 2 },
};
/** Of different lengths, padded. */
const inputValues = Array.from({ length: 3 }, (_, i) => seededAudio(i, 16000));
const attentionMask = inputValues.map(({ length }, i) =>
  Int32Array.from({ length }, (_, t) => +(t < length / (i + 1))),
);
const input = { inputValues, attentionMask, labels: [3, 0, 4] };

/** The largest number of bytes that TensorFlow.js holds while it takes a gradient. */
function peakBytes(model: HubertForSequenceClassification): number {
  const engine = tf.engine();
  let peak = 0;
  const original = engine.runKernel.bind(engine);
  engine.runKernel = ((...args: Parameters<typeof original>) => {
    const result = original(...args);
    peak = Math.max(peak, tf.memory().numBytes);
    return result;
  }) as typeof original;
  try {
    tf.tidy(() => void model.lossAndGradients(input));
  } finally {
    engine.runKernel = original;
  }
  return peak;
}

for (const kind of ['group', 'layer', 'wav2vec2-stable']) {
  describe(`Activation checkpointing, of the tiny model '${kind}'`, () => {
    let model: HubertForSequenceClassification;
    before(async () => {
      const { config, tensors } = forward.cases[kind];
      // A sum over layers has a weight for each.
      const drop = config.use_weighted_layer_sum ? { layerdrop: 0 } : {};
      model = await classifierOf({ config: { ...config, ...RANDOM, ...drop }, tensors });
    });
    after(() => model.dispose());

    for (let seed = 0; seed < 6; seed++) {
      it(`gives the same loss and gradients from the seed ${seed}, and leaves no tensor behind`, () => {
        const before = tf.memory().numTensors;
        tf.tidy(() => {
          model.activationCheckpointingDisable();
          const expected = model.train({ seed }).lossAndGradients(input);
          model.activationCheckpointingEnable();
          const found = model.train({ seed }).lossAndGradients(input);
          assert.ok(relativeError(found.loss.dataSync(), expected.loss.dataSync()) <= 1e-6);
          assert.deepEqual(Object.keys(found.gradients), Object.keys(expected.gradients));
          for (const [name, gradient] of Object.entries(expected.gradients)) {
            // Its gradient is 0 but for rounding.
            if (name.endsWith('k_proj.bias')) continue;
            assert.ok(relativeError(found.gradients[name].dataSync(), gradient.dataSync()) <= 1e-4, name);
          }
        });
        assert.equal(tf.memory().numTensors, before);
      });
    }
  });
}

describe('A training with activationCheckpointing', () => {
  it('learns the same, by either of its names', () =>
    inTemporaryFolder(async (outputDir) => {
      const trained = async (args: object) => {
        const model = await tinyModel();
        const trainer = new Trainer({
          model,
          args: {
            outputDir,
            maxSteps: 3,
            loggingSteps: 1,
            saveStrategy: 'no',
            reportTo: 'none',
            disableTqdm: true,
            ...args,
          },
          trainDataset: examples([2400, 3100, 2700, 3500], 0),
          featureExtractor: extractor(),
        });
        await trainer.train();
        model.dispose();
        return trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);
      };
      const plain = await trained({});
      assert.equal(plain.length, 3);
      for (const name of ['activationCheckpointing', 'gradientCheckpointing']) {
        assert.ok(relativeError(await trained({ [name]: true }), plain) <= 1e-4, name);
      }
    }));

  it('holds less memory for a gradient', async () => {
    const model = await tinyModel();
    // In so small a model most would be the feature encoder's.
    model.freezeFeatureEncoder();
    const whole = peakBytes(model);
    model.activationCheckpointingEnable();
    const less = peakBytes(model);
    assert.ok(less < whole, `${less} bytes and ${whole}`);
    model.dispose();
  });

  it('is refused for a model that cannot', async () => {
    const model = await tinyModel();
    const other = Object.assign(Object.create(model), { activationCheckpointingEnable: undefined });
    assert.throws(
      () => new Trainer({ model: other, args: { activationCheckpointing: true } }),
      /the model has no activationCheckpointingEnable/,
    );
    model.dispose();
  });
});
