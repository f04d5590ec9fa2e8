import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EarlyStoppingCallback, type Tracker, Trainer, type TrainingOptions } from 'onpa';
import { trainingSummary } from 'onpa/dist/training/trackers/training-summary.js';
import { type TrainingView, watchTraining } from 'onpa/dist/training/trackers/training-watch.js';
import { inTemporaryFolder } from '../../hubert/models.js';
import { withWarnings } from '../../hubert/warnings.js';
import { examples, extractor, tinyModel } from '../tiny.js';
import { recorded, recordedTrainer } from './recorded.js';

const NAMES: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };

/** A training of which each evaluation gives the next of these scores. */
async function scored(
  outputDir: string,
  scores: readonly number[],
  callback: EarlyStoppingCallback,
  args: TrainingOptions,
  trackers: readonly Tracker[] = [],
): Promise<Trainer> {
  const left = [...scores];
  return new Trainer({
    model: await tinyModel(),
    args: { outputDir, reportTo: 'none', disableTqdm: true, metricForBestModel: 'score', ...args },
    trainDataset: examples([2400, 2500], 0),
    evalDataset: examples([2500], 1),
    featureExtractor: extractor(),
    computeMetrics: () => ({ score: left.shift()! }),
    callbacks: [callback],
    trackers,
  });
}

describe('EarlyStoppingCallback', () => {
  for (const { scores, greater, patience, threshold, steps, counter } of recorded.stops) {
    const how = `${greater ? 'more' : 'less'} is better, patience ${patience}, threshold ${threshold}`;
    it(`stops after ${steps} of the evaluations ${scores.join(', ')}, as in Transformers: ${how}`, () =>
      inTemporaryFolder(async (outputDir) => {
        const callback = new EarlyStoppingCallback({
          earlyStoppingPatience: patience,
          earlyStoppingThreshold: threshold,
        });
        const values = scores.map((score) => NAMES[score] ?? Number(score));
        const trainer = await scored(outputDir, values, callback, {
          ...{
            maxSteps: values.length,
            evalStrategy: 'steps',
            evalSteps: 1,
            saveStrategy: 'no',
            greaterIsBetter: greater,
          },
        });
        await withWarnings(() => trainer.train());
        assert.deepEqual([trainer.state.globalStep, callback.earlyStoppingPatienceCounter], [steps, counter]);
        trainer.model.dispose();
      }));
  }

  const EPOCHS: TrainingOptions = { evalStrategy: 'epoch', saveStrategy: 'epoch', loadBestModelAtEnd: true };

  it('leaves the best weights, a log, an output and a display that say how far training came', () =>
    inTemporaryFolder(async (outputDir) => {
      let view: TrainingView | undefined;
      const watch = watchTraining((now) => {
        view = now;
      });
      const callback = new EarlyStoppingCallback({ earlyStoppingPatience: 2 });
      const args: TrainingOptions = { ...EPOCHS, numTrainEpochs: 9, saveTotalLimit: 1 };
      const trainer = await scored(outputDir, [0.5, 0.9, 0.7, 0.8], callback, args, [{ name: 'watch', ...watch }]);
      const weights = () => [...trainer.model.parameters.get('projector.weight')!.dataSync()];
      let best: number[] = [];
      trainer.addCallback({
        onSave(_args, state) {
          if (state.bestGlobalStep === state.globalStep) best = weights();
        },
      });
      const { globalStep, trainingLoss, metrics } = await trainer.train();
      assert.deepEqual([globalStep, trainer.state.bestGlobalStep, trainer.state.maxSteps], [4, 2, 9]);
      assert.deepEqual(weights(), best);
      assert.equal(trainer.state.bestModelCheckpoint, path.join(outputDir, 'checkpoint-2'));
      const last = trainer.state.logHistory.at(-1)!;
      assert.deepEqual([last.step, last.epoch, last.train_loss], [4, 4, trainingLoss]);
      assert.equal(metrics.train_loss, trainingLoss);
      assert.ok(Number.isFinite(trainingLoss));
      assert.match(trainingSummary(view!), /^Finished: step 4 of 9, epoch 4 of 9, /);
      const card = readFileSync(await trainer.createModelCard(), 'utf8');
      assert.match(card, /- Score: 0\.8\n/);
      assert.equal(card.match(/^\| (No log|\d).*\|$/gm)!.length, 4);
      trainer.model.dispose();
    }));

  it('is refused without a metric or evaluations, and for options out of range', () =>
    inTemporaryFolder(async (outputDir) => {
      const refused = async (args: TrainingOptions, reason: RegExp) => {
        const refusal = { name: 'ParameterError', message: reason };
        await assert.rejects(
          scored(outputDir, [], new EarlyStoppingCallback(), { saveStrategy: 'no', ...args }),
          refusal,
        );
        const plain = { onStepEnd() {} } as never;
        const trainer = await scored(outputDir, [], plain, { saveStrategy: 'no', ...args });
        trainer.addCallback(EarlyStoppingCallback);
        await assert.rejects(trainer.train(), refusal);
        trainer.model.dispose();
      };
      await refused({ metricForBestModel: undefined, evalStrategy: 'epoch' }, /needs metricForBestModel/);
      await refused({}, /needs evaluations: give evalStrategy/);
      assert.throws(() => new EarlyStoppingCallback({ earlyStoppingPatience: 0 }), /earlyStoppingPatience is 0; give/);
      assert.throws(
        () => new EarlyStoppingCallback({ earlyStoppingThreshold: -1 }),
        /earlyStoppingThreshold is -1; give/,
      );
      assert.throws(
        () => new EarlyStoppingCallback({ early_stopping_patience: 2 } as object),
        /early_stopping_patience.*its name in Python; give earlyStoppingPatience/,
      );
    }));

  it('warns without loadBestModelAtEnd', () =>
    inTemporaryFolder(async (outputDir) => {
      const args: TrainingOptions = { evalStrategy: 'epoch', saveStrategy: 'no', numTrainEpochs: 1 };
      const trainer = await scored(outputDir, [1], new EarlyStoppingCallback(), args);
      const { warnings } = await withWarnings(() => trainer.train());
      assert.deepEqual(warnings, [
        'EarlyStoppingCallback without loadBestModelAtEnd: after training the model has its last weights',
      ]);
      trainer.model.dispose();
    }));

  it('goes on counting where a training is resumed, if its state is to be restored', () =>
    inTemporaryFolder(async (outputDir) => {
      const args: TrainingOptions = { ...EPOCHS, numTrainEpochs: 6, lrSchedulerType: 'constant' };
      const first = await scored(outputDir, [0.9, 0.8], new EarlyStoppingCallback({ earlyStoppingPatience: 3 }), {
        ...args,
        numTrainEpochs: 2,
      });
      await first.train();
      first.model.dispose();
      for (const [isRestored, steps] of [
        [true, 4],
        [false, 5],
      ] as const) {
        const callback = new EarlyStoppingCallback({ earlyStoppingPatience: 3 });
        const more = { ...args, restoreCallbackStatesFromCheckpoint: isRestored, saveTotalLimit: 20 };
        const trainer = await scored(outputDir, [0.7, 0.6, 0.5, 0.4], callback, more);
        await trainer.train({ resumeFromCheckpoint: path.join(outputDir, 'checkpoint-2') });
        assert.equal(trainer.state.globalStep, steps);
        trainer.model.dispose();
      }
    }));

  it('takes the state that Transformers saved, and says which callbacks are missing', () =>
    inTemporaryFolder(async (outputDir) => {
      const { callbacks } = recorded.events['early stopping'];
      const callback = new EarlyStoppingCallback();
      const trainer = await recordedTrainer(outputDir, { save_strategy: 'no' });
      const { CallbackHandler } = await import('onpa/dist/training/callbacks/callback-handler.js');
      const handler = new CallbackHandler([callback], trainer.args, { model: trainer.model }, () => trainer.state);
      const { warnings } = await withWarnings(async () => {
        handler.restore({ ...callbacks['checkpoint-9'], Other: { args: {}, attributes: {} } });
      });
      assert.deepEqual(callback.state(), {
        args: { earlyStoppingPatience: 2, earlyStoppingThreshold: 0 },
        attributes: { earlyStoppingPatienceCounter: 1 },
      });
      assert.equal(handler.control.shouldSave, true);
      assert.deepEqual(handler.states(), callbacks['checkpoint-9']);
      assert.deepEqual(warnings, ['The checkpoint has states of callbacks that are not here: Other']);
      assert.throws(
        () => handler.restore({ EarlyStoppingCallback: 3 } as never),
        /stateful_callbacks of the checkpoint has no state of EarlyStoppingCallback/,
      );
      trainer.model.dispose();
    }));
});
