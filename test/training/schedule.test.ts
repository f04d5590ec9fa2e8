import assert from 'node:assert/strict';
import { TrainingArguments, type TrainingOptions } from 'onpa';
import { learningRateAt } from 'onpa/dist/training/run/schedule.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { options } from './options-reference.js';
import { randomTraining } from './short-training.js';
import { camelCase } from './tiny.js';

describe('The learning rate', () => {
  for (const [i, { lr_scheduler_type: type, warmup_steps: warmupSteps, lr_scheduler_kwargs: kwargs }] of Object.entries(
    options.cases.schedules,
  )) {
    it(`is that of get_scheduler('${type}') with ${warmupSteps} steps of warm-up and ${JSON.stringify(kwargs)}`, () => {
      const args = new TrainingArguments({
        learningRate: 3e-4,
        warmupSteps,
        lrSchedulerType: type as 'linear',
        lrSchedulerKwargs: camelCase(kwargs) as object,
      });
      const { steps } = options.cases;
      for (const [step, rate] of options.tensor(`rates/${i}`, 'F64').data.entries()) {
        const found = learningRateAt(step, args, steps);
        assert.ok(Math.abs(found - rate) <= 1e-12 * 3e-4, `step ${step}: ${found} in place of ${rate}`);
      }
    });
  }

  const refusals: [TrainingOptions, RegExp][] = [
    [{ lrSchedulerType: 'reduce_lr_on_plateau' as never }, /give one of linear, cosine, cosine_with_restarts/],
    [{ lrSchedulerKwargs: { power: 2 } }, /has power, but the schedule 'linear' takes none/],
    [
      { lrSchedulerType: 'polynomial', lrSchedulerKwargs: { lr_end: 0 } as object },
      /has lr_end, .* takes lrEnd, power/,
    ],
    [{ lrSchedulerType: 'polynomial', lrSchedulerKwargs: { lrEnd: 1 } }, /lrEnd \(1\) must be below learningRate/],
    [{ lrSchedulerType: 'cosine_with_min_lr' }, /needs lrSchedulerKwargs with either minLr or minLrRate/],
    [
      { lrSchedulerType: 'cosine_with_min_lr', lrSchedulerKwargs: { minLr: 0, minLrRate: 0 } },
      /needs lrSchedulerKwargs with either/,
    ],
    [{ lrSchedulerType: 'warmup_stable_decay' }, /needs lrSchedulerKwargs with numDecaySteps/],
    [{ lrSchedulerType: 'inverse_sqrt', lrSchedulerKwargs: { timescale: 0 } }, /timescale is 0/],
    [{ lrSchedulerType: 'cosine', lrSchedulerKwargs: 'numCycles' as never }, /lrSchedulerKwargs is "numCycles"/],
  ];
  for (const [given, message] of refusals) {
    it(`is refused as ${JSON.stringify(given)}`, () => {
      assert.throws(() => new TrainingArguments(given), { name: 'ParameterError', message });
    });
  }

  it('of a resumed training is that of one that was not', () =>
    inTemporaryFolder(async (outputDir) => {
      const args: TrainingOptions = {
        lrSchedulerType: 'warmup_stable_decay',
        lrSchedulerKwargs: { numDecaySteps: 4, minLrRatio: 0.1 },
      };
      const trainer = await randomTraining(outputDir, { args });
      await trainer.train();
      const rates = trainer.state.logHistory.flatMap(({ learning_rate: rate }) => rate ?? []);
      trainer.model.dispose();
      const resumed = await randomTraining(outputDir, { args });
      await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-4` });
      assert.deepEqual(
        resumed.state.logHistory.flatMap(({ learning_rate: rate }) => rate ?? []),
        rates,
      );
      resumed.model.dispose();
      const { lrSchedulerKwargs } = await TrainingArguments.loadFromJson(
        `${outputDir}/checkpoint-4/training_args.json`,
      );
      assert.deepEqual(lrSchedulerKwargs, args.lrSchedulerKwargs);
    }));
});
