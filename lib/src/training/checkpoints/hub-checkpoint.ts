import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CheckpointError, TrainingInterrupted } from '../../errors.js';
import { exists, isFolder } from '../../files.js';
import { type RepositoryFiles, repositoryFiles } from '../../hub/download/repository-files.js';
import { isRepositoryId } from '../../hub/names.js';
import { type Interruption, Stopped } from '../../interruption.js';
import { formatJson, readJson } from '../../json.js';
import { LONGEST_STATE, STATE_FILE } from '../trainer-state.js';
import { CHECKPOINT, LAST_CHECKPOINT, writeCheckpointFolder } from './checkpoint-folder.js';
import { CHECKPOINT_FILES, MODEL_FILE, OPTIMIZER_FILE } from './training-checkpoint.js';

/** A checkpoint of the Hub in the cache, and its place in the output folder. */
interface Fetched {
  files: ReadonlyMap<string, string>;
  place: string;
  /** What it is called on the Hub. */
  name: string;
}

/** A checkpoint of a repository. */
interface HubCheckpoint {
  id: string;
  revision: string;
  /** Default the newest. */
  folder?: string;
}

/**
 * The checkpoint of a repository that a text names: 'owner/name', 'owner/name@revision', or
 * 'hf://owner/name@revision/folder'. Undefined if it names none.
 */
export function parseHubCheckpoint(text: string): HubCheckpoint | undefined {
  const [, id, plain] = /^([^/@]+\/[^/@]+)(?:@(.+))?$/.exec(text) ?? [];
  if (id !== undefined) return isRepositoryId(id) ? { id, revision: plain ?? 'main' } : undefined;
  // As huggingface_hub's file system has them, where a slash in a revision is %2F.
  const [, owned, encoded, folder] = /^hf:\/\/([^/@]+\/[^/@]+)(?:@([^/]+))?(?:\/([^/]+))?\/?$/.exec(text) ?? [];
  if (owned === undefined || !isRepositoryId(owned)) return undefined;
  return { id: owned, revision: encoded?.replaceAll(/%2f/gi, '/') ?? 'main', folder };
}

/**
 * The folder of the checkpoint to resume: the one given, or one of the Hub, which is downloaded, checked, and then written
 * into the output folder under its step, as if it had been saved there; with it the best checkpoint, where the repository
 * has it. What the output folder has under these steps stays.
 *
 * Only JSON and safetensors are taken, so that nothing in it is ever executed; and no path in it counts.
 *
 * @param check - throws where the training cannot go on from the checkpoint in a folder; is told what to call it
 * @throws CheckpointError if the repository has no such checkpoint, or one that cannot be resumed, or the output folder
 * another one of that step
 * @throws HubError if there is no such repository, it may not be read, or the Hub cannot be reached
 * @throws TrainingInterrupted if somebody has stopped it
 */
export async function checkpointToResume(
  where: boolean | string,
  outputDir: string,
  interruption: Interruption,
  check: (folder: string, name: string) => Promise<unknown>,
): Promise<boolean | string> {
  if (typeof where === 'boolean' || (await isFolder(where))) return where;
  const named = parseHubCheckpoint(where);
  if (named === undefined) {
    if (!where.startsWith('hf://')) return where;
    throw new CheckpointError(
      `resumeFromCheckpoint is '${where}'; give 'hf://owner/name', 'hf://owner/name/last-checkpoint', or with a revision 'hf://owner/name@main/checkpoint-50'`,
    );
  }
  const stop = new AbortController();
  const downloading = download(named, outputDir, check, stop.signal);
  try {
    return await interruption.race(downloading);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stop.abort();
    await downloading.catch(() => {});
    throw new TrainingInterrupted(
      `Training was stopped while its checkpoint was downloaded from ${named.id}; the next call goes on with that.`,
    );
  }
}

async function download(
  { id, revision, folder }: HubCheckpoint,
  outputDir: string,
  check: (folder: string, name: string) => Promise<unknown>,
  signal: AbortSignal,
): Promise<string> {
  const repository = await repositoryFiles(id, { revision, signal }, { folder: 'the folder of a checkpoint' });
  const { files } = repository;
  const source = folder ?? (files ? newestOf(files) : LAST_CHECKPOINT);
  const place = `${id}${revision === 'main' ? '' : `@${revision}`}`;
  if (source === undefined || (files && !files.includes(`${source}/${STATE_FILE}`))) {
    throw new CheckpointError(
      `${place} has no ${source === undefined ? 'checkpoint' : `'${source}'`} to go on from; a training with pushToHub ` +
        "and hubStrategy 'checkpoint' or 'all_checkpoints' pushes one",
    );
  }
  if (files && !files.includes(`${source}/${OPTIMIZER_FILE}`)) {
    throw new CheckpointError(
      `${place}/${source} has no ${OPTIMIZER_FILE}, so that training cannot go on from it: only checkpoints of onpa's ` +
        'Trainer have one. Begin a new training with the weights of the repository: fromPretrained(id)',
    );
  }
  const saved = await fetchFiles(repository, source);
  const state = await readJson(saved.get(STATE_FILE)!, LONGEST_STATE);
  const { global_step: step } = state;
  if (!(Number.isSafeInteger(step) && (step as number) >= 0)) {
    throw new CheckpointError(`${place}/${source}/${STATE_FILE} is no state of a training`);
  }
  const name = `${place}/${source}`;
  await check(path.dirname(saved.get(STATE_FILE)!), name);
  const own: Fetched = { files: saved, place: path.join(outputDir, `checkpoint-${step}`), name };
  const best = await fetchBest(repository, own, state);
  // Both are looked at before either is written.
  const isThere = await isSaved(own);
  if (best.fetched && !(await isSaved(best.fetched))) await copyCheckpoint(best.fetched, best.place);
  if (!isThere) await copyCheckpoint(own, best.place);
  return own.place;
}

/** @throws CheckpointError if another checkpoint is at its place */
async function isSaved({ files, place, name }: Fetched): Promise<boolean> {
  if (!(await exists(place))) return false;
  for (const file of [OPTIMIZER_FILE, MODEL_FILE]) {
    const [here, there] = [path.join(place, file), files.get(file)];
    if (there !== undefined && (await exists(here)) && (await checksum(here)) === (await checksum(there))) continue;
    throw new CheckpointError(
      `${place} is another checkpoint than ${name}, and stays: go on from it with resumeFromCheckpoint: '${place}', ` +
        'move it away, or give another outputDir',
    );
  }
  return true;
}

async function checksum(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex');
}

/** Copies a checkpoint to its place; what its state says of a path of another machine makes way for that of the best. */
async function copyCheckpoint({ files, place }: Fetched, best: string | undefined): Promise<void> {
  const state = await readJson(files.get(STATE_FILE)!, LONGEST_STATE);
  const step = Number(CHECKPOINT.exec(path.basename(place))![1]);
  await writeCheckpointFolder(path.dirname(place), step, async (empty) => {
    for (const [name, file] of files) if (name !== STATE_FILE) await copyFile(file, path.join(empty, name));
    const own = { ...state, best_model_checkpoint: best ?? null };
    await writeFile(path.join(empty, STATE_FILE), `${formatJson(own, 2)}\n`);
  });
}

/** The place of the best checkpoint so far, which may be of nothing, and what is fetched, where it is another. */
async function fetchBest(
  repository: RepositoryFiles,
  { place: own, name: ownName }: Fetched,
  { best_model_checkpoint: best }: Readonly<Record<string, unknown>>,
): Promise<{ place?: string; fetched?: Fetched }> {
  const folder = typeof best === 'string' ? best.split(/[\\/]/).at(-1)! : '';
  if (!Number.isSafeInteger(Number(CHECKPOINT.exec(folder)?.[1] ?? Number.NaN))) return {};
  const place = path.join(path.dirname(own), folder);
  if (place === own || !repository.files?.includes(`${folder}/${STATE_FILE}`)) return { place };
  const name = `${path.posix.dirname(ownName)}/${folder}`;
  return { place, fetched: { files: await fetchFiles(repository, folder), place, name } };
}

/** The newest checkpoint among the files of a repository. */
function newestOf(files: readonly string[]): string | undefined {
  const folders = new Set(files.map((file) => file.split('/')[0]));
  if (folders.has(LAST_CHECKPOINT)) return LAST_CHECKPOINT;
  const step = (folder: string) => Number(CHECKPOINT.exec(folder)![1]);
  return [...folders].filter((folder) => CHECKPOINT.test(folder)).sort((a, b) => step(b) - step(a))[0];
}

/** The files of a checkpoint in the cache, by their names. */
async function fetchFiles(repository: RepositoryFiles, folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of CHECKPOINT_FILES) {
    const file = await repository.download(`${folder}/${name}`);
    if (file !== undefined) found.set(name, file);
    else if (name === STATE_FILE) throw new CheckpointError(`'${folder}' is no checkpoint of a training`);
  }
  return found;
}
