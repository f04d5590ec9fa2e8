import assert from 'node:assert/strict';
import { type HubertForSequenceClassification, type LossOptions, tf } from 'onpa';
import { seededAudio } from 'onpa/dist/doctor/seeded-weights.js';
import { classTargets, crossEntropy } from 'onpa/dist/tensor/cross-entropy.js';
import { relativeError } from '../fixtures.js';
import { classifierOf, forward } from './models.js';

/** Three clips of 32 s, each of which is a part of its own. */
const inputValues = Array.from({ length: 3 }, (_, i) => seededAudio(i, 16000 * 32));
const labels = [3, -100, 4];
const mixed = { labels: [1, 2, 3], shares: [0.25, 0, 0.75] };
const classWeights = [0.5, 2, 1, 0.25, 3];

describe('lossAndGradients of a batch that goes through in parts', () => {
  const DROPOUT = { hidden_dropout: 0.2, activation_dropout: 0.2, attention_dropout: 0.2, layerdrop: 0.3 };
  let model: HubertForSequenceClassification;
  let random: HubertForSequenceClassification;
  before(async () => {
    const { config, tensors } = forward.cases.group;
    model = await classifierOf({ config, tensors });
    random = await classifierOf({ config: { ...config, ...DROPOUT }, tensors });
  });
  after(() => {
    model.dispose();
    random.dispose();
  });

  const choices: Record<string, { loss?: LossOptions; mixed?: typeof mixed }> = {
    'label smoothing and class weights': { loss: { labelSmoothing: 0.2, classWeights } },
    'a divisor of more than the batch': { loss: { labelSmoothing: 0.2, divisor: 7 } },
    'mixed labels': { mixed },
    'mixed labels with weights': { mixed, loss: { classWeights } },
    'a loss of all rows together': { loss: { compute: (logits) => tf.moments(logits).variance as tf.Scalar } },
  };
  for (const [name, choice] of Object.entries(choices)) {
    it(`is that of the whole batch, with ${name}, and leaves no tensor behind`, () => {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const input = { inputValues, labels, ...choice };
        const found = model.lossAndGradients(input);
        const { value, grads } = tf.variableGrads(() => model.forward(input).loss!);
        assert.ok(relativeError(found.loss.dataSync(), value.dataSync()) <= 1e-5);
        const names = ['classifier.weight', 'hubert.encoder.layers.0.attention.v_proj.weight'];
        for (const parameter of names) {
          const expected = grads[model.parameters.get(parameter)!.name].dataSync();
          assert.ok(relativeError(found.gradients[parameter].dataSync(), expected) <= 1e-4, parameter);
        }
      });
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it('is the same from the same seed, whether a function of the logits or the model says what the loss is', () => {
    const targets = classTargets({ labels }, 5);
    tf.tidy(() => {
      random.train({ seed: 4 });
      const expected = random.lossAndGradients({ inputValues, labels });
      random.train({ seed: 4 });
      const loss: LossOptions = { compute: (logits) => crossEntropy(logits, targets) };
      const found = random.lossAndGradients({ inputValues, labels, loss });
      assert.ok(relativeError(found.loss.dataSync(), expected.loss.dataSync()) <= 1e-5);
      assert.ok(relativeError(found.logits.dataSync(), expected.logits.dataSync()) <= 1e-6);
      assert.deepEqual(Object.keys(found.gradients), Object.keys(expected.gradients));
      for (const [name, gradient] of Object.entries(expected.gradients)) {
        if (name.endsWith('k_proj.bias')) continue;
        assert.ok(relativeError(found.gradients[name].dataSync(), gradient.dataSync()) <= 1e-3, name);
      }
    });
  });

  it('refuses shares and second classes that are none', () => {
    const bad = (second: Partial<typeof mixed>) => () =>
      model.lossAndGradients({ inputValues, labels, mixed: { ...mixed, ...second } });
    assert.throws(bad({ shares: [0, 1] }), /mixed.shares has 2 entries for 3 rows/);
    assert.throws(bad({ shares: [0, 1, 1.5] }), /mixed.shares\[2\] is 1.5/);
    assert.throws(bad({ labels: [0, 1, 5] }), /mixed.labels\[2\] is 5; give a whole number from 0 to 4/);
  });
});
