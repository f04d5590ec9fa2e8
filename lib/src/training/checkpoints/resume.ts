import { CheckpointError } from '../../errors.js';
import type { HubertForSequenceClassification } from '../../hubert/models.js';
import { writeConfig } from '../../hubert/pretrained/config-file.js';
import { differences } from '../arguments/arguments-file.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainingPlan } from '../run/plan.js';
import { listCheckpoints } from './checkpoint-folder.js';
import { readStoredTraining, type StoredTraining, trainedNames } from './training-checkpoint.js';

/**
 * The folder that training goes on from; undefined where it begins anew.
 *
 * @throws CheckpointError if the last checkpoint is asked for and there is none
 */
export async function checkpointToResume(
  resumeFromCheckpoint: boolean | string | undefined,
  outputDir: string,
): Promise<string | undefined> {
  if (typeof resumeFromCheckpoint === 'string') return resumeFromCheckpoint;
  if (!resumeFromCheckpoint) return undefined;
  const last = (await listCheckpoints(outputDir)).at(-1);
  if (last) return last.path;
  throw new CheckpointError(`'${outputDir}' has no checkpoint to go on from; call train() to begin`);
}

/** Keys of config.json that say who wrote it. */
const ABOUT_THE_WRITER = new Set(['architectures', 'dtype', 'torch_dtype', 'transformers_version', '_name_or_path']);

/**
 * Reads a checkpoint and compares it with the training that is to go on from it.
 *
 * @throws CheckpointError that says what differs
 */
export async function readMatchingTraining(
  folder: string,
  model: HubertForSequenceClassification,
  args: TrainingArguments,
  plan: TrainingPlan,
  examples: number,
): Promise<StoredTraining> {
  const stored = await readStoredTraining(folder);
  const found = [
    ...configDifferences(writeConfig(model.config), stored.config),
    ...differences(args, stored.args, [plan.maxSteps, stored.state.maxSteps]),
  ];
  if (stored.examples !== examples) {
    found.push(`trainDataset has ${examples} examples here and ${stored.examples} there`);
  }
  const trained = new Set(trainedNames(model));
  const other = stored.trained
    .filter((name) => !trained.has(name))
    .concat([...trained].filter((name) => !stored.trained.includes(name)));
  if (other.length > 0)
    found.push(`${other[0]}${other.length > 1 ? ' and others are' : ' is'} frozen here or there, not both`);
  if (stored.state.globalStep > plan.maxSteps) {
    found.push(`training ends after step ${plan.maxSteps} here and is at step ${stored.state.globalStep} there`);
  }
  if (found.length === 0) return stored;
  throw new CheckpointError(
    `${folder} belongs to another training: ${found.join('; ')}. ` +
      'Give the same model and arguments, or begin a new training with its weights: fromPretrained(folder)',
  );
}

function configDifferences(
  here: Readonly<Record<string, unknown>>,
  there: Readonly<Record<string, unknown>>,
): string[] {
  // As they would be in a file.
  const ours: Record<string, unknown> = JSON.parse(JSON.stringify(here));
  const keys = new Set([...Object.keys(ours), ...Object.keys(there)]);
  return [...keys]
    .filter((key) => !ABOUT_THE_WRITER.has(key))
    .map((key) => [key, JSON.stringify(ours[key] ?? null), JSON.stringify(there[key] ?? null)])
    .filter(([, a, b]) => a !== b)
    .map(([key, a, b]) => `the model's ${key} is ${a} here and ${b} there`);
}
