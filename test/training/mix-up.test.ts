import assert from 'node:assert/strict';
import { type ComputeLoss, Trainer, TrainingArguments, tf } from 'onpa';
import { draws } from 'onpa/dist/exercises/draws.js';
import { betaDraw, mixUp } from 'onpa/dist/training/run/mix-up.js';
import { relativeError } from '../fixtures.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { modelOf, reference } from '../pretraining/models.js';
import { SHORT } from './short-training.js';
import { examples, extractor, tinyModel } from './tiny.js';

const args = (mixupAlpha: number, mixupProb = 1) => new TrainingArguments({ mixupAlpha, mixupProb });
const row = (value: number, length: number, total: number) => new Float32Array(total).fill(value, 0, length);
const mask = (length: number, total: number) => new Int32Array(total).fill(1, 0, length);
/** Four clips of 4, 3, 2 and 1 samples, padded. */
const batch = (labels = [0, 1, 2, 3]) => ({
  input: {
    inputValues: [4, 3, 2, 1].map((length) => row(10 ** (length - 1), length, 4)),
    attentionMask: [4, 3, 2, 1].map((length) => mask(length, 4)),
  },
  labels,
  segments: [1, 1, 1, 1],
  samples: 16,
});
type Raw = { inputValues: Float32Array[]; attentionMask: Int32Array[] };

describe('Mix-up', () => {
  it('mixes a batch with itself in another order, sound and classes in the same shares', () => {
    const original = batch();
    const partners = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { input, mixed } = mixUp(original, args(0.4), seed);
      const { inputValues, attentionMask } = input as Raw;
      const [labels, shares] = [mixed!.labels, mixed!.shares].map((list) => Array.from(list));
      assert.deepEqual([...labels].sort(), [0, 1, 2, 3]);
      partners.add(String(labels));
      for (const [i, other] of labels.entries()) {
        assert.ok(shares[i] >= 0 && shares[i] <= 1 && shares[i] === shares[0]);
        const [a, b] = [original.input.inputValues[i], original.input.inputValues[other]];
        const expected = a.map((x, t) => (1 - shares[i]) * x + shares[i] * b[t]);
        assert.ok(relativeError(inputValues[i], expected) < 1e-6);
        // The longer of both counts.
        assert.deepEqual(attentionMask[i], mask(4 - Math.min(i, other), 4));
      }
    }
    assert.ok(partners.size > 15, `${partners.size} orders of 24`);
    assert.deepEqual(original, batch());
  });

  it('follows from the seed', () => {
    assert.deepEqual(mixUp(batch(), args(0.4), 3), mixUp(batch(), args(0.4), 3));
    assert.notDeepEqual(mixUp(batch(), args(0.4), 3).mixed, mixUp(batch(), args(0.4), 4).mixed);
  });

  it('mixes as many batches as mixupProb says, and none with an alpha of 0', () => {
    const count = (alpha: number, p: number) =>
      Array.from({ length: 400 }, (_, seed) => mixUp(batch(), args(alpha, p), seed)).filter(({ mixed }) => mixed)
        .length;
    assert.deepEqual([count(0, 1), count(0.2, 0), count(0.2, 1)], [0, 0, 400]);
    assert.ok(Math.abs(count(0.2, 0.25) - 100) < 30);
    const original = batch();
    assert.equal(mixUp(original, args(0), 1).input, original.input);
  });

  it('leaves rows without a class as they are', () => {
    const original = batch([0, -100, 2, -100]);
    for (let seed = 0; seed < 20; seed++) {
      const { input, mixed } = mixUp(original, args(0.4), seed);
      assert.deepEqual([mixed!.labels[1], mixed!.labels[3]], [-100, -100]);
      assert.deepEqual(Array.from(mixed!.labels).sort(), [-100, -100, 0, 2]);
      assert.ok(relativeError((input as Raw).inputValues[1], original.input.inputValues[1]) < 1e-6);
    }
  });

  it('draws shares from the beta distribution', () => {
    for (const alpha of [0.05, 0.2, 1, 4]) {
      const random = draws(17);
      const found = Array.from({ length: 20000 }, () => betaDraw(alpha, random));
      const mean = found.reduce((sum, x) => sum + x, 0) / found.length;
      const variance = found.reduce((sum, x) => sum + (x - mean) ** 2, 0) / found.length;
      const fourth = found.reduce((sum, x) => sum + (x - 0.5) ** 4, 0) / found.length;
      assert.ok(found.every((x) => x >= 0 && x <= 1));
      assert.ok(Math.abs(mean - 0.5) < 0.01, `mean ${mean}`);
      const expected = 1 / (4 * (2 * alpha + 1));
      assert.ok(Math.abs(variance / expected - 1) < 0.03, `alpha ${alpha}: variance ${variance}, not ${expected}`);
      const kurtosis = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3));
      assert.ok(Math.abs(fourth / kurtosis - 1) < 0.05, `alpha ${alpha}: fourth moment ${fourth}, not ${kurtosis}`);
    }
    // Where the numbers themselves are below the smallest.
    assert.ok(Array.from({ length: 100 }, (_, i) => betaDraw(1e-4, draws(i))).every((x) => x >= 0 && x <= 1));
  });

  it('is what the Trainer gives the model, whose loss is that of both classes in their shares', () =>
    inTemporaryFolder(async (outputDir) => {
      const model = await tinyModel();
      const trainDataset = examples([2400, 2600, 2500, 2400], 0);
      const trainer = new Trainer({
        model,
        args: { ...SHORT, outputDir, evalStrategy: 'no', saveStrategy: 'no', learningRate: 0, mixupAlpha: 1 },
        ...{ trainDataset, featureExtractor: extractor() },
      });
      const { lossAndGradients } = model;
      let mixed = 0;
      model.lossAndGradients = (batch) => {
        const found = lossAndGradients.call(model, batch);
        const lossOf = (labels: ArrayLike<number>) =>
          tf.tidy(() => model.forward({ ...batch, labels, mixed: undefined }).loss!.dataSync()[0]);
        const { labels, shares } = batch.mixed!;
        const expected = (1 - shares[0]) * lossOf(batch.labels) + shares[0] * lossOf(labels);
        assert.ok(Math.abs(found.loss.dataSync()[0] - expected) < 1e-5);
        mixed++;
        return found;
      };
      await trainer.train();
      model.dispose();
      assert.equal(mixed, 6);
    }));

  it('is refused with a loss of one’s own that does not look at the mixed classes', () =>
    inTemporaryFolder(async (outputDir) => {
      const model = await tinyModel();
      const training = (computeLoss: ComputeLoss) =>
        new Trainer({
          ...{ model, computeLoss, trainDataset: examples([2400, 2600], 0), featureExtractor: extractor() },
          args: { ...SHORT, outputDir, evalStrategy: 'no', saveStrategy: 'no', maxSteps: 1, mixupAlpha: 1 },
        }).train();
      await assert.rejects(
        training(({ logits }) => tf.mean(tf.square(logits))),
        { name: 'ParameterError', message: /computeLoss does not look at `mixed`/ },
      );
      let wrong = Number.POSITIVE_INFINITY;
      await training(({ logits, labels, mixed, numItemsInBatch }) => {
        const classes = (of: ArrayLike<number>) => tf.oneHot(tf.tensor1d(Array.from(of), 'int32'), logits.shape[1]);
        const shares = tf.tensor2d(Array.from(mixed?.shares ?? labels.map(() => 0)), [labels.length, 1]);
        const others = tf.mul(shares, classes(mixed?.labels ?? labels));
        const targets = tf.add(tf.mul(tf.sub(1, shares), classes(labels)), others);
        wrong = Math.max(...tf.abs(tf.sub(tf.sum(targets, 1), 1)).dataSync());
        return tf.div(tf.sum(tf.squaredDifference(tf.softmax(logits), targets)), numItemsInBatch);
      });
      assert.ok(wrong < 1e-6);
      model.dispose();
    }));

  it('is refused out of range, and for a model without classes', async () => {
    assert.throws(() => args(-0.1), {
      name: 'ParameterError',
      message: /^mixupAlpha is -0\.1; give a number of at least 0$/,
    });
    assert.throws(() => args(0.2, 1.5), { name: 'ParameterError', message: /^mixupProb is 1\.5/ });
    const model = await modelOf(Object.values(reference.cases)[0]);
    assert.throws(() => new Trainer({ model, args: { mixupAlpha: 0.2 } }), {
      name: 'ParameterError',
      message: /^mixupAlpha is 0\.2, but the loss of this model takes no mixed classes; only a classifier's does$/,
    });
    model.dispose();
  });
});
