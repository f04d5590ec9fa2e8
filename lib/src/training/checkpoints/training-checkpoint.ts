import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openCheckpoint } from '../../checkpoint/checkpoint.js';
import { saveSafetensors, type TensorData } from '../../checkpoint/save-safetensors.js';
import { CheckpointError, TrainingError, WriteError } from '../../errors.js';
import { exists } from '../../files.js';
import type { SaveOptions } from '../../hubert/pretrained/pretrained-model.js';
import { formatJson, parseJson, readJson } from '../../json.js';
import { tf } from '../../tensor/tensorflow.js';
import { ARGUMENTS_FILE, writeArguments } from '../arguments/training-arguments.js';
import type { Optimizer } from '../run/optimizer.js';
import type { OngoingTraining, Place, RunningLoss } from '../run/plan.js';
import type { TrainableModel } from '../trainable-model.js';
import type { TrainingContext } from '../trainer-options.js';
import { LONGEST_STATE, readTrainerState, STATE_FILE, type TrainerState, writeTrainerState } from '../trainer-state.js';
import { listCheckpoints, removeOldCheckpoints, writeCheckpointFolder } from './checkpoint-folder.js';

export const MODEL_FILE = 'model.safetensors';
export const OPTIMIZER_FILE = 'optimizer.safetensors';
/** All files of a checkpoint, the small ones first. */
export const CHECKPOINT_FILES: readonly string[] = [
  STATE_FILE,
  ARGUMENTS_FILE,
  'config.json',
  'preprocessor_config.json',
  OPTIMIZER_FILE,
  MODEL_FILE,
];

/**
 * Saves all that training needs to go on in `checkpoint-<step>`, and removes the oldest checkpoints beyond `saveTotalLimit`.
 *
 * @throws TrainingError if the disk is full or cannot be written to; what was saved before stays
 */
export async function saveCheckpoint(context: TrainingContext, training: OngoingTraining): Promise<void> {
  const { outputDir, saveTotalLimit } = context.args;
  const { state } = training;
  const { globalStep } = state;
  const isBest = state.bestGlobalStep === globalStep;
  const best = isBest ? path.join(outputDir, `checkpoint-${globalStep}`) : state.bestModelCheckpoint;
  const saved = { ...training, state: { ...state, bestModelCheckpoint: best } };
  try {
    await writeCheckpointFolder(outputDir, globalStep, (folder) => writeTraining(folder, context, saved));
  } catch (cause) {
    const newest = (await listCheckpoints(outputDir)).at(-1);
    const { code, message } = (cause instanceof WriteError ? cause.cause : cause) as NodeJS.ErrnoException;
    const full = code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT';
    throw new TrainingError(
      `The checkpoint after step ${globalStep} could not be written to '${outputDir}': ` +
        `${full ? `there is no room for it (${message}); make some` : message}. ` +
        (newest
          ? `All earlier ones are whole; go on from the newest, ${newest.path}, with train({ resumeFromCheckpoint: true }).`
          : 'There is no earlier one; saveModel(folder) saves the model as it is now elsewhere.'),
      { cause },
    );
  }
  state.bestModelCheckpoint = best;
  if (saveTotalLimit !== undefined) await removeOldCheckpoints(outputDir, saveTotalLimit, best);
}

/** Writes model and feature extractor, as Transformers loads them, and the arguments. */
export async function writeModel(
  folder: string,
  { model, featureExtractor, args }: Pick<TrainingContext, 'model' | 'featureExtractor' | 'args'>,
  options: SaveOptions = {},
): Promise<void> {
  await model.savePretrained(folder, options);
  await featureExtractor?.savePretrained(folder);
  const json = formatJson(writeArguments(args), 2);
  await writeFile(path.join(folder, ARGUMENTS_FILE), `${json}\n`);
}

async function writeTraining(
  folder: string,
  context: TrainingContext,
  { plan, state, optimizer, runningLoss, place, trained }: OngoingTraining,
): Promise<void> {
  await writeModel(folder, context);
  const moments = new Map<string, TensorData>();
  const steps: Record<string, number> = {};
  for (const [name, { shape, values, steps: count }] of optimizer.state()) {
    for (const [kind, data] of Object.entries(values)) moments.set(`${kind}.${name}`, { shape, data });
    steps[name] = count;
  }
  await saveSafetensors(path.join(folder, OPTIMIZER_FILE), moments, {
    steps: formatJson(steps),
    progress: formatJson(runningLoss),
    place: formatJson(place),
    examples: String(plan.examples),
    ...(plan.lengths && { lengths: plan.lengths }),
    trained: formatJson(trained),
    trainedNow: formatJson(trainedNames(context.model)),
    classWeights: formatJson(context.loss?.classWeights ?? null),
    loss: formatJson({
      computeLoss: context.loss?.computeLoss !== undefined,
      lossIsScaledForGa: context.lossIsScaledForGa,
    }),
  });
  await writeFile(path.join(folder, STATE_FILE), writeTrainerState(state));
}

/** What a checkpoint holds besides the weights. */
export interface StoredTraining {
  state: TrainerState;
  args: Readonly<Record<string, unknown>>;
  config: Readonly<Record<string, unknown>>;
  runningLoss: RunningLoss;
  examples: number;
  /** A checksum, where their order depends on their lengths; undefined in a checkpoint of an earlier version. */
  lengths?: string;
  /** The parameters that were trainable when the training began, and when this was saved. */
  trained: string[];
  trainedNow: string[];
  /** Undefined in a checkpoint of an earlier version. */
  place?: Place;
  /** What each class counts in the loss, where that is not 1. */
  classWeights: readonly number[] | null;
  /** Whether there was such a loss, and what was said of it; undefined in a checkpoint of an earlier version. */
  computeLoss?: boolean;
  lossIsScaledForGa?: boolean;
}

/** @throws CheckpointError if the folder is no checkpoint of a training with onpa */
export async function readStoredTraining(folder: string): Promise<StoredTraining> {
  const file = (name: string) => path.join(folder, name);
  const state = readTrainerState(await readJson(file(STATE_FILE), LONGEST_STATE), file(STATE_FILE));
  if (!(await exists(file(OPTIMIZER_FILE)))) {
    throw new CheckpointError(
      `${folder} has no ${OPTIMIZER_FILE}, so that training cannot go on from it: only checkpoints of onpa's Trainer ` +
        'have one. Begin a new training with its weights: fromPretrained(folder)',
    );
  }
  const moments = await openCheckpoint(file(OPTIMIZER_FILE));
  try {
    const { progress, place, examples, lengths, trained, trainedNow = trained } = moments.metadata;
    const { classWeights = 'null', loss = '{}' } = moments.metadata;
    const { computeLoss, lossIsScaledForGa } = parseJson(loss) as Partial<Record<string, boolean>>;
    return {
      state,
      args: await readJson(file(ARGUMENTS_FILE)),
      config: await readJson(file('config.json')),
      runningLoss: parseJson(progress) as RunningLoss,
      examples: Number(examples),
      lengths,
      trained: parseJson(trained) as string[],
      trainedNow: parseJson(trainedNow) as string[],
      place: place === undefined ? undefined : (parseJson(place) as Place),
      classWeights: parseJson(classWeights) as readonly number[] | null,
      computeLoss,
      lossIsScaledForGa,
    };
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause;
    throw new CheckpointError(`${file(OPTIMIZER_FILE)} was not written by onpa's Trainer`, { cause });
  } finally {
    moments.close();
  }
}

/** @throws CheckpointError if a tensor of a model is missing in a checkpoint, or of another shape */
export async function checkModel(folder: string, model: TrainableModel): Promise<void> {
  const weights = await openCheckpoint(path.join(folder, MODEL_FILE));
  weights.close();
  for (const [name, { shape }] of model.parameters) {
    const stored = weights.tensors.get(name)?.shape;
    if (stored?.join() === shape.join()) continue;
    const found = stored ? `is [${stored.join(', ')}]` : 'is missing';
    throw new CheckpointError(`${weights.path}: ${name} ${found}, the model's is [${shape.join(', ')}]`);
  }
}

/**
 * Gives a model the weights of a checkpoint.
 *
 * @throws CheckpointError if a tensor is missing or of another shape, before any weight has changed
 */
export async function restoreModel(folder: string, model: TrainableModel): Promise<void> {
  await checkModel(folder, model);
  const weights = await openCheckpoint(path.join(folder, MODEL_FILE));
  try {
    for (const [name, variable] of model.parameters) {
      // A product, so that TensorFlow has numbers of its own.
      tf.tidy(() => variable.assign(tf.mul(tf.tensor(weights.float32(name), variable.shape), 1)));
    }
  } finally {
    weights.close();
  }
}

/**
 * Gives an optimiser what a checkpoint remembers of each parameter.
 *
 * @throws CheckpointError if that is missing, or of another shape than the parameter
 */
export async function restoreOptimizer(
  folder: string,
  optimizer: Optimizer,
  { parameters }: TrainableModel,
): Promise<void> {
  const moments = await openCheckpoint(path.join(folder, OPTIMIZER_FILE));
  try {
    for (const [name, steps] of Object.entries(parseJson(moments.metadata.steps) as Record<string, number>)) {
      const shape = parameters.get(name)?.shape;
      const isThere = (kind: string) => moments.tensors.get(`${kind}.${name}`)?.shape.join() === shape?.join();
      if (!shape || !optimizer.remembers.every(isThere)) {
        throw new CheckpointError(`${moments.path}: what the optimiser remembers of ${name} does not fit the model`);
      }
      const found = optimizer.remembers.map((kind) => [kind, moments.float32(`${kind}.${name}`)] as const);
      optimizer.restore(name, { shape, steps, values: Object.fromEntries(found) });
    }
  } finally {
    moments.close();
  }
}

/** The parameters that training changes. */
export const trainedNames = ({ parameters }: TrainableModel): string[] =>
  [...parameters].filter(([, { trainable }]) => trainable).map(([name]) => name);
