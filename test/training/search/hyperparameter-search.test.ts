import { deepEqual, doesNotMatch, equal, match, ok, rejects } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  type BestRun,
  CheckpointError,
  EarlyStoppingCallback,
  type HyperparameterSearchOptions,
  ParameterError,
  type RunInfo,
  type Trainer,
  TrainingArguments,
  TrainingError,
  TrainingInterrupted,
  type Trial,
  type TrialRecord,
  tf,
} from 'onpa';
import { defaultComputeObjective } from 'onpa/dist/training/search/objective.js';
import { inRepository, relativeError } from '../../fixtures.js';
import { inTemporaryFolder } from '../../hubert/models.js';
import { quietly } from '../../hubert/warnings.js';
import { settledTensors } from '../../settled-tensors.js';
import { camelCase, evalExamples, tinyModel, trainExamples } from '../tiny.js';
import { SEARCH, searchingTrainer } from './short-search.js';

/** What Transformers found, from test/reference/trial_reference.py. */
interface TransformersSearch {
  args: Record<string, number | string>;
  grid: { learning_rate: number[]; num_train_epochs: number[] };
  trials: { params: Record<string, number>; value: number; intermediateValues: Record<string, number> }[];
  best: { objective: number; hyperparameters: Record<string, number> };
  state: { is_hyper_param_search: boolean; trial_name: string; trial_params: Record<string, number> };
}

const { search: transformers, objectives } = JSON.parse(
  readFileSync(inRepository('test', 'fixtures', 'trials.json'), 'utf8'),
) as { search: TransformersSearch; objectives: { metrics: Record<string, number>; objective: number }[] };

const stateOf = (checkpoint: string) => JSON.parse(readFileSync(path.join(checkpoint, 'trainer_state.json'), 'utf8'));

/** Searches, and frees the Trainer's own model. */
async function search(trainer: Trainer, options: HyperparameterSearchOptions = {}): Promise<BestRun> {
  try {
    return await trainer.hyperparameterSearch({ ...SEARCH, ...options });
  } finally {
    trainer.model.dispose();
  }
}

describe('A search for hyperparameters', () => {
  it('gives each trial the objectives that Transformers gives it, and finds the same best', () =>
    inTemporaryFolder(async (outputDir) => {
      const { args, grid, trials, best, state } = transformers;
      const trainer = await searchingTrainer(outputDir, {
        model: await tinyModel(),
        modelInit: () => tinyModel(),
        args: { ...camelCase(args), outputDir, weightDecay: 0, seed: 42, reportTo: 'none', disableTqdm: true },
        trainDataset: trainExamples(),
        evalDataset: evalExamples(),
      });
      const found = await search(trainer, {
        hpSpace: { learningRate: { choices: grid.learning_rate }, numTrainEpochs: { choices: grid.num_train_epochs } },
        hpName: ({ number }) => `try-${number}`,
        sampler: 'random',
        // With this seed the trials are those of the grid, in another order.
        seed: 47,
        nTrials: 6,
      });
      const seen = new Set<number>();
      for (const { params, value, intermediateValues } of found.runSummary) {
        const same = trials.findIndex(
          ({ params: other }) =>
            other.learning_rate === params.learningRate && other.num_train_epochs === params.numTrainEpochs,
        );
        seen.add(same);
        const expected = Object.values(trials[same].intermediateValues);
        deepEqual(Object.keys(intermediateValues), Object.keys(trials[same].intermediateValues));
        ok(relativeError(Object.values(intermediateValues), expected) < 1e-4);
        ok(Math.abs(value! / trials[same].value - 1) < 1e-4);
      }
      equal(seen.size, trials.length, 'all of the grid was tried');
      deepEqual(camelCase(best.hyperparameters), found.hyperparameters);
      ok(Math.abs(found.objective / best.objective - 1) < 1e-4);
      equal(found.folder, path.join(outputDir, `try-${found.runId}`));
      const { params } = found.runSummary[0];
      const { is_hyper_param_search, trial_name, trial_params } = stateOf(
        path.join(outputDir, 'try-0', 'checkpoint-4'),
      );
      deepEqual(
        { is_hyper_param_search, trial_name, trial_params },
        { ...state, trial_params: { learning_rate: params.learningRate, num_train_epochs: params.numTrainEpochs } },
      );
    }));

  it("has Transformers' objective where it is given none", () => {
    for (const { metrics, objective } of objectives) equal(defaultComputeObjective(metrics), objective);
  });

  it('leaves no tensors, leaves the Trainer as it was, and gives arguments to train with', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await searchingTrainer(outputDir);
      const weights = trainer.model.parameters.get('projector.weight')!;
      const before = await weights.data();
      const state = structuredClone(trainer.state);
      const count = await settledTensors();
      const counts: number[] = [];
      const { hyperparameters, runSummary, runId } = await trainer.hyperparameterSearch({
        ...SEARCH,
        hpName({ number }: Trial) {
          counts.push(tf.memory().numTensors);
          return `run-${number}`;
        },
      });
      deepEqual(counts, [count, count, count]);
      equal(tf.memory().numTensors, count);
      deepEqual(await weights.data(), before);
      deepEqual(trainer.state, state);
      equal(trainer.args.learningRate, 1e-3);
      const args = new TrainingArguments({ ...trainer.args, ...hyperparameters });
      equal(args.learningRate, runSummary[Number(runId)].params.learningRate);
      equal(args.outputDir, outputDir);
      trainer.model.dispose();
    }));

  it('keeps in each folder what it tried and found, and as many checkpoints as saveTotalLimit says', () =>
    inTemporaryFolder(async (outputDir) => {
      const groups: unknown[] = [];
      const watcher = { name: 'watcher', begin: (run: RunInfo) => void groups.push(run.group), log() {}, end() {} };
      const trainer = await searchingTrainer(outputDir, { args: { saveTotalLimit: 1 } }, [watcher]);
      const { runSummary } = await search(trainer);
      deepEqual(groups, Array(3).fill(path.basename(outputDir)));
      deepEqual(readdirSync(outputDir).sort(), ['run-0', 'run-1', 'run-2', 'trials.json']);
      for (const trial of runSummary) {
        const folder = path.join(outputDir, `run-${trial.number}`);
        deepEqual(readdirSync(folder).sort(), ['checkpoint-4', 'trial.json']);
        deepEqual(JSON.parse(readFileSync(path.join(folder, 'trial.json'), 'utf8')), trial);
        const written = JSON.parse(readFileSync(path.join(folder, 'checkpoint-4', 'training_args.json'), 'utf8'));
        equal(written.learning_rate, trial.params.learningRate);
        equal(written.run_name, `run-${trial.number}`);
      }
    }));

  it('gives modelInit the trial, which may have values that are no arguments', () =>
    inTemporaryFolder(async (outputDir) => {
      const told: Trial[] = [];
      const trainer = await searchingTrainer(outputDir, {
        modelInit(trial) {
          told.push(trial!);
          return tinyModel({ hidden_dropout: Number(trial?.params.dropout) });
        },
      });
      const { runSummary } = await search(trainer, { hpSpace: { dropout: { choices: [0, 0.5] } }, nTrials: 3 });
      deepEqual(
        told.map(({ number, params }) => ({ number, params })),
        runSummary.map(({ number, params }) => ({ number, params })),
      );
    }));

  it('evaluates a trial after its training where training does not', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await searchingTrainer(outputDir, { args: { evalStrategy: 'no', evalSteps: 4 } });
      const { runSummary } = await search(trainer, { nTrials: 2 });
      ok(runSummary.every(({ value, state }) => state === 'complete' && value! > 0));
    }));

  it('notes a trial that diverges as failed, and goes on', () =>
    inTemporaryFolder(async (outputDir) => {
      const hpSpace = { learningRate: { choices: [1e-3, 1e30] }, maxGradNorm: { choices: [0] } };
      const { runSummary, hyperparameters } = await search(await searchingTrainer(outputDir), { hpSpace, nTrials: 8 });
      const failed = runSummary.filter(({ state }) => state === 'failed');
      ok(failed.length > 0 && failed.length < 8);
      for (const { params, reason, value } of failed) {
        equal(params.learningRate, 1e30);
        match(reason!, /diverged/);
        equal(value, undefined);
      }
      equal(hyperparameters.learningRate, 1e-3);
    }));

  it('notes an objective that is no finite number as failed, and says so where there is no other', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await searchingTrainer(outputDir);
      await rejects(search(trainer, { computeObjective: () => Number.NaN, nTrials: 2 }), (error: Error) => {
        match(error.message, /None of 2 trials ran to its end.*objective is NaN/);
        return error instanceof TrainingError;
      });
      doesNotMatch(readFileSync(path.join(outputDir, 'trials.json'), 'utf8'), /"value"/);
    }));

  it('ends trials early that are worse than the median, and does not take them for the best', () =>
    inTemporaryFolder(async (outputDir) => {
      let evaluations = 0;
      // Each evaluation is worse than all before.
      const computeMetrics = () => ({ badness: ++evaluations });
      const trainer = await searchingTrainer(outputDir, { computeMetrics });
      const options = { nTrials: 7, pruner: 'median', computeObjective: undefined } as const;
      const { runSummary, runId } = await search(trainer, options);
      deepEqual(
        runSummary.map(({ state }) => state),
        ['complete', 'complete', 'complete', 'complete', 'complete', 'pruned', 'pruned'],
      );
      deepEqual(Object.keys(runSummary[0].intermediateValues), ['2', '4']);
      deepEqual(Object.keys(runSummary[6].intermediateValues), ['2']);
      equal(runId, '0');
      // As if it had been killed before the last trial was noted.
      const file = path.join(outputDir, 'trials.json');
      const { trials, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
      const { number, params } = trials.pop();
      trials.push({ number, params, state: 'running', intermediateValues: {} });
      writeFileSync(file, JSON.stringify({ ...rest, trials }));
      const resumed = await search(await searchingTrainer(outputDir, { computeMetrics }), options);
      deepEqual(resumed.runSummary, runSummary);
      equal(evaluations, 12, 'nothing is evaluated twice');
    }));

  it('stops within a step, and goes on by the same call to the trials that it would have found', () =>
    inTemporaryFolder(async (folder) => {
      const whole = await search(await searchingTrainer(path.join(folder, 'whole')));
      const outputDir = path.join(folder, 'stopped');
      const abort = new AbortController();
      let steps = 0;
      const watcher = { name: 'watcher', begin() {}, log() {}, step: () => ++steps === 6 && abort.abort(), end() {} };
      const stopped = search(await searchingTrainer(outputDir, {}, [watcher as never]), { signal: abort.signal });
      await rejects(stopped, (error: Error) => {
        match(error.message, /after 1 of 3 trials; the same call goes on/);
        return error instanceof TrainingInterrupted;
      });
      ok(steps <= 7, `${steps} steps`);
      const resumed = await search(await searchingTrainer(outputDir));
      deepEqual(resumed.runSummary, whole.runSummary);
      const again = await search(
        await searchingTrainer(outputDir, { modelInit: () => Promise.reject(new Error('no')) }),
      );
      deepEqual(again.runSummary, whole.runSummary, 'nothing is run twice');
      const more = await search(await searchingTrainer(outputDir), { nTrials: 4 });
      deepEqual(more.runSummary.slice(0, 3), whole.runSummary);
      equal(more.runSummary.length, 4);
    }));

  it('lets errors of the code that it is given pass, and goes on when that is mended', () =>
    inTemporaryFolder(async (outputDir) => {
      const computeMetrics = () => {
        throw new TypeError('of the user');
      };
      await rejects(search(await searchingTrainer(outputDir, { computeMetrics })), /of the user/);
      equal((await search(await searchingTrainer(outputDir))).runSummary.length, 3);
    }));

  it('ends where not the values of a trial are at fault, and notes nothing as failed', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await searchingTrainer(outputDir, { args: { metricForBestModel: 'f1' } });
      await rejects(search(trainer), /metricForBestModel is 'f1'/);
      const { trials } = JSON.parse(readFileSync(path.join(outputDir, 'trials.json'), 'utf8'));
      deepEqual(
        trials.map(({ state }: TrialRecord) => state),
        ['running'],
      );
    }));

  it('says at the first evaluation that computeObjective gives no number', () =>
    inTemporaryFolder(async (outputDir) => {
      let evaluations = 0;
      const trainer = await searchingTrainer(outputDir, { computeMetrics: () => ({ count: ++evaluations }) });
      await rejects(search(trainer, { computeObjective: () => 'low' as never }), /computeObjective gave "low"/);
      equal(evaluations, 1);
    }));

  it("has the Trainer's present callbacks in each trial, which begin afresh", () =>
    inTemporaryFolder(async (outputDir) => {
      let evaluations = 0;
      const begun: number[] = [];
      class Counting {
        steps = 0;
        onStepEnd() {
          this.steps++;
        }
        onTrainEnd() {
          begun.push(this.steps);
        }
      }
      const removed = { onStepEnd: () => ok(false, 'a callback that was removed') };
      const trainer = await searchingTrainer(outputDir, {
        args: { evalSteps: 1, metricForBestModel: 'badness', greaterIsBetter: false },
        computeMetrics: () => ({ badness: ++evaluations }),
        callbacks: [removed, Counting],
      });
      trainer.removeCallback(removed);
      const stopping = new EarlyStoppingCallback({ earlyStoppingPatience: 2 });
      trainer.addCallback(stopping);
      const { runSummary } = await quietly(() => search(trainer));
      for (const { intermediateValues } of runSummary) deepEqual(Object.keys(intermediateValues), ['1', '2', '3']);
      deepEqual(begun, [3, 3, 3]);
      equal(stopping.earlyStoppingPatienceCounter, 0);
    }));

  it('is stopped in the evaluation after a training, too', () =>
    inTemporaryFolder(async (outputDir) => {
      const abort = new AbortController();
      let batches = 0;
      const callbacks = [{ onPredictionStep: () => void (++batches === 1 && abort.abort()) }];
      const args = { evalStrategy: 'no', evalSteps: 4, perDeviceEvalBatchSize: 1 } as const;
      const trainer = await searchingTrainer(outputDir, { args, callbacks });
      await rejects(search(trainer, { signal: abort.signal }), /stopped after 0 of 3 trials/);
      equal(batches, 1);
    }));

  it('refuses to go on with another search, and says what differs', () =>
    inTemporaryFolder(async (outputDir) => {
      await search(await searchingTrainer(outputDir), { nTrials: 1 });
      const refused = async (options: HyperparameterSearchOptions, args: object, reason: RegExp) =>
        rejects(search(await searchingTrainer(outputDir, { args }), options), (error: Error) => {
          match(error.message, reason);
          return error instanceof CheckpointError;
        });
      await refused({ direction: 'maximize' }, {}, /another search: direction is "maximize" here and "minimize" there/);
      await refused({}, { weightDecay: 0.5 }, /weight_decay is 0.5 here and 0.01 there/);
      await refused({ hpSpace: { seed: { choices: [1] } } }, {}, /hpSpace is/);
      await refused({ seed: 8 }, {}, /search: seed is 8 here and 7 there/);
      await refused({ seed: 7 }, { seed: 8 }, /search: args.seed is 8 here and 7 there/);
      const indifferent = { saveTotalLimit: 2, pushToHub: true, hubStrategy: 'end', hubRevision: 'x' } as const;
      await search(await searchingTrainer(outputDir, { args: indifferent }), { nTrials: 1 });
      await rm(path.join(outputDir, 'trials.json'));
      await rejects(search(await searchingTrainer(outputDir)), /run-0 has checkpoints of another search/);
    }));

  it('refuses bad spaces and options before anything is trained or written', () =>
    inTemporaryFolder(async (folder) => {
      const outputDir = path.join(folder, 'nothing');
      const trainer = await searchingTrainer(outputDir);
      const refuse = (options: object, reason: RegExp) =>
        rejects(trainer.hyperparameterSearch({ ...SEARCH, ...options }), (error: Error) => {
          match(error.message, reason);
          return error instanceof ParameterError;
        });
      await refuse({ hpSpace: {} }, /hpSpace is empty/);
      await refuse({ hpSpace: { seed: 3 } }, /hpSpace.seed is neither/);
      await refuse({ hpSpace: { seed: { low: 3, high: 2 } } }, /hpSpace.seed.high is 2/);
      await refuse({ hpSpace: { seed: { low: 0, high: 2, log: true } } }, /hpSpace.seed.low is 0/);
      await refuse({ hpSpace: { seed: { low: 1, high: 9, step: 2, log: true } } }, /only 1/);
      await refuse({ hpSpace: { seed: { min: 1, max: 9 } } }, /neither \{ low, high \}/);
      await refuse({ hpSpace: { seed: { low: 1, high: 9, steps: 2 } } }, /a key of hpSpace.seed is 'steps'/);
      await refuse({ hpSpace: { seed: { choices: [] } } }, /no list/);
      await refuse({ hpSpace: { seed: { choices: [{}] } } }, /JSON/);
      await refuse(
        { hpSpace: { seed: { low: 0, high: 1 }, warmupRatio: { low: 0, high: 2 } } },
        /hpSpace.warmupRatio: .*2/,
      );
      await refuse({ hpSpace: { lrSchedulerType: { choices: ['linear', 'steep'] } } }, /'steep'/);
      await refuse({ hpSpace: { learningrate: { low: 0, high: 1 } } }, /is learningRate meant/);
      await refuse({ hpSpace: { dropout: { low: 0, high: 1 } } }, /modelInit that takes the trial/);
      await refuse({ hpSpace: { outputDir: { choices: ['a'] } } }, /folder of its own/);
      await refuse({ nTrials: 0 }, /nTrials is 0/);
      await refuse({ direction: ['minimize', 'maximize'] }, /direction is/);
      await refuse({ sampler: 'grid' }, /sampler is 'grid'/);
      await refuse({ pruner: 'hyperband' }, /pruner is 'hyperband'/);
      await refuse({ n_trials: 3 }, /give nTrials/);
      deepEqual(readdirSync(folder), []);
      await refuse({ hpName: () => '../x' }, /without '\/'/);
      await refuse({ computeObjective: () => 'low' }, /computeObjective gave "low"/);
      trainer.model.dispose();
    }));

  it('refuses a Trainer without modelInit or data, and a modelInit that gives the own model', () =>
    inTemporaryFolder(async (outputDir) => {
      const refuse = async (options: object, reason: RegExp) =>
        rejects(search(await searchingTrainer(outputDir, options)), (error: Error) => {
          match(error.message, reason);
          return error instanceof ParameterError;
        });
      await refuse({ modelInit: undefined }, /no modelInit/);
      await refuse({ evalDataset: undefined, args: { evalStrategy: 'no' } }, /needs trainDataset and evalDataset/);
      const model = await tinyModel();
      const trainer = await searchingTrainer(outputDir, { model, modelInit: () => model });
      await rejects(search(trainer), /own model/);
    }));
});
