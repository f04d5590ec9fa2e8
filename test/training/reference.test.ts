import assert from 'node:assert/strict';
import { Trainer, TrainingArguments } from 'onpa';
import { decays } from 'onpa/dist/training/run/adamw.js';
import { randomPermutation } from 'onpa/dist/training/run/sampler.js';
import { learningRateAt } from 'onpa/dist/training/run/schedule.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { accuracy, camelCase, evalExamples, extractor, noting, reference, tinyModel, trainExamples } from './tiny.js';

/** The largest difference, relative to the reference's own size. */
const off = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.max(1e-12, Math.abs(expected));

describe('The Trainer beside that of Transformers', () => {
  for (const [title, { mask, frozen, averaged, args, order, history }] of Object.entries(reference.cases.runs)) {
    it(`${title}: same order, losses, gradient norms, learning rates, evaluations, and weights in the end`, async () => {
      const model = await tinyModel({}, title);
      const { source: trainDataset, asked } = noting(trainExamples());
      await inTemporaryFolder(async (outputDir) => {
        const trainer = new Trainer({
          model,
          args: new TrainingArguments({
            ...camelCase(args),
            outputDir,
            reportTo: 'none',
            disableTqdm: true,
            freezeFeatureEncoder: frozen === true,
            featureCacheBytes: 0,
            featureCacheDiskBytes: 0,
          }),
          trainDataset,
          evalDataset: evalExamples(),
          featureExtractor: extractor(mask),
          computeMetrics: accuracy,
          lossIsScaledForGa: !averaged,
        });
        await trainer.train();
        assert.deepEqual(asked, order);
        const found = trainer.state.logHistory;
        assert.equal(found.length, history.length);
        for (const [i, expected] of history.entries()) {
          for (const [key, value] of Object.entries(expected)) {
            const apart = off(found[i][key], value);
            assert.ok(apart <= 1e-3, `entry ${i}: ${key} is ${found[i][key]} instead of ${value}`);
          }
        }
        for (const [name, variable] of model.parameters) {
          const { data } = reference.tensor(`${title}/weights/${name}`, 'F32');
          const values = variable.dataSync();
          const largest = data.reduce((most: number, x: number) => Math.max(most, Math.abs(x)), 0);
          const apart = data.reduce((most: number, x: number, k: number) => Math.max(most, Math.abs(x - values[k])), 0);
          assert.ok(apart <= 1e-3 * Math.max(1, largest), `${name} is off by ${apart}`);
        }
        const { predictions } = await trainer.predict(evalExamples());
        const { data: logits } = reference.tensor(`${title}/logits`, 'F32');
        predictions
          .flatMap((row) => [...row])
          .forEach(
            (value, i) => void assert.ok(Math.abs(value - logits[i]) <= 2e-3, `logit ${i}: ${value}, ${logits[i]}`),
          );
      });
      model.dispose();
    });
  }
});

describe('The order of the examples', () => {
  it("is that of PyTorch's RandomSampler", () => {
    for (const [length, seed] of [
      [1, 0],
      [2, 42],
      [5, 42],
      [20, 43],
      [799, 42],
      [799, 51],
      [1500, 2 ** 31 - 1],
    ]) {
      const { data } = reference.tensor(`permutation/${length}/${seed}`, 'I32');
      assert.deepEqual(randomPermutation(length, seed), [...data]);
    }
  });
});

describe('The learning rate', () => {
  for (const [title, schedule] of Object.entries(reference.cases.schedules)) {
    it(`goes as in Transformers: ${title} steps of warm-up`, () => {
      const { data } = reference.tensor(`rates/${title}`, 'F64');
      const args = new TrainingArguments({ ...schedule, learningRate: 3e-4 });
      data.forEach((rate: number, step: number) => {
        assert.ok(Math.abs(learningRateAt(step, args, 30) - rate) <= 1e-15, `step ${step}`);
      });
    });
  }
});

describe('Weight decay', () => {
  for (const [title, { all, decayed }] of Object.entries(reference.cases.decays)) {
    it(`leaves out what Transformers leaves out: ${title}`, () => {
      assert.deepEqual(all.filter(decays), decayed);
    });
  }
});
