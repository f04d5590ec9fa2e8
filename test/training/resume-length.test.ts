import assert from 'node:assert/strict';
import path from 'node:path';
import { CheckpointError, type LogEntry, type TrainingOptions } from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { recorded, recordedTrainer, recorder } from './callbacks/recorded.js';
import { randomTraining, timeless } from './short-training.js';
import { examples, noting } from './tiny.js';
import { trainElsewhere } from './train-elsewhere.js';

describe('A training that is resumed with another length', () => {
  for (const [title, { first, second }] of Object.entries(recorded.resumed)) {
    it(`goes on as in Transformers, by order of examples, learning rates, losses and gradients: ${title}`, () =>
      inTemporaryFolder(async (outputDir) => {
        for (const { args, stop, order, history } of [first, second]) {
          const { source, asked } = noting(examples(recorded.lengths.train, 0));
          const callbacks = stop === null ? [] : [recorder([['step_end', stop, { training_stop: true }]])];
          const trainer = await recordedTrainer(outputDir, args, { trainDataset: source, callbacks });
          await trainer.train({ resumeFromCheckpoint: args === second.args });
          // PyTorch's loader reads a batch ahead, also one that nobody comes to.
          assert.deepEqual(asked, order.slice(0, asked.length));
          const found = trainer.state.logHistory.filter((entry) => entry.loss !== undefined);
          assert.equal(found.length, history.length);
          history.forEach((expected, i) => {
            for (const [key, value] of Object.entries(expected)) {
              const apart = Math.abs(found[i][key] - value);
              assert.ok(apart <= 1e-3 * Math.abs(value), `entry ${i}: ${key} is ${found[i][key]} instead of ${value}`);
            }
          });
          trainer.model.dispose();
        }
      }));
  }

  const LONGER: TrainingOptions = { numTrainEpochs: 4, lrSchedulerType: 'cosine', maxGradNorm: 0.5 };

  it('ends with the same losses where it is killed once more', () =>
    inTemporaryFolder(async (folder) => {
      const longer = async (outputDir: string): Promise<LogEntry[]> => {
        const trainer = await randomTraining(outputDir, { args: LONGER });
        await trainer.train({ resumeFromCheckpoint: true });
        trainer.model.dispose();
        return timeless(trainer.state.logHistory);
      };
      const [whole, killed] = [path.join(folder, 'whole'), path.join(folder, 'killed')];
      for (const outputDir of [whole, killed]) {
        assert.equal(trainElsewhere({ outputDir, args: { maxSteps: 5 } }).signal, null);
      }
      const expected = await longer(whole);
      for (const dieAfterStep of [6, 10]) {
        const { signal } = trainElsewhere({ outputDir: killed, args: LONGER, resume: true, dieAfterStep });
        assert.equal(signal, 'SIGKILL');
      }
      assert.deepEqual(await longer(killed), expected);
      const rates = expected.flatMap(({ learning_rate: rate }) => rate ?? []);
      assert.equal(rates.length, 6);
    }));

  it('trains no more where it is as long as before, and gives the same output', () =>
    inTemporaryFolder(async (outputDir) => {
      const outputs: number[] = [];
      for (const resumeFromCheckpoint of [false, true]) {
        const trainer = await randomTraining(outputDir, { args: { numTrainEpochs: 1 } });
        const { globalStep, trainingLoss } = await trainer.train({ resumeFromCheckpoint });
        outputs.push(globalStep, trainingLoss);
        trainer.model.dispose();
      }
      assert.deepEqual(outputs.slice(2), outputs.slice(0, 2));
    }));

  it('is refused with fewer steps than are done, or where other examples would come, and says what to do', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: { numTrainEpochs: 1 } });
      await trainer.train();
      trainer.model.dispose();
      for (const [args, reason] of [
        [{ maxSteps: 2 }, /checkpoint-3 has done 3 steps, and this training ends after 2: give more numTrainEpochs or/],
        [{ gradientAccumulationSteps: 1 }, /gradientAccumulationSteps is 1 here and 2 there/],
        [{ perDeviceTrainBatchSize: 4 }, /perDeviceTrainBatchSize is 4 here and 2 there/],
        [{ dataSeed: 3 }, /dataSeed is 3 here and null there/],
      ] as const) {
        const other = await randomTraining(outputDir, { args });
        await assert.rejects(other.train({ resumeFromCheckpoint: true }), (error: Error) => {
          assert.match(error.message, reason);
          return error instanceof CheckpointError;
        });
        other.model.dispose();
      }
    }));
});
