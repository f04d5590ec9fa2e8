import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Trainer, TrainingArguments, type TrainingOptions } from 'onpa';
import { noteIfBest } from 'onpa/dist/training/checkpoints/best-checkpoint.js';
import { initialState } from 'onpa/dist/training/trainer-state.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { withWarnings } from '../hubert/warnings.js';
import { SHORT } from './short-training.js';
import { evalExamples, examples, extractor, tinyModel } from './tiny.js';

/** The best of metrics that come one after the other, and after which step it came. */
function bestOf(values: readonly number[], greaterIsBetter: boolean): [number | null, number | null] {
  const args = new TrainingArguments({ metricForBestModel: 'score', greaterIsBetter });
  const state = initialState();
  values.forEach((value, i) => {
    state.globalStep = i + 1;
    noteIfBest(args, state, { eval_score: value });
  });
  return [state.bestMetric, state.bestGlobalStep];
}

/** A training of a step an epoch, each measured by the next of the scores. */
async function scored(outputDir: string, scores: number[], args: TrainingOptions = {}): Promise<Trainer> {
  const left = [...scores];
  return new Trainer({
    model: await tinyModel(),
    args: {
      ...{ ...SHORT, outputDir, numTrainEpochs: scores.length, evalStrategy: 'epoch', saveStrategy: 'epoch' },
      ...{ loadBestModelAtEnd: true, metricForBestModel: 'score', ...args },
    },
    trainDataset: examples([2400, 2500, 2600, 2700], 0),
    evalDataset: evalExamples(),
    featureExtractor: extractor(),
    computeMetrics: () => ({ score: left.shift()! }),
  });
}

const weights = (trainer: Trainer): Float32Array =>
  trainer.model.parameters.get('projector.weight')!.dataSync() as Float32Array;

describe('The best model', () => {
  const { NaN: none, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
  const cases: [number[], boolean, [number | null, number | null]][] = [
    [[none, 0.3, 0.9, 0.5], true, [0.9, 3]],
    [[none, 0.3, 0.9, 0.5], false, [0.3, 2]],
    [[0.3, 0.9, none, none], true, [0.9, 2]],
    [[0.3, none, 0.1], false, [0.1, 3]],
    [[none, none], true, [null, null]],
    [[none, none], false, [null, null]],
    [[none, most, 1], true, [most, 2]],
    [[none, most, 1], false, [1, 3]],
    [[least, none, -5], true, [-5, 3]],
    [[least, none, -5], false, [least, 1]],
  ];
  for (const [values, greater, best] of cases) {
    it(`of ${values.join(', ')} is ${best[0]} where ${greater ? 'more' : 'less'} is better`, () => {
      assert.deepEqual(bestOf(values, greater), best);
    });
  }

  it('is loaded at the end also if the first evaluation gave NaN, which is said', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await scored(outputDir, [none, 0.9, 0.5], { saveTotalLimit: 1 });
      const { warnings } = await withWarnings(() => trainer.train());
      assert.deepEqual(warnings, [
        'eval_score was NaN after step 1, which is never the best; the best model is that of step 2',
      ]);
      const { bestMetric, bestGlobalStep, bestModelCheckpoint } = trainer.state;
      assert.deepEqual([bestMetric, bestGlobalStep], [0.9, 2]);
      assert.equal(bestModelCheckpoint, path.join(outputDir, 'checkpoint-2'));
      assert.deepEqual(readdirSync(outputDir), ['checkpoint-2']);
      trainer.model.dispose();
    }));

  it('is none, with a warning, and the weights are those of the last step, where every metric is NaN', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await scored(outputDir, [none, none]);
      const { warnings } = await withWarnings(() => trainer.train());
      assert.deepEqual(warnings, [
        'There is no best model, as eval_score was NaN in each evaluation; the model keeps the weights of the last step',
      ]);
      const { bestMetric, bestGlobalStep, bestModelCheckpoint } = trainer.state;
      assert.deepEqual([bestMetric, bestGlobalStep, bestModelCheckpoint], [null, null, null]);
      assert.deepEqual(readdirSync(outputDir).sort(), ['checkpoint-1', 'checkpoint-2']);
      trainer.model.dispose();
    }));

  it('stays the best when a training goes on after NaN, wherever its folder has moved to', () =>
    inTemporaryFolder(async (folder) => {
      const [before, outputDir] = [path.join(folder, 'before'), path.join(folder, 'after')];
      const first = await scored(before, [0.9, none, none, none], { lrSchedulerType: 'constant', warmupSteps: 0 });
      await withWarnings(() => first.train());
      await rename(before, outputDir);
      const args: TrainingOptions = { lrSchedulerType: 'constant', warmupSteps: 0, numTrainEpochs: 5 };
      const second = await scored(outputDir, [0.5], args);
      await withWarnings(() => second.train({ resumeFromCheckpoint: true }));
      const { bestMetric, bestGlobalStep, bestModelCheckpoint } = second.state;
      assert.deepEqual([bestMetric, bestGlobalStep], [0.9, 1]);
      assert.equal(bestModelCheckpoint, path.join(outputDir, 'checkpoint-1'));
      assert.deepEqual(weights(second), weights(first));
      for (const { model } of [first, second]) model.dispose();
    }));

  it('that is gone when a training goes on is said, and the training ends all the same', () =>
    inTemporaryFolder(async (outputDir) => {
      const args: TrainingOptions = { lrSchedulerType: 'constant', warmupSteps: 0 };
      const first = await scored(outputDir, [0.9, 0.5], args);
      await first.train();
      await rename(path.join(outputDir, 'checkpoint-1'), path.join(outputDir, 'elsewhere'));
      const second = await scored(outputDir, [0.4], { ...args, numTrainEpochs: 3 });
      const { warnings } = await withWarnings(() => second.train({ resumeFromCheckpoint: true }));
      assert.match(warnings[0], /The best checkpoint so far, .*checkpoint-1, is gone/);
      assert.equal(second.state.bestModelCheckpoint, null);
      for (const { model } of [first, second]) model.dispose();
    }));

  it('that is gone at the end is said, and the last weights and checkpoints stay', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await scored(outputDir, [0.9, 0.5], { saveTotalLimit: 1 });
      trainer.addCallback({
        async onSave(_args, { globalStep }) {
          if (globalStep === 2) await rename(path.join(outputDir, 'checkpoint-1'), path.join(outputDir, 'elsewhere'));
        },
      });
      const { warnings } = await withWarnings(() => trainer.train());
      assert.match(warnings.join(), /checkpoint-1, is gone: the model keeps the weights of the last step/);
      assert.deepEqual(readdirSync(outputDir).sort(), ['checkpoint-2', 'elsewhere']);
      trainer.model.dispose();
    }));

  it('is looked for anew when a training goes on by another metric, which is said', () =>
    inTemporaryFolder(async (outputDir) => {
      const args: TrainingOptions = { lrSchedulerType: 'constant', warmupSteps: 0 };
      const first = await scored(outputDir, [0.9, 0.5], args);
      await first.train();
      const second = await scored(outputDir, [0.4], { ...args, numTrainEpochs: 3, metricForBestModel: 'loss' });
      const { warnings } = await withWarnings(() => second.train({ resumeFromCheckpoint: true }));
      assert.match(warnings[0], /metricForBestModel or greaterIsBetter is another than in the checkpoint/);
      const { bestMetric, bestGlobalStep, logHistory } = second.state;
      const evaluation = logHistory.find((entry) => entry.step === 3 && 'eval_loss' in entry);
      assert.deepEqual([bestMetric, bestGlobalStep], [evaluation!.eval_loss, 3]);
      for (const { model } of [first, second]) model.dispose();
    }));

  it('is looked for in an eval_loss of NaN, and not refused, where no loss is finite', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await scored(outputDir, [0]);
      trainer.model.parameters
        .get('classifier.bias')!
        .assign(trainer.model.parameters.get('classifier.bias')!.mul(none));
      const { eval_loss } = await trainer.evaluate();
      assert.ok(Number.isNaN(eval_loss));
      trainer.model.dispose();
    }));
});
