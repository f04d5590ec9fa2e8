import path from 'node:path';
import { asSource } from '../../dataset/example-source.js';
import { ParameterError, TrainingError, TrainingInterrupted } from '../../errors.js';
import { writeWhole } from '../../files.js';
import { type Interruption, listenForInterruption, Stopped } from '../../interruption.js';
import { formatJson } from '../../json.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import { listCheckpoints } from '../checkpoints/checkpoint-folder.js';
import { inOutputFolder } from '../checkpoints/output-folder.js';
import type { TrainableModel } from '../trainable-model.js';
import type { TrainerOptions } from '../trainer-options.js';
import { runTrial, type SearchContext, trialFolder } from './run-trial.js';
import { sampleHyperparameters } from './sampler.js';
import { searchDisplay } from './search-display.js';
import { checkSearchOptions, type HyperparameterSearchOptions, type SearchSettings } from './search-options.js';
import { type BestRun, bestTrial, type TrialRecord } from './trial.js';
import { identityOf, readTrials, type SearchIdentity, writeTrials } from './trials-file.js';

/**
 * Trains models with different arguments, one after the other, each in a folder of its own, and finds the best. What the
 * search knows is written before and after each trial, so that the same call goes on with a search that was stopped.
 *
 * @throws what {@link Trainer.hyperparameterSearch} says
 */
export async function searchHyperparameters<M extends TrainableModel>(
  { model, modelInit, trainDataset, evalDataset, trackers = [] }: TrainerOptions<M>,
  args: TrainingArguments,
  makeTrainer: SearchContext<M>['makeTrainer'],
  options: HyperparameterSearchOptions,
): Promise<BestRun> {
  if (!modelInit) {
    throw new ParameterError('There is no modelInit; give the Trainer a function that makes a model for each trial');
  }
  if (!trainDataset || !evalDataset) {
    throw new ParameterError('A search needs trainDataset and evalDataset; give the Trainer both');
  }
  const context = { args, model, modelInit, trackers, makeTrainer };
  const examples = { train: asSource(trainDataset).length, evaluation: asSource(evalDataset).length };
  const settings = checkSearchOptions(options, args, modelInit);
  const { direction, sampler, pruner, seed } = settings;
  const hpSpace = Object.fromEntries(settings.space);
  const identity = { hpSpace, direction, sampler, pruner, seed, args: identityOf(args), examples };
  const interruption = listenForInterruption(options.signal);
  const trials: TrialRecord[] = [];
  try {
    await inOutputFolder(args.outputDir, interruption, async () => {
      trials.push(...(await readTrials(args.outputDir, identity)));
      await runTrials(context, settings, { trials, identity, interruption, signal: options.signal });
    });
  } catch (error) {
    if (!(error instanceof Stopped || error instanceof TrainingInterrupted)) throw error;
    const done = trials.filter(({ state }) => state !== 'running').length;
    throw new TrainingInterrupted(
      `The search was stopped after ${done} of ${settings.nTrials} trials; the same call goes on from there.`,
      { cause: error },
    );
  } finally {
    interruption.end();
  }
  return bestRun(trials, settings, args.outputDir);
}

interface OngoingSearch {
  /** Grows. */
  trials: TrialRecord[];
  identity: SearchIdentity;
  interruption: Interruption;
  signal?: AbortSignal;
}

async function runTrials<M extends TrainableModel>(
  context: SearchContext<M>,
  settings: SearchSettings,
  { trials, identity, interruption, signal }: OngoingSearch,
): Promise<void> {
  const { outputDir, disableTqdm } = context.args;
  const display = disableTqdm ? undefined : searchDisplay(settings);
  for (;;) {
    const isRunning = trials.at(-1)?.state === 'running';
    const before = isRunning ? trials.slice(0, -1) : [...trials];
    if (before.length >= settings.nTrials) return;
    await interruption.pause();
    if (!isRunning) {
      trials.push(await newTrial(before, settings, outputDir));
      await writeTrials(outputDir, identity, trials);
    }
    display?.update(trials);
    const tracker = display?.tracker() ?? { name: 'nobody', begin() {}, log() {}, end() {} };
    const trial = await runTrial(trials[before.length], context, {
      settings,
      trials: before,
      interruption,
      signal,
      tracker,
    });
    trials[before.length] = trial;
    const record = Buffer.from(`${formatJson(trial, 2)}\n`);
    await writeWhole(path.join(trialFolder(outputDir, trial), 'trial.json'), record, { makeFolder: true });
    await writeTrials(outputDir, identity, trials);
    display?.update(trials);
  }
}

async function newTrial(
  before: readonly TrialRecord[],
  settings: SearchSettings,
  outputDir: string,
): Promise<TrialRecord> {
  const number = before.length;
  const params = sampleHyperparameters(settings.space, before, settings);
  const name = settings.hpName?.({ number, params });
  if (name !== undefined && (name === '' || name.startsWith('.') || path.basename(name) !== name)) {
    throw new ParameterError(`hpName calls trial ${number} '${name}'; give the name of a folder, without '/'`);
  }
  if (before.some((trial) => name !== undefined && trial.name === name)) {
    throw new ParameterError(`hpName calls trial ${number} '${name}', as another before; give each a name of its own`);
  }
  const folder = trialFolder(outputDir, { number, params, name });
  if ((await listCheckpoints(folder)).length > 0) {
    throw new ParameterError(`${folder} has checkpoints of another search; remove it, or give another outputDir`);
  }
  return { number, params, ...(name !== undefined && { name }), state: 'running', intermediateValues: {} };
}

function bestRun(trials: readonly TrialRecord[], { direction }: SearchSettings, outputDir: string): BestRun {
  const best = bestTrial(trials, direction);
  if (!best) {
    const reason = trials.find((trial) => trial.reason !== undefined)?.reason;
    throw new TrainingError(`None of ${trials.length} trials ran to its end; the first that failed: ${reason}`);
  }
  return {
    runId: String(best.number),
    objective: best.value,
    hyperparameters: best.params,
    folder: trialFolder(outputDir, best),
    runSummary: trials,
  };
}
