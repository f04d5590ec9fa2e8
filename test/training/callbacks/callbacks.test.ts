import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import {
  DefaultFlowCallback,
  ParameterError,
  type Tracker,
  Trainer,
  type TrainerCallback,
  TrainingInterrupted,
  type TrainingOptions,
  tf,
} from 'onpa';
import { inTemporaryFolder } from '../../hubert/models.js';
import { withWarnings } from '../../hubert/warnings.js';
import { settledTensors } from '../../settled-tensors.js';
import { randomTraining, timeless } from '../short-training.js';
import { examples, extractor, noting, RANDOM, tinyModel } from '../tiny.js';

class Counting implements TrainerCallback {
  steps = 0;
  onStepEnd(): void {
    this.steps++;
  }
}

describe('Callbacks of a Trainer', () => {
  it('are added, found by object and by class, and taken out', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: { maxSteps: 1, saveStrategy: 'no' } });
      const one = new Counting();
      trainer.addCallback(one);
      const { warnings } = await withWarnings(async () => trainer.addCallback(Counting));
      assert.deepEqual(warnings, ['This Trainer has a Counting already, and now one more']);
      await trainer.train();
      assert.equal(one.steps, 1);
      assert.equal(trainer.popCallback(Counting), one);
      assert.throws(() => trainer.removeCallback(one), ParameterError);
      const other = trainer.popCallback(Counting) as Counting;
      assert.equal(other.steps, 1);
      assert.equal(trainer.popCallback(Counting), undefined);
      trainer.removeCallback(Counting);
      trainer.model.dispose();
    }));

  it('are refused where a method is no event, and the event that is meant is named', async () => {
    const model = await tinyModel();
    const refused = (callback: object, reason: RegExp) =>
      assert.throws(
        () => new Trainer({ model, args: { disableTqdm: true }, callbacks: [callback] }),
        (error: Error) => {
          assert.match(error.message, reason);
          return error instanceof ParameterError;
        },
      );
    refused({ on_step_end() {} }, /on_step_end of a callback is no event; is onStepEnd meant\?/);
    refused({ onStepEnds() {} }, /onStepEnds of a callback is no event; is onStepEnd meant\?/);
    refused({ onWednesday() {} }, /onWednesday of a callback is no event; there are onInitEnd, onTrainBegin/);
    refused({ onLog: 'file.txt' }, /onLog of a callback is file.txt; give a function/);
    refused(3 as never, /A callback is 3; give an object/);
    const alone = { model, args: { disableTqdm: true }, callbacks: new Counting() as never };
    assert.throws(() => new Trainer(alone), /callbacks is no list; give one, such as \[callback\]/);
    model.dispose();
  });

  it('are waited for, one after the other, from the first event on', () =>
    inTemporaryFolder(async (outputDir) => {
      const heard: string[] = [];
      const slow = (name: string): TrainerCallback => ({
        async onInitEnd() {
          await new Promise((resolve) => setImmediate(resolve));
          heard.push(`${name} init`);
        },
        async onTrainBegin(_args, _state, _control, { model, featureExtractor }) {
          await new Promise((resolve) => setImmediate(resolve));
          assert.ok(model === trainer.model && featureExtractor);
          heard.push(`${name} begin`);
        },
      });
      const model = await tinyModel();
      const trainer = new Trainer({
        model,
        args: { outputDir, maxSteps: 1, saveStrategy: 'no', reportTo: 'none', disableTqdm: true },
        trainDataset: examples([2400], 0),
        featureExtractor: extractor(),
        callbacks: [slow('first'), slow('second')],
      });
      await trainer.train();
      assert.deepEqual(heard, ['first init', 'second init', 'first begin', 'second begin']);
      model.dispose();
    }));

  it('see the gradients as the optimiser takes them, and leave no tensor', () =>
    inTemporaryFolder(async (outputDir) => {
      const norms: number[] = [];
      let changed = false;
      const trainer = await randomTraining(outputDir, { args: { saveStrategy: 'no', maxGradNorm: 0.5, maxSteps: 2 } });
      const bias = () => [...trainer.model.parameters.get('classifier.bias')!.dataSync()].join();
      let before = '';
      trainer.addCallback({
        onPreOptimizerStep(_args, _state, _control, { gradients }) {
          before = bias();
          norms.push(
            tf.tidy(() => tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g))))).dataSync()[0]),
          );
        },
        onOptimizerStep(_args, { globalStep }) {
          if (globalStep === 1) changed = before !== bias();
        },
      });
      const count = await settledTensors();
      await trainer.train();
      assert.equal(tf.memory().numTensors, count);
      for (const norm of norms) assert.ok(Math.abs(norm - 0.5) < 1e-3, `the norm is ${norm}`);
      assert.ok(norms.length === 2 && changed);
      trainer.model.dispose();
    }));

  it('end a training with their error, wherever they throw it, and what was saved before goes on to the same losses', () =>
    inTemporaryFolder(async (folder) => {
      const whole = await randomTraining(path.join(folder, 'whole'), { args: { saveStrategy: 'no' } });
      await whole.train();
      const error = new Error('no more');
      for (const event of ['onTrainBegin', 'onSubstepEnd', 'onOptimizerStep', 'onEvaluate'] as const) {
        const outputDir = path.join(folder, event);
        const statuses: string[] = [];
        const end: Tracker['end'] = ({ status }) => void statuses.push(status);
        const trainer = await randomTraining(outputDir, {}, [{ name: 'test', begin() {}, log() {}, end }]);
        const breaking: TrainerCallback = {
          [event](_args: unknown, { globalStep }: { globalStep: number }) {
            if (globalStep >= 3 || event === 'onTrainBegin') throw error;
          },
        };
        trainer.addCallback(breaking);
        const count = await settledTensors();
        await assert.rejects(trainer.train(), (thrown) => thrown === error);
        assert.equal(tf.memory().numTensors, count);
        assert.deepEqual(statuses, ['failed']);
        assert.deepEqual(readdirSync(outputDir), event === 'onTrainBegin' ? [] : ['checkpoint-2']);
        trainer.removeCallback(breaking);
        if (event !== 'onTrainBegin') {
          await trainer.train({ resumeFromCheckpoint: true });
          assert.deepEqual(timeless(trainer.state.logHistory), timeless(whole.state.logHistory));
        }
        trainer.model.dispose();
      }
      whole.model.dispose();
    }));

  it('decide alone what is logged, evaluated and saved without DefaultFlowCallback', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir);
      trainer.removeCallback(DefaultFlowCallback);
      trainer.addCallback({
        onStepEnd(_args, { globalStep }, control) {
          if (globalStep === 5) control.shouldSave = true;
        },
      });
      await trainer.train();
      assert.deepEqual(readdirSync(outputDir), ['checkpoint-5']);
      assert.deepEqual(
        trainer.state.logHistory.map((entry) => [entry.step, 'train_loss' in entry]),
        [[9, true]],
      );
      trainer.model.dispose();
    }));

  it('are told of a push before it begins', () =>
    inTemporaryFolder(async (outputDir) => {
      const folder = path.join(outputDir, 'pushed');
      const there: string[][] = [];
      const trainer = await randomTraining(outputDir);
      trainer.addCallback({ onPushBegin: () => void there.push(readdirSync(outputDir)) });
      await trainer.pushToHub({ folder });
      assert.deepEqual(there, [[]]);
      assert.ok(readdirSync(folder).includes('model.safetensors'));
      trainer.model.dispose();
    }));

  it('are told of an evaluation that one of them wishes for, and that there is no data set for it', () =>
    inTemporaryFolder(async (outputDir) => {
      const model = await tinyModel();
      const trainer = new Trainer({
        model,
        args: { outputDir, maxSteps: 1, saveStrategy: 'no', reportTo: 'none', disableTqdm: true },
        trainDataset: examples([2400], 0),
        featureExtractor: extractor(),
        callbacks: [{ onStepEnd: (_args, _state, control) => Object.assign(control, { shouldEvaluate: true }) }],
      });
      await assert.rejects(trainer.train(), /A callback wishes to evaluate, but there is no evalDataset; give one/);
      model.dispose();
    }));
});

describe('A training that callbacks steer', () => {
  /** Ends the first two epochs early, and evaluates and saves where nobody else does. */
  const steering = (): TrainerCallback => ({
    onStepEnd(_args, { globalStep }, control) {
      control.shouldEpochStop = globalStep === 2 || globalStep === 3;
      if (globalStep === 1) control.shouldEvaluate = true;
      if (globalStep === 5) control.shouldSave = true;
    },
    onEpochEnd(_args, _state, control) {
      control.shouldSave = true;
      control.shouldEvaluate = true;
    },
  });
  const args: TrainingOptions = { numTrainEpochs: 4, loggingSteps: 1, evalSteps: 2, saveSteps: 3 };

  it('goes on to the same losses wherever it is interrupted', () =>
    inTemporaryFolder(async (folder) => {
      const whole = await randomTraining(path.join(folder, 'whole'), { args });
      whole.addCallback(steering());
      await whole.train();
      const expected = timeless(whole.state.logHistory);
      assert.deepEqual([whole.state.globalStep, whole.state.epoch], [9, 4]);
      whole.model.dispose();
      // The n-th time that somebody evaluates, or that a step is taken, training is stopped.
      for (const [event, count] of [
        ['onStepBegin', 4],
        ['onPredictionStep', 1],
        ['onPredictionStep', 5],
        ['onPredictionStep', 9],
      ] as const) {
        const outputDir = path.join(folder, `${event} ${count}`);
        const controller = new AbortController();
        let times = 0;
        const first = await randomTraining(outputDir, { args });
        first.addCallback(steering());
        first.addCallback({
          [event]() {
            if (++times === count) controller.abort();
          },
        });
        await assert.rejects(first.train({ signal: controller.signal }), TrainingInterrupted);
        first.model.dispose();
        const second = await randomTraining(outputDir, { args });
        second.addCallback(steering());
        await second.train({ resumeFromCheckpoint: true });
        assert.deepEqual(timeless(second.state.logHistory), expected, `${event} ${count}`);
        second.model.dispose();
      }
    }));

  const body = 'feature_extractor.';

  /** Leaves the feature encoder as it is in the first epoch and the third. */
  const freezing: TrainerCallback = {
    onEpochBegin(_args, { epoch }, _control, { model }) {
      const isFrozen = epoch < 1 || (epoch >= 2 && epoch < 3);
      for (const [name, variable] of model.parameters) if (name.includes(body)) variable.trainable = !isFrozen;
    },
  };

  const encoderOf = ({ model }: Trainer): string =>
    [...model.parameters].flatMap(([name, x]) => (name.includes(body) ? [...x.dataSync()] : [])).join();

  async function freezingTraining(outputDir: string, more: TrainingOptions, asked: number[] = []): Promise<Trainer> {
    const { source: trainDataset } = noting(examples([2400, 2400, 2400, 2400], 0), asked);
    return new Trainer({
      model: await tinyModel(RANDOM),
      args: {
        ...{ outputDir, numTrainEpochs: 4, perDeviceTrainBatchSize: 2, loggingSteps: 1, evalStrategy: 'epoch' },
        ...{ learningRate: 1e-3, reportTo: 'none', disableTqdm: true, saveStrategy: 'steps', saveSteps: 1, ...more },
      },
      trainDataset,
      evalDataset: examples([2400, 2500], 1),
      featureExtractor: extractor(),
      callbacks: [freezing],
    });
  }

  it('may freeze the feature encoder for some epochs: it changes in the others, and its cache is never out of date', () =>
    inTemporaryFolder(async (outputDir) => {
      const asked: number[] = [];
      const kept = await freezingTraining(path.join(outputDir, 'kept'), {}, asked);
      const encoders: string[] = [encoderOf(kept)];
      kept.addCallback({ onEpochEnd: () => void encoders.push(encoderOf(kept)) });
      const count = await settledTensors();
      await kept.train();
      assert.equal(tf.memory().numTensors, count);
      assert.deepEqual(
        encoders.slice(1).map((encoder, i) => encoder === encoders[i]),
        [true, false, true, false],
      );
      assert.equal(asked.length, 16);
      const room = { featureCacheBytes: 0, featureCacheDiskBytes: 0 };
      const without = await freezingTraining(path.join(outputDir, 'without'), room);
      await without.train();
      assert.deepEqual(timeless(without.state.logHistory), timeless(kept.state.logHistory));
      for (const { model } of [kept, without]) model.dispose();
    }));

  it('freezes as before where it is resumed in a frozen epoch, or after it, by the same Trainer or another', () =>
    inTemporaryFolder(async (folder) => {
      const whole = await freezingTraining(path.join(folder, 'whole'), {});
      await whole.train();
      const expected = timeless(whole.state.logHistory);
      whole.model.dispose();
      for (const step of [1, 3]) {
        const outputDir = path.join(folder, String(step));
        const controller = new AbortController();
        const first = await freezingTraining(outputDir, {});
        first.addCallback({
          onStepEnd(_args, { globalStep }) {
            if (globalStep === step) controller.abort();
          },
        });
        await assert.rejects(first.train({ signal: controller.signal }), TrainingInterrupted);
        const checkpoint = path.join(outputDir, `checkpoint-${step}`);
        for (const trainer of [first, await freezingTraining(outputDir, {})]) {
          await trainer.train({ resumeFromCheckpoint: checkpoint });
          assert.deepEqual(timeless(trainer.state.logHistory), expected);
          trainer.model.dispose();
        }
      }
    }));

  it('follows a freezing within a step: the next batch has what it needs', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await freezingTraining(outputDir, { gradientAccumulationSteps: 2, saveStrategy: 'no' });
      trainer.removeCallback(freezing);
      let frozen = false;
      trainer.addCallback({
        onSubstepEnd(_args, _state, _control, { model }) {
          frozen = !frozen;
          for (const [name, variable] of model.parameters) if (name.includes(body)) variable.trainable = !frozen;
        },
      });
      const count = await settledTensors();
      await trainer.train();
      assert.equal(trainer.state.globalStep, 4);
      assert.equal(tf.memory().numTensors, count);
      trainer.model.dispose();
    }));
});
