import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { exists } from '../../files.js';

/** The folder of a repository in which the newest checkpoint is, as Transformers calls it. */
export const LAST_CHECKPOINT = 'last-checkpoint';
/** The name of a checkpoint's folder, with its step. */
export const CHECKPOINT: RegExp = /^checkpoint-(\d+)$/;
/** A folder that is being written or removed, or temporary. */
const PARTIAL = /^\.(checkpoint-\d+|features|upload)\.[-0-9a-f]+\.part$/;
/** A whole one that is about to take the place of another. */
const WHOLE = /^\.(checkpoint-\d+)\.whole$/;

/** A checkpoint of an output folder. */
export interface CheckpointFolder {
  path: string;
  /** Optimiser steps that it was saved after. */
  step: number;
}

/** A name beside the checkpoints for what is not one, which {@link clearPartialFolders} removes after a crash. */
export const partialFolder = (outputDir: string, name: string): string =>
  path.join(outputDir, `.${name}.${randomUUID()}.part`);

/** Clears away what a killed process left half-done. */
export async function clearPartialFolders(outputDir: string): Promise<void> {
  for (const name of await readdir(outputDir)) {
    const whole = WHOLE.exec(name);
    if (whole) await putInPlace(path.join(outputDir, name), path.join(outputDir, whole[1]));
    if (PARTIAL.test(name)) await rm(path.join(outputDir, name), { recursive: true, force: true });
  }
}

/** The checkpoints of a folder by their steps; none if there is no such folder. */
export async function listCheckpoints(outputDir: string): Promise<CheckpointFolder[]> {
  const entries = await readdir(outputDir, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && CHECKPOINT.test(entry.name))
    .map(({ name }) => ({ path: path.join(outputDir, name), step: Number(CHECKPOINT.exec(name)![1]) }))
    .sort((a, b) => a.step - b.step);
}

/**
 * Writes the folder `checkpoint-<step>` beside its place, makes sure that it is on the disk, and moves it there, so that
 * whatever happens nobody finds half a checkpoint.
 */
export async function writeCheckpointFolder(
  outputDir: string,
  step: number,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const name = `checkpoint-${step}`;
  const partial = partialFolder(outputDir, name);
  const place = path.join(outputDir, name);
  try {
    await mkdir(partial, { recursive: true });
    await write(partial);
    for (const file of await readdir(partial)) await flush(path.join(partial, file));
    await flush(partial);
    if (await exists(place)) {
      const whole = path.join(outputDir, `.${name}.whole`);
      await rm(whole, { recursive: true, force: true });
      await rename(partial, whole);
      await putInPlace(whole, place);
    } else {
      await rename(partial, place);
    }
    await flush(outputDir);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Removes a checkpoint, which is gone at once for everybody else. */
export async function removeCheckpoint(place: string): Promise<void> {
  const partial = partialFolder(path.dirname(place), path.basename(place));
  await rename(place, partial);
  await rm(partial, { recursive: true, force: true });
}

/** Removes the oldest checkpoints beyond `limit`, but neither the newest nor the best. */
export async function removeOldCheckpoints(outputDir: string, limit: number, best: string | null): Promise<void> {
  const checkpoints = await Promise.all(
    (await listCheckpoints(outputDir)).map(async (checkpoint) => ({
      ...checkpoint,
      time: (await stat(checkpoint.path)).mtimeMs,
    })),
  );
  checkpoints.sort((a, b) => a.time - b.time || a.step - b.step);
  const newest = checkpoints.at(-1)?.path;
  const removable = checkpoints.filter(({ path: place }) => place !== newest && !isSame(place, best));
  const surplus = checkpoints.length - limit;
  for (const { path: place } of removable.slice(0, Math.max(0, surplus))) await removeCheckpoint(place);
}

/** Whether two paths name the same place. */
export const isSame = (a: string, b: string | null): boolean => b !== null && path.resolve(a) === path.resolve(b);

/** Moves a whole folder to its place, from which the one before makes way. */
async function putInPlace(whole: string, place: string): Promise<void> {
  if (await exists(place)) await removeCheckpoint(place);
  await rename(whole, place);
}

/** Waits until a file or folder is on the disk. */
async function flush(place: string): Promise<void> {
  const file = await open(place, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
