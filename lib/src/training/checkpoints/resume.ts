import { CheckpointError } from '../../errors.js';
import type { ModelConfig } from '../../hubert/config.js';
import { writeConfig } from '../../hubert/pretrained/config-file.js';
import { formatJson, parseJson, snakeCase } from '../../json.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import { AdamW } from '../run/adamw.js';
import type { OngoingTraining, TrainingPlan } from '../run/plan.js';
import { warmupStepsOf } from '../run/schedule.js';
import type { TrainingContext } from '../trainer-options.js';
import { initialState } from '../trainer-state.js';
import { findBest } from './best-checkpoint.js';
import { listCheckpoints } from './checkpoint-folder.js';
import {
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
  const { model, args } = context;
  const { maxSteps, numTrainEpochs, loggingSteps, evalSteps, saveSteps } = plan;
  const planned = { maxSteps, numTrainEpochs, loggingSteps, evalSteps, saveSteps };
  const optimizer = new AdamW(model.parameters, args);
  if (resumeFromCheckpoint === false) {
    const state = { ...initialState(), ...planned, trainBatchSize: args.perDeviceTrainBatchSize };
    const runningLoss = { lossSum: 0, loggedSum: 0, lastLogged: 0, gradNorm: 0, learningRate: 0 };
    return { plan, state, runningLoss, optimizer };
  }
  const folder = resumeFromCheckpoint === true ? await lastCheckpoint(args.outputDir) : resumeFromCheckpoint;
  const { state, runningLoss } = await readMatchingTraining(folder, context, plan);
  await restoreModel(folder, model);
  await restoreOptimizer(folder, optimizer);
  const bestModelCheckpoint = await findBest(args, state);
  return { plan, state: { ...state, ...planned, bestModelCheckpoint }, runningLoss, optimizer };
}

async function lastCheckpoint(outputDir: string): Promise<string> {
  const last = (await listCheckpoints(outputDir)).at(-1);
  if (last) return last.path;
  throw new CheckpointError(`'${outputDir}' has no checkpoint to go on from; call train() to begin`);
}

/** Reads a checkpoint, and throws a CheckpointError that says in what it differs from this training. */
async function readMatchingTraining(
  folder: string,
  { model, args }: TrainingContext,
  plan: TrainingPlan,
): Promise<StoredTraining> {
  const stored = await readStoredTraining(folder);
  const found = [...configDifferences(model.config, stored.config), ...argumentDifferences(args, plan, stored)];
  if (stored.examples !== plan.examples) {
    found.push(`trainDataset has ${plan.examples} examples here and ${stored.examples} there`);
  }
  const trained = trainedNames(model);
  const inOneOnly = (a: readonly string[], b: readonly string[]) => a.filter((name) => !b.includes(name));
  const [other, ...more] = [...inOneOnly(stored.trained, trained), ...inOneOnly(trained, stored.trained)];
  if (other) found.push(`${other}${more.length > 0 ? ' and others are' : ' is'} frozen here or there, not both`);
  if (stored.state.globalStep > plan.maxSteps) {
    found.push(`training ends after step ${plan.maxSteps} here and is at step ${stored.state.globalStep} there`);
  }
  if (found.length === 0) return stored;
  throw new CheckpointError(
    `${folder} belongs to another training: ${found.join('; ')}. ` +
      'Give the same model and arguments, or begin a new training with its weights: fromPretrained(folder)',
  );
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

/** What must be the same for training to go on as if it had never stopped. */
const FIXED: readonly (keyof TrainingArguments)[] = [
  'perDeviceTrainBatchSize',
  'gradientAccumulationSteps',
  'learningRate',
  'weightDecay',
  'adamBeta1',
  'adamBeta2',
  'adamEpsilon',
  'maxGradNorm',
  'lrSchedulerType',
  'seed',
  'dataSeed',
  'dataloaderDropLast',
  'freezeFeatureEncoder',
];

/** What differs between arguments and those of a checkpoint so that training could not go on, in words. */
function argumentDifferences(
  args: TrainingArguments,
  { maxSteps }: TrainingPlan,
  { args: stored, state: { maxSteps: storedMaxSteps } }: StoredTraining,
): string[] {
  const found = FIXED.flatMap((key) => {
    const [own, other] = [args[key] ?? null, stored[snakeCase(key)] ?? null];
    return own === other ? [] : [`${key} is ${own} here and ${other} there`];
  });
  // Checkpoints may be older than bfloat16.
  const wasRounded = stored.bf16 === true;
  if (args.bf16 !== wasRounded) found.push(`bf16 is ${args.bf16} here and ${wasRounded} there`);
  // A constant rate does not care how long training is.
  const constant = args.lrSchedulerType.startsWith('constant');
  if (!constant && maxSteps !== storedMaxSteps) {
    found.push(`training has ${maxSteps} steps here and ${storedMaxSteps} there`);
  }
  const others = { ...args, warmupSteps: Number(stored.warmup_steps), warmupRatio: Number(stored.warmup_ratio) };
  const [warmup, storedWarmup] = [warmupStepsOf(args, maxSteps), warmupStepsOf(others, storedMaxSteps)];
  if (args.lrSchedulerType !== 'constant' && warmup !== storedWarmup) {
    found.push(`the warm-up has ${warmup} steps here and ${storedWarmup} there`);
  }
  return found;
}
