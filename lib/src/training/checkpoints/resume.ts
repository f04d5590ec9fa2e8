import { CheckpointError } from '../../errors.js';
import type { ModelConfig } from '../../hubert/config.js';
import { writeConfig } from '../../hubert/pretrained/config-file.js';
import { formatJson, parseJson, snakeCase } from '../../json.js';
import { parseOptimArgs } from '../arguments/optimizer-arguments.js';
import { type TrainingArguments, writeArguments } from '../arguments/training-arguments.js';
import { TrainingDefaults } from '../arguments/training-defaults.js';
import { makeOptimizer } from '../run/make-optimizer.js';
import {
  type Due,
  dueAfterEpoch,
  dueAfterStep,
  firstPlace,
  type OngoingTraining,
  type Place,
  type TrainingPlan,
} from '../run/plan.js';
import type { TrainingContext } from '../trainer-options.js';
import { initialState, type TrainerState } from '../trainer-state.js';
import { findBest } from './best-checkpoint.js';
import { listCheckpoints } from './checkpoint-folder.js';
import {
  checkModel,
  readStoredTraining,
  restoreModel,
  restoreOptimizer,
  type StoredTraining,
  trainedNames,
} from './training-checkpoint.js';

/**
 * A training before its next step: the first, or with `resumeFromCheckpoint` the one after the last checkpoint (true) or
 * after that in the folder given, whose weights the model takes.
 *
 * @throws CheckpointError if there is no such checkpoint, or it belongs to another training
 */
export async function beginOrResume(
  context: TrainingContext,
  plan: TrainingPlan,
  resumeFromCheckpoint: boolean | string,
): Promise<OngoingTraining> {
  const { model, args, callbacks } = context;
  const { maxSteps, numTrainEpochs, loggingSteps, evalSteps, saveSteps } = plan;
  const planned = { maxSteps, numTrainEpochs, loggingSteps, evalSteps, saveSteps };
  const optimizer = makeOptimizer(model.parameters, args);
  if (resumeFromCheckpoint === false) {
    const state = { ...initialState(), ...planned, trainBatchSize: args.perDeviceTrainBatchSize };
    const runningLoss = { lossSum: 0, loggedSum: 0, lastLogged: 0, gradNorm: 0, learningRate: 0 };
    return { plan, state, runningLoss, optimizer, place: firstPlace(), trained: trainedNames(model) };
  }
  try {
    const folder = resumeFromCheckpoint === true ? await lastCheckpoint(args.outputDir) : resumeFromCheckpoint;
    const stored = await readMatchingTraining(folder, context, plan);
    const { runningLoss, trained } = stored;
    forgetOtherBest(args, stored);
    await restoreOptimizer(folder, optimizer, model);
    if (args.restoreCallbackStatesFromCheckpoint) callbacks.restore(stored.state.statefulCallbacks);
    await restoreModel(folder, model);
    const bestModelCheckpoint = await findBest(args, stored.state);
    const state = { ...stored.state, ...planned, bestModelCheckpoint };
    const place = stored.place ?? placeOf(state, args, plan);
    return { plan, state, runningLoss, optimizer, place, trained };
  } catch (error) {
    optimizer.dispose();
    throw error;
  }
}

/** Where a training is whose checkpoint, of an earlier version, does not say so. */
function placeOf(state: TrainerState, args: TrainingArguments, { stepsPerEpoch, maxSteps }: TrainingPlan): Place {
  const { globalStep, logHistory } = state;
  const steps = globalStep % stepsPerEpoch;
  const due = dueAfterStep(args, state);
  const isEvaluated = logHistory.some((entry) => entry.step === globalStep && 'eval_runtime' in entry);
  if (steps === 0 || globalStep >= maxSteps) {
    for (const [key, isDue] of Object.entries(dueAfterEpoch(args))) due[key as keyof Due] ||= isDue;
  }
  const place = { epoch: Math.floor(globalStep / stepsPerEpoch), steps, isOver: false, endedAt: globalStep };
  return { ...place, due: { ...due, evaluate: due.evaluate && !isEvaluated } };
}

async function lastCheckpoint(outputDir: string): Promise<string> {
  const last = (await listCheckpoints(outputDir)).at(-1);
  if (last) return last.path;
  throw new CheckpointError(`'${outputDir}' has no checkpoint to go on from; call train() to begin`);
}

/**
 * Reads a checkpoint that this training can go on from.
 *
 * @param name - what to call it
 * @throws CheckpointError that says in what it differs from this training, or which tensor does not fit the model
 */
export async function readMatchingTraining(
  folder: string,
  { model, args, loss, lossIsScaledForGa }: TrainingContext,
  plan: TrainingPlan,
  name: string = folder,
): Promise<StoredTraining> {
  const stored = await readStoredTraining(folder);
  const { globalStep } = stored.state;
  if (globalStep > plan.maxSteps) {
    throw new CheckpointError(
      `${name} has done ${globalStep} steps, and this training ends after ${plan.maxSteps}: give more numTrainEpochs ` +
        'or maxSteps, or take its weights as they are: fromPretrained(folder)',
    );
  }
  const found = [...configDifferences(model.config, stored.config), ...argumentDifferences(args, stored)];
  if (stored.examples !== plan.examples) {
    found.push(`trainDataset has ${plan.examples} examples here and ${stored.examples} there`);
  }
  if (plan.lengths && stored.lengths && plan.lengths !== stored.lengths) {
    found.push("the lengths of trainDataset's examples, by which they are sorted, are others here than there");
  }
  const [weights, storedWeights] = [loss?.classWeights ?? null, stored.classWeights].map((list) => formatJson(list));
  if (weights !== storedWeights) found.push(`classWeights are ${weights} here and ${storedWeights} there`);
  const computes = loss?.computeLoss !== undefined;
  if (computes !== (stored.computeLoss ?? computes)) {
    found.push(`computeLoss is given ${computes ? 'here' : 'there'} only`);
  }
  if (lossIsScaledForGa !== (stored.lossIsScaledForGa ?? lossIsScaledForGa)) {
    found.push(`lossIsScaledForGa is ${lossIsScaledForGa} here and ${stored.lossIsScaledForGa} there`);
  }
  const trained = trainedNames(model);
  // Callbacks may have frozen some since the training began, and have done so here if this model was trained by it.
  const [[other, ...more], now] = [stored.trained, stored.trainedNow].map((names) => differences(names, trained));
  if (other && now.length > 0) {
    found.push(`${other}${more.length > 0 ? ' and others are' : ' is'} frozen here or there, not both`);
  }
  if (found.length === 0) {
    await checkModel(folder, model);
    return stored;
  }
  throw new CheckpointError(
    `${name} belongs to another training: ${found.join('; ')}. ` +
      'Give the same model and arguments, or begin a new training with its weights: fromPretrained(folder)',
  );
}

/** Forgets which evaluation was the best, where this training goes by another metric, or compares it otherwise. */
function forgetOtherBest(args: TrainingArguments, { state, args: stored }: StoredTraining): void {
  if (state.bestMetric === null) return;
  const written = writeArguments(args);
  const differs = ['metric_for_best_model', 'greater_is_better'].some(
    (key) => inWords(written[key]) !== inWords(stored[key]),
  );
  if (!differs) return;
  console.warn(
    'metricForBestModel or greaterIsBetter is another than in the checkpoint: what was best until then is forgotten',
  );
  Object.assign(state, { bestMetric: null, bestGlobalStep: null, bestModelCheckpoint: null });
}

/** What is in one of two lists only. */
function differences(a: readonly string[], b: readonly string[]): string[] {
  const inOneOnly = (these: readonly string[], those: readonly string[]) =>
    these.filter((name) => !those.includes(name));
  return [...inOneOnly(a, b), ...inOneOnly(b, a)];
}

/** Keys of config.json that say who wrote it. */
const ABOUT_THE_WRITER = new Set(['architectures', 'dtype', 'torch_dtype', 'transformers_version', '_name_or_path']);

function configDifferences(config: ModelConfig, stored: Readonly<Record<string, unknown>>): string[] {
  const written = parseJson(formatJson(writeConfig(config))) as Readonly<Record<string, unknown>>;
  const keys = new Set([...Object.keys(written), ...Object.keys(stored)]);
  return [...keys]
    .filter((key) => !ABOUT_THE_WRITER.has(key))
    .map((key) => [key, formatJson(written[key] ?? null), formatJson(stored[key] ?? null)])
    .filter(([, a, b]) => a !== b)
    .map(([key, a, b]) => `the model's ${key} is ${a} here and ${b} there`);
}

/**
 * What must be the same: what the order of the examples depends on, and what the optimiser goes on with, where
 * Transformers takes the values of the checkpoint and passes over those that are given.
 */
const FIXED: readonly (keyof TrainingArguments)[] = [
  'perDeviceTrainBatchSize',
  'gradientAccumulationSteps',
  'learningRate',
  'optim',
  'optimArgs',
  'weightDecay',
  'adamBeta1',
  'adamBeta2',
  'adamEpsilon',
  'labelSmoothingFactor',
  'seed',
  'dataSeed',
  'trainSamplingStrategy',
  'dataloaderDropLast',
  'mixupAlpha',
  'mixupProb',
  'freezeFeatureEncoder',
  'bf16',
];

/** A value of an argument; the keys of an object in one order. */
const inWords = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? formatJson(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))))
    : String(value);

/** `sgd`'s arguments, complete; those of a file that are none as they stand there. */
function parsedOptimArgs(written: unknown): unknown {
  try {
    return parseOptimArgs((written ?? undefined) as string | undefined);
  } catch {
    return written;
  }
}

/** What differs between arguments and those of a checkpoint so that training could not go on, in words. */
function argumentDifferences(args: TrainingArguments, { args: stored }: StoredTraining): string[] {
  const written = writeArguments(args);
  const defaults = new TrainingDefaults();
  const isGrouped = args.trainSamplingStrategy === 'group_by_length';
  const fixed = isGrouped ? ([...FIXED, 'lengthColumnName'] as const) : FIXED;
  return fixed.flatMap((key) => {
    const name = snakeCase(key);
    // A checkpoint of an earlier version has no arguments that came later.
    const values = [written[name], stored[name] ?? defaults[key] ?? null];
    const [own, other] = values.map(inWords);
    const [first, second] = key === 'optimArgs' ? values.map(parsedOptimArgs) : values;
    return inWords(first) === inWords(second) ? [] : [`${key} is ${own} here and ${other} there`];
  });
}
