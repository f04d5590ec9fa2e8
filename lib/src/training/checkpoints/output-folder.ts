import { mkdir, realpath, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { ParameterError, TrainingError } from '../../errors.js';
import { lockFile } from '../../file-lock.js';
import { makeFolders } from '../../files.js';
import type { Interruption } from '../../interruption.js';
import { clearPartialFolders, partialFolder } from './checkpoint-folder.js';

const LOCK = '.training.lock';

/** The trainings of this process, by their folders. */
const ongoing = new Map<string, { interruption: Interruption; ended: Promise<unknown> }>();

/**
 * Does the work with a folder that no other training writes into, in this process or another. Makes the folder if need
 * be, and clears away what a killed process left half-done.
 *
 * @throws ParameterError if nothing can be written there
 * @throws TrainingError if another training is at work there
 */
export async function inOutputFolder<T>(
  outputDir: string,
  interruption: Interruption,
  work: () => Promise<T>,
): Promise<T> {
  await makeFolder(outputDir);
  const place = await realpath(outputDir);
  // A cell that was stopped ends before its training has.
  const before = ongoing.get(place);
  if (before?.interruption.requested) await before.ended;
  const release = await lock(outputDir);
  const working = workIn(outputDir, work).finally(release);
  ongoing.set(place, { interruption, ended: working.catch(() => {}) });
  return working.finally(() => ongoing.delete(place));
}

async function workIn<T>(outputDir: string, work: () => Promise<T>): Promise<T> {
  await clearPartialFolders(outputDir).catch((cause: Error) => {
    throw unwritable(outputDir, cause);
  });
  return work();
}

async function makeFolder(outputDir: string): Promise<void> {
  try {
    await makeFolders(outputDir);
    const probe = partialFolder(outputDir, 'checkpoint-0');
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (cause) {
    throw unwritable(outputDir, cause as Error);
  }
}

/** @returns what gives the folder back */
async function lock(outputDir: string): Promise<() => Promise<void>> {
  const self = `process ${process.pid} on ${hostname()} since ${new Date().toISOString()}`;
  const lock = await lockFile(path.join(outputDir, LOCK), self).catch((cause: Error) => {
    throw unwritable(outputDir, cause);
  });
  if (lock && 'heldBy' in lock) {
    throw new TrainingError(
      `Another training is at work in outputDir '${outputDir}': ${lock.heldBy || 'a process that does not say which'}. ` +
        'Wait for its end, stop it, or give another outputDir',
    );
  }
  return async () => lock?.release();
}

function unwritable(outputDir: string, cause: Error): ParameterError {
  const advice =
    "give another folder, such as outputPath('training'), or name another folder of results in ONPA_OUTPUT";
  return new ParameterError(`outputDir '${outputDir}' cannot be written to; ${advice} (${cause.message})`, { cause });
}
