import { copyFile, cp, link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isFolder } from '../../files.js';
import { filesIn, type PushedFile } from '../../hub/push/push-to-folder.js';
import { formatJson, readJson } from '../../json.js';
import { ARGUMENTS_FILE } from '../arguments/training-arguments.js';
import { partialFolder } from '../checkpoints/checkpoint-folder.js';
import { OPTIMIZER_FILE } from '../checkpoints/training-checkpoint.js';
import { LONGEST_STATE, STATE_FILE } from '../trainer-state.js';

/** A checkpoint as it was when it was saved, whatever becomes of its folder. */
export interface Snapshot {
  /** What {@link AutoModelForAudioClassification} loads, the arguments, and TensorBoard's log, as a commit has them. */
  model: PushedFile[];
  /** All files of the checkpoint, without a folder before their names. */
  checkpoint: PushedFile[];
  remove(): Promise<void>;
}

/** The folder of its files within that of a snapshot. */
const CHECKPOINT = 'checkpoint';

/** What a training needs to go on, and a model does not. */
const OF_TRAINING = [OPTIMIZER_FILE, STATE_FILE];

/**
 * Gives the files of a checkpoint second names, beside it, so that they stay when the checkpoint is removed; where a disk
 * has no second names, they are copied. Paths of folders of this machine are left out.
 */
export async function takeSnapshot(outputDir: string, checkpoint: string): Promise<Snapshot> {
  const folder = partialFolder(outputDir, 'upload');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    for (const entry of await readdir(checkpoint, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = path.join(entry.parentPath, entry.name);
      await keep(file, path.join(folder, CHECKPOINT, path.relative(checkpoint, file)));
    }
    const runs = path.join(outputDir, 'runs');
    if (await isFolder(runs)) await cp(runs, path.join(folder, 'runs'), { recursive: true });
    const all = await filesIn(folder);
    const ofCheckpoint = all
      .filter((file) => file.path.startsWith(`${CHECKPOINT}/`))
      .map((file) => ({ ...file, path: file.path.slice(CHECKPOINT.length + 1) }));
    const ofModel = ofCheckpoint.filter((file) => !OF_TRAINING.includes(file.path));
    const logs = all.filter((file) => file.path.startsWith('runs/'));
    return { model: [...ofModel, ...logs], checkpoint: ofCheckpoint, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function keep(file: string, place: string): Promise<void> {
  await mkdir(path.dirname(place), { recursive: true });
  const isState = path.basename(file) === STATE_FILE;
  if (isState || path.basename(file) === ARGUMENTS_FILE) {
    const key = isState ? 'best_model_checkpoint' : 'output_dir';
    const json = await readJson(file, LONGEST_STATE);
    const value = typeof json[key] === 'string' ? path.basename(json[key]) : null;
    await writeFile(place, `${formatJson({ ...json, [key]: value }, 2)}\n`);
  } else {
    await link(file, place).catch(() => copyFile(file, place));
  }
}
