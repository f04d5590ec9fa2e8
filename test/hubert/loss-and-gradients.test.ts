import assert from 'node:assert/strict';
import { type ClassifierInput, type HubertForSequenceClassification, ParameterError, tf } from 'onpa';
import { seededAudio } from 'onpa/dist/doctor/seeded-weights.js';
import { ACTIVATIONS, type ActivationName } from 'onpa/dist/tensor/activation.js';
import { classifierOf, forward, inputOf } from './models.js';

const { runs } = forward.cases.group;
const labels = [3, 0, 4];

const peakOf = (tensor: tf.Tensor): number => tf.tidy(() => tf.max(tf.abs(tensor)).dataSync()[0]);

/** The largest difference between two tensors, over the largest number of the first, or over `least` if that is more. */
const difference = (expected: tf.Tensor, found: tf.Tensor, least = 0): number =>
  peakOf(tf.sub(found, expected)) / Math.max(peakOf(expected), least);

/** Clips of so many seconds at 16 kHz. */
const clips = (count: number, seconds: number) =>
  Array.from({ length: count }, (_, i) => seededAudio(i, 16000 * seconds));

/** Loss and gradients of the whole batch at once, by TensorFlow.js. */
function atOnce(model: HubertForSequenceClassification, input: ClassifierInput) {
  const variables = [...model.parameters.values()].filter(({ trainable }) => trainable);
  return tf.variableGrads(() => model.forward(input).loss!, variables);
}

/** @param begin - is called before each pass over the batch */
function assertSame(
  model: HubertForSequenceClassification,
  input: ClassifierInput & { labels: number[] },
  begin = () => {},
): void {
  tf.tidy(() => {
    begin();
    const { loss, logits, gradients } = model.lossAndGradients(input);
    begin();
    const { value, grads } = atOnce(model, input);
    begin();
    assert.ok(difference(value, loss) <= 1e-6);
    assert.ok(difference(model.forward(input).logits, logits) <= 1e-6);
    const expected = [...model.parameters].filter(([, { name }]) => grads[name]);
    assert.deepEqual(
      Object.keys(gradients),
      expected.map(([name]) => name),
    );
    // The gradient of the keys' bias is 0 but for rounding.
    const least = 0.01 * Math.max(...expected.map(([, { name }]) => peakOf(grads[name])));
    for (const [name, variable] of expected) {
      const off = difference(grads[variable.name], gradients[name], least);
      assert.ok(off <= 1e-4, `${name} is off by ${off}`);
    }
  });
}

describe('lossAndGradients', () => {
  let model: HubertForSequenceClassification;
  before(async () => {
    const { runs: _runs, ...plan } = forward.cases.group;
    model = await classifierOf(plan);
  });
  after(() => model.dispose());

  it('gives what the whole batch at once gives, where the batch goes through in parts', () => {
    const inputValues = clips(5, 20);
    const attentionMask = inputValues.map(({ length }, i) =>
      Int32Array.from({ length }, (_, t) => +(t < length / (i + 1))),
    );
    assertSame(model, { inputValues, attentionMask, labels: [3, -100, 4, 0, 1] });
  });

  describe('in training, on a batch that goes through in parts', () => {
    const inputValues = clips(3, 32);
    const attentionMask = inputValues.map(({ length }, i) =>
      Int32Array.from({ length }, (_, t) => +(t < length / (i + 1))),
    );
    let dropping: HubertForSequenceClassification;
    before(async () => {
      const { config, tensors } = forward.cases.group;
      const dropout = { hidden_dropout: 0, activation_dropout: 0, attention_dropout: 0, feat_proj_dropout: 0 };
      const masks = { apply_spec_augment: true, mask_time_prob: 0.3, mask_feature_prob: 0.3, mask_feature_length: 4 };
      dropping = await classifierOf({ config: { ...config, ...dropout, ...masks, layerdrop: 0.5 }, tensors });
    });
    after(() => dropping.dispose());

    for (let seed = 0; seed < 12; seed++) {
      it(`leaves out the same layers and masks the same spans in each part, with the seed ${seed}`, () => {
        assertSame(dropping, { inputValues, attentionMask, labels: [3, 0, 4] }, () => dropping.train({ seed }));
      });
    }
  });

  it('gives the slope of the loss where a clip is too long for its layers to be kept', () => {
    const input = { inputValues: clips(1, 66), labels: [2] };
    const name = 'hubert.feature_extractor.conv_layers.1.conv.weight';
    const weight = model.parameters.get(name)!;
    tf.tidy(() => {
      const gradient = model.lossAndGradients(input).gradients[name];
      const norm = tf.norm(gradient);
      const step = tf.mul(gradient, tf.div(0.02, norm));
      const original = tf.clone(weight);
      const lossAt = (sign: number) => {
        weight.assign(tf.add(original, tf.mul(step, sign)));
        return model.forward(input).loss!.dataSync()[0];
      };
      const slope = (lossAt(1) - lossAt(-1)) / 0.04;
      weight.assign(original);
      assert.ok(Math.abs(slope / norm.dataSync()[0] - 1) < 0.02, `${slope} beside ${norm.dataSync()[0]}`);
    });
  });

  it('goes on from kept features as from the waveforms, where the feature encoder is frozen', async () => {
    const { runs: _runs, ...plan } = forward.cases.group;
    const frozen = await classifierOf(plan);
    frozen.freezeFeatureEncoder();
    const sound = inputOf(runs['batch-masked']);
    tf.tidy(() => {
      const expected = frozen.lossAndGradients({ ...sound, labels });
      const kept = { extractFeatures: frozen.extractFeatures(sound), attentionMask: sound.attentionMask, labels };
      const found = frozen.lossAndGradients(kept);
      assert.equal(found.loss.dataSync()[0], expected.loss.dataSync()[0]);
      assert.ok(!Object.keys(found.gradients).some((name) => name.includes('feature_extractor')));
      for (const [name, gradient] of Object.entries(expected.gradients)) {
        assert.deepEqual(found.gradients[name].dataSync(), gradient.dataSync(), name);
      }
    });
    frozen.dispose();
  });

  it('leaves no tensors behind, from waveforms and from features', () => {
    const sound = inputOf(runs['batch-masked']);
    const features = model.extractFeatures(sound);
    const count = tf.memory().numTensors;
    for (const input of [sound, { extractFeatures: features, attentionMask: sound.attentionMask }]) {
      const { loss, logits, gradients } = model.lossAndGradients({ ...input, labels });
      tf.dispose([loss, logits, ...Object.values(gradients)]);
      assert.equal(tf.memory().numTensors, count);
    }
    features.dispose();
  });

  it('names the row and the sample of a number that is not finite', () => {
    const inputValues = clips(2, 1);
    inputValues[1][123] = Number.NaN;
    assert.throws(
      () => model.lossAndGradients({ inputValues, labels: [0, 1] }),
      (error) => error instanceof ParameterError && error.message.startsWith('inputValues[1] has NaN at sample 123'),
    );
  });

  it('says which shape features and their mask must have', () => {
    const features = tf.zeros([2, 49, 3]) as tf.Tensor3D;
    assert.throws(
      () => model.forward({ extractFeatures: features }),
      (error) => error instanceof ParameterError && error.message.includes('[2,49,3]'),
    );
    features.dispose();
  });
});

describe('Activations of large tensors, which are compiled', () => {
  for (const name of Object.keys(ACTIVATIONS) as ActivationName[]) {
    it(`${name}: value and gradient are those of the operations one by one`, () => {
      tf.tidy(() => {
        const { curve, before, after, inTraining } = ACTIVATIONS[name];
        const small = tf.linspace(-6, 6, 4096);
        const large = tf.tile(small, [128]);
        const plain = (x: tf.Tensor) => tf.mul(curve(tf.mul(x, before)), after);
        const upward = tf.mul(tf.onesLike(large), -1.5);
        const begin = (x: tf.Tensor) => tf.slice(x as tf.Tensor1D, 0, 4096);
        assert.ok(difference(plain(small), begin(inTraining.value(large)[0])) <= 1e-6);
        const [gradient] = inTraining.gradient(large, upward);
        const expected = tf.grad(plain)(small, begin(upward));
        const off = difference(expected, begin(gradient));
        assert.ok(off <= 1e-5, `the gradient is off by ${off}`);
      });
    });
  }
});
