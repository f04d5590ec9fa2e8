import { cp, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ParameterError } from '../errors.js';
import { isFolder, writeWhole } from '../files.js';
import { repositoryLicense } from '../hub/download/repository-license.js';
import { isRepositoryId } from '../hub/names.js';
import { type CommitInfo, type PushOptions, pushFiles } from '../hub/push/push-files.js';
import type { SaveOptions } from '../hubert/pretrained/pretrained-model.js';
import type { TrainingArguments } from './arguments/training-arguments.js';
import { type ModelCardOptions, modelCard } from './card/model-card.js';
import type { TrainingContext } from './trainer-options.js';
import { STATE_FILE, type TrainerState, writeTrainerState } from './trainer-state.js';

/** What {@link Trainer.pushToHub} takes: where to push, and what the model card should say. */
export interface TrainerPushOptions extends PushOptions, ModelCardOptions, SaveOptions {}

/** Pushes a model with all that is known of its training, as one commit. */
export async function pushTraining(
  context: TrainingContext,
  state: TrainerState,
  options: TrainerPushOptions,
): Promise<CommitInfo> {
  const { model, featureExtractor, args } = context;
  const name = repositoryOf(args);
  const card = { ...options };
  const base = options.finetunedFrom;
  if (!options.license && base && options.folder === undefined) card.license = await repositoryLicense(base, options);
  const write = async (folder: string) => {
    await model.savePretrained(folder, { exportOnnx: options.exportOnnx });
    await featureExtractor?.savePretrained(folder);
    await writeFile(join(folder, STATE_FILE), writeTrainerState(published(state)));
    await writeFile(join(folder, 'README.md'), cardOf(context, state, card));
    const logs = join(args.outputDir, 'runs');
    if (await isFolder(logs)) await cp(logs, join(folder, 'runs'), { recursive: true });
  };
  const { private: isPrivate = args.hubPrivateRepo, revision = args.hubRevision } = options;
  const { commitMessage = 'End of training' } = options;
  return pushFiles(name, write, { ...options, private: isPrivate, revision, commitMessage });
}

/** Writes the model card alone into the output folder. Returns its path. */
export async function writeModelCard(
  context: TrainingContext,
  state: TrainerState,
  options: ModelCardOptions,
): Promise<string> {
  const { outputDir } = context.args;
  const path = join(outputDir, 'README.md');
  await writeWhole(path, Buffer.from(cardOf(context, state, options)), { makeFolder: true });
  return path;
}

const cardOf = (context: TrainingContext, state: TrainerState, options: ModelCardOptions): string =>
  modelCard(context, state, repositoryOf(context.args).split('/').at(-1)!, options);

/**
 * `hubModelId`, else the name of the output folder.
 *
 * @throws ParameterError where no repository could have that name
 */
export function repositoryOf({ hubModelId, outputDir }: TrainingArguments): string {
  const name = hubModelId ?? basename(resolve(outputDir));
  if (isRepositoryId(name)) return name;
  throw new ParameterError(
    `outputDir '${outputDir}' does not end in a name that a repository could have; give hubModelId in the training arguments`,
  );
}

/** Without the path of a folder of this machine. */
function published(state: TrainerState): TrainerState {
  const { bestModelCheckpoint: best } = state;
  return { ...state, bestModelCheckpoint: best === null ? null : basename(best) };
}
