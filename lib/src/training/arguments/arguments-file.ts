import { snakeCase } from '../../json.js';
import { warmupStepsOf } from '../run/schedule.js';
import type { TrainingArguments, TrainingOptions } from './training-arguments.js';

/** The file's name in a checkpoint. */
export const ARGUMENTS_FILE = 'training_args.json';

/** The arguments under Transformers' keys. */
export function writeArguments(args: TrainingArguments): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [snakeCase(key), value ?? null]));
}

/** The arguments of these names that an object of such keys holds. */
export function readArguments(stored: Readonly<Record<string, unknown>>, names: readonly string[]): TrainingOptions {
  const given = names.map((name) => [name, stored[snakeCase(name)] ?? undefined]);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
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
export function differences(
  args: TrainingArguments,
  stored: Readonly<Record<string, unknown>>,
  [maxSteps, storedMaxSteps]: readonly [number, number],
): string[] {
  const found = FIXED.flatMap((key) => {
    const [here, there] = [args[key] ?? null, stored[snakeCase(key)] ?? null];
    return here === there ? [] : [`${key} is ${here} here and ${there} there`];
  });
  // A constant rate does not care how long training is.
  const constant = args.lrSchedulerType.startsWith('constant');
  if (!constant && maxSteps !== storedMaxSteps) {
    found.push(`training has ${maxSteps} steps here and ${storedMaxSteps} there`);
  }
  const there = { ...args, warmupSteps: Number(stored.warmup_steps), warmupRatio: Number(stored.warmup_ratio) };
  const [warmup, storedWarmup] = [warmupStepsOf(args, maxSteps), warmupStepsOf(there, storedMaxSteps)];
  if (args.lrSchedulerType !== 'constant' && warmup !== storedWarmup) {
    found.push(`the warm-up has ${warmup} steps here and ${storedWarmup} there`);
  }
  return found;
}
