import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  type LogEntry,
  ParameterError,
  Trainer,
  type TrainerOptions,
  type TrainingExample,
  tf,
} from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { randomTraining, SHORT } from './short-training.js';
import { evalExamples, examples, extractor, tinyModel } from './tiny.js';

/** Keys of the entries of a log, without those that are in all. */
const keysOf = (entry: LogEntry): string =>
  Object.keys(entry)
    .filter((key) => !['epoch', 'step'].includes(key))
    .join();

const EVAL_KEYS = 'eval_loss,eval_accuracy,eval_runtime,eval_samples_per_second,eval_steps_per_second';

describe('A Trainer', () => {
  it('logs, evaluates and saves when it is told to, under the keys of Transformers', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: { loggingFirstStep: true } });
      const count = await settledTensors();
      const { globalStep, trainingLoss, metrics } = await trainer.train();
      assert.equal(tf.memory().numTensors, count);
      const { logHistory } = trainer.state;
      assert.deepEqual(
        logHistory.map(({ step }) => step),
        [1, 2, 3, 4, 6, 6, 8, 9, 9],
      );
      assert.deepEqual(
        logHistory.map(({ epoch }) => epoch),
        [0.4, 0.8, 1, 1.4, 2, 2, 2.8, 3, 3],
      );
      assert.equal(keysOf(logHistory[0]), 'loss,grad_norm,learning_rate');
      assert.equal(keysOf(logHistory[2]), EVAL_KEYS);
      const speed = 'train_runtime,train_samples_per_second,train_steps_per_second';
      assert.equal(keysOf(logHistory[8]), `${speed},total_flos,train_loss`);
      assert.equal(globalStep, 9);
      assert.equal(trainingLoss, metrics.train_loss);
      // 27 clips and 9 steps in the time that it took.
      assert.ok(Math.abs(metrics.train_samples_per_second / metrics.train_steps_per_second - 3) < 0.01);
      trainer.model.dispose();
    }));

  it('evaluates and saves at the end of each epoch, also of one that maxSteps ends', () =>
    inTemporaryFolder(async (outputDir) => {
      const epochs = { loggingStrategy: 'epoch', evalStrategy: 'epoch', saveStrategy: 'epoch', maxSteps: 5 } as const;
      const trainer = await randomTraining(outputDir, { args: epochs });
      await trainer.train();
      const { logHistory } = trainer.state;
      assert.deepEqual(
        logHistory.map(({ step }) => step),
        [3, 3, 5, 5, 5],
      );
      assert.deepEqual(
        logHistory.map((entry) => 'loss' in entry),
        [true, false, true, false, false],
      );
      assert.deepEqual(readdirSync(outputDir).sort(), ['checkpoint-3', 'checkpoint-5']);
      trainer.model.dispose();
    }));

  it('keeps the best checkpoint and the newest ones, and ends with the best weights', () =>
    inTemporaryFolder(async (outputDir) => {
      const scores = [0.1, 0.7, 0.3, 0.5];
      const seen: Float32Array[] = [];
      const trainer: Trainer = new Trainer({
        model: await tinyModel(),
        args: {
          ...SHORT,
          outputDir,
          ...{ evalSteps: 1, saveSteps: 1, maxSteps: 4, saveTotalLimit: 2 },
          ...{ loadBestModelAtEnd: true, metricForBestModel: 'score' },
        },
        trainDataset: examples([2400, 2500, 2600, 2700], 0),
        evalDataset: evalExamples(),
        featureExtractor: extractor(),
        computeMetrics: () => {
          seen.push(trainer.model.parameters.get('projector.weight')!.dataSync() as Float32Array);
          return { score: scores[seen.length - 1] };
        },
      });
      await trainer.train();
      assert.deepEqual(readdirSync(outputDir).sort(), ['checkpoint-2', 'checkpoint-4']);
      const { bestMetric, bestGlobalStep, bestModelCheckpoint } = trainer.state;
      assert.deepEqual([bestMetric, bestGlobalStep], [0.7, 2]);
      assert.equal(bestModelCheckpoint, path.join(outputDir, 'checkpoint-2'));
      assert.deepEqual(trainer.model.parameters.get('projector.weight')!.dataSync(), seen[1]);
      trainer.model.dispose();
    }));

  it("saves only what is better than ever where saveStrategy is 'best'", () =>
    inTemporaryFolder(async (outputDir) => {
      const scores = [0.2, 0.1, 0.3];
      const trainer = new Trainer({
        model: await tinyModel(),
        args: { ...SHORT, outputDir, evalStrategy: 'epoch', saveStrategy: 'best', metricForBestModel: 'score' },
        trainDataset: examples([2400, 2500, 2600, 2700], 0),
        evalDataset: evalExamples(),
        featureExtractor: extractor(),
        computeMetrics: () => ({ score: scores.shift()! }),
      });
      await trainer.train();
      assert.deepEqual(readdirSync(outputDir).sort(), ['checkpoint-1', 'checkpoint-3']);
      trainer.model.dispose();
    }));

  it('writes a trainer_state.json with the keys of Transformers', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: { maxSteps: 2, evalStrategy: 'no' } });
      await trainer.train();
      const file = path.join(outputDir, 'checkpoint-2', 'trainer_state.json');
      const state = JSON.parse(readFileSync(file, 'utf8'));
      assert.deepEqual(
        Object.keys(state),
        (
          'best_global_step best_metric best_model_checkpoint epoch eval_steps global_step is_hyper_param_search ' +
          'is_local_process_zero is_world_process_zero log_history logging_steps max_steps num_input_tokens_seen ' +
          'num_train_epochs save_steps stateful_callbacks total_flos train_batch_size trial_name trial_params'
        ).split(' '),
      );
      assert.deepEqual([state.global_step, state.max_steps, state.epoch], [2, 2, 0.8]);
      assert.deepEqual(state.log_history, trainer.state.logHistory.slice(0, 1));
      trainer.model.dispose();
    }));

  it('evaluates, predicts and saves without having trained', () =>
    inTemporaryFolder(async (folder) => {
      const trainer = await randomTraining(folder);
      const count = await settledTensors();
      const measured = await trainer.evaluate();
      assert.equal(keysOf(measured), EVAL_KEYS);
      const { predictions, labelIds, metrics } = await trainer.predict(evalExamples());
      assert.equal(metrics.test_loss, measured.eval_loss);
      assert.equal(metrics.test_accuracy, measured.eval_accuracy);
      assert.deepEqual(
        labelIds,
        evalExamples().map(({ label }) => label),
      );
      assert.equal(tf.memory().numTensors, count);
      await trainer.saveModel(path.join(folder, 'saved'));
      const model = await AutoModelForAudioClassification.fromPretrained(path.join(folder, 'saved'));
      const prepare = await AutoFeatureExtractor.fromPretrained(path.join(folder, 'saved'));
      assert.equal(prepare.returnAttentionMask, true);
      const again = await new Trainer({
        model,
        args: { reportTo: 'none', perDeviceEvalBatchSize: 4 },
        featureExtractor: prepare,
      }).predict(evalExamples());
      assert.deepEqual(again.predictions, predictions);
      trainer.model.dispose();
      model.dispose();
    }));

  it('predicts clips without labels', async () => {
    const model = await tinyModel();
    const unlabelled = evalExamples().map((example) => ({ ...example, label: -100 }));
    const trainer = new Trainer({ model, args: { reportTo: 'none' }, featureExtractor: extractor() });
    const { metrics, predictions } = await trainer.predict(unlabelled);
    assert.equal(predictions.length, 7);
    assert.deepEqual(Object.keys(metrics), ['test_runtime', 'test_samples_per_second', 'test_steps_per_second']);
    model.dispose();
  });
});

describe('Bad input of a Trainer', () => {
  const clips = examples([2400, 2500], 0);
  const broken = (changes: object): TrainingExample[] => [clips[0], { ...clips[1], ...changes }];
  const cases: [string, Partial<TrainerOptions>, RegExp][] = [
    ['no training set', { trainDataset: undefined }, /no trainDataset/],
    ['an empty training set', { trainDataset: [] }, /trainDataset is empty/],
    ['a label out of range', { trainDataset: broken({ label: 5 }) }, /example 1 has the label 5; .*5 classes.*0 to 4/],
    ['a label that is a name', { trainDataset: broken({ label: 'jazz' }) }, /example 1 has the label jazz/],
    ['samples that are no array', { trainDataset: broken({ inputValues: [1] }) }, /example 1 has no inputValues/],
    [
      'a sample that is no number',
      { trainDataset: broken({ inputValues: Float32Array.of(0, Number.NaN) }) },
      /example 1 has the sample NaN at 1/,
    ],
    [
      'a mask of another length',
      { trainDataset: broken({ attentionMask: new Int32Array(3) }) },
      /example 1 has 2500 samples, but an attentionMask of 3/,
    ],
    [
      'a data set that ends too soon',
      { trainDataset: { length: 2, async *examples() {} } },
      /trainDataset ended before example/,
    ],
    [
      'clips of different lengths, and nobody to pad them',
      { featureExtractor: undefined },
      /give .* a featureExtractor/,
    ],
    [
      'fewer clips than a batch, which are left out',
      { args: { reportTo: 'none', dataloaderDropLast: true } },
      /has 2 examples, less than perDeviceTrainBatchSize/,
    ],
  ];
  for (const [title, options, message] of cases) {
    it(`is named: ${title}`, () =>
      inTemporaryFolder(async (outputDir) => {
        const model = await tinyModel();
        const args = { reportTo: 'none', disableTqdm: true, ...(options.args as object), outputDir } as const;
        const trainer = new Trainer({ model, trainDataset: clips, featureExtractor: extractor(), ...options, args });
        const count = await settledTensors();
        await assert.rejects(
          trainer.train(),
          (error: Error) => error instanceof ParameterError && message.test(error.message),
        );
        assert.equal(tf.memory().numTensors, count);
        model.dispose();
      }));
  }

  it('is an error before training: an evaluation without data, a folder that cannot be written to', () =>
    inTemporaryFolder(async (folder) => {
      const model = await tinyModel();
      assert.throws(
        () => new Trainer({ model, args: { evalStrategy: 'epoch' }, trainDataset: [] }),
        /there is no evalDataset/,
      );
      const none = new Trainer({ model, args: { reportTo: 'none' } });
      await assert.rejects(none.evaluate(), /no evalDataset/);
      await assert.rejects(none.evaluate([]), /evalDataset is empty/);
      await writeFile(path.join(folder, 'file'), '');
      const args = { outputDir: path.join(folder, 'file', 'out'), reportTo: 'none', disableTqdm: true } as const;
      await assert.rejects(
        new Trainer({ model, args, trainDataset: clips, featureExtractor: extractor() }).train(),
        (error: Error) => error instanceof ParameterError && /outputDir '.*' cannot be written to/.test(error.message),
      );
      model.dispose();
    }));

  it('is an error that names the metrics there are: another for the best model', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, {
        args: { evalSteps: 2, loadBestModelAtEnd: true, metricForBestModel: 'f1' },
      });
      await assert.rejects(
        trainer.train(),
        /metricForBestModel is 'f1', but the evaluation gave eval_loss, eval_accuracy/,
      );
      trainer.model.dispose();
    }));
});
