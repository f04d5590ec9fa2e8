import assert from 'node:assert/strict';
import { Trainer, TrainingError, tf } from 'onpa';
import { DivergenceWatch } from 'onpa/dist/training/run/divergence.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { randomTraining } from './short-training.js';
import { examples, extractor, reference, tinyModel } from './tiny.js';

const place = { globalStep: 11, learningRate: 1e-3, maxGradNorm: 0 };

describe('A loss that diverges', () => {
  it('stops training where it is no number, and spares weights and checkpoints', () =>
    inTemporaryFolder(async (outputDir) => {
      const model = await tinyModel();
      // A loss beyond float32.
      model.parameters.get('classifier.bias')!.assign(tf.tensor1d([3e38, -3e38, 0, 0, 0]));
      const trainer = new Trainer({
        model,
        args: { outputDir, reportTo: 'none', disableTqdm: true },
        trainDataset: examples([2400, 2600, 2800, 3000], 0),
        featureExtractor: extractor(),
      });
      const before = await settledTensors();
      await assert.rejects(trainer.train(), (error: Error) => {
        assert.match(
          error.message,
          /at step 1, with the learning rate .*the loss is (NaN|Infinity).*learningRate.*warmup/,
        );
        return error instanceof TrainingError;
      });
      assert.equal(tf.memory().numTensors, before);
      for (const [name, variable] of model.parameters) {
        assert.ok(variable.dataSync().every(Number.isFinite), name);
      }
      model.dispose();
    }));

  it('stops training where it has exploded', () =>
    inTemporaryFolder(async (outputDir) => {
      const args = {
        learningRate: 1e4,
        maxGradNorm: 0,
        warmupSteps: 0,
        numTrainEpochs: 20,
        evalStrategy: 'no',
      } as const;
      const trainer = await randomTraining(outputDir, { args: { ...args, saveStrategy: 'no' } });
      await assert.rejects(trainer.train(), (error: Error) => {
        assert.match(error.message, /clipped gradients/);
        return error instanceof TrainingError;
      });
      trainer.model.dispose();
    }));

  it('is one of ten steps in a row that are ten times worse than chance and than the first', () => {
    const watch = new DivergenceWatch(10);
    watch.check(2.3, 1, place);
    for (let i = 0; i < 9; i++) watch.check(30, 1, place);
    watch.check(20, 1, place);
    for (let i = 0; i < 9; i++) watch.check(24, 1, place);
    assert.throws(
      () => watch.check(24, 1, place),
      /at step 12, with the learning rate 0.00100.*above 23\.0 in 10 steps/,
    );
    assert.throws(() => new DivergenceWatch(10).check(2.3, Number.POSITIVE_INFINITY, place), /norm of the gradients/);
  });

  it('is not seen in the trainings of the fixtures', () => {
    for (const { history } of Object.values(reference.cases.runs)) {
      const watch = new DivergenceWatch(5);
      for (const { loss, grad_norm: norm } of history) if (loss !== undefined) watch.check(loss, norm, place);
      assert.ok(watch.firstLoss! > 1);
    }
  });
});
