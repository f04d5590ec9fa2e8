import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ParameterError } from '../errors.js';
import { exists, writeWhole } from '../files.js';
import type { Interruption } from '../interruption.js';
import { formatJson, parseJson, readJson } from '../json.js';
import { ARGUMENTS_FILE, writeArguments } from '../training/arguments/training-arguments.js';
import { listCheckpoints, removeCheckpoint } from '../training/checkpoints/checkpoint-folder.js';
import { inOutputFolder } from '../training/checkpoints/output-folder.js';
import { STATE_FILE } from '../training/trainer-state.js';
import type { JobArguments } from './job-arguments.js';
import type { Job } from './parse-job.js';

const TRAIN_RESULTS = 'train_results.json';

/** How a job begins. */
export type Begin = 'finished' | { resumeFromCheckpoint?: boolean | string };

/**
 * Makes the output folder, and finds out how a job begins there. Nothing that an earlier job has trained is written over
 * unless that is asked for.
 *
 * @returns what {@link Trainer.train} is told; 'finished' where it has been, by the same arguments, and no checkpoints were wanted
 * @throws ParameterError if nothing can be written there, or it holds a model that cannot be gone on with
 * @throws TrainingError if another training is at work there
 */
export function beginIn(asked: Job, interruption: Interruption): Promise<Begin> {
  const { job, args } = asked;
  const { outputDir } = args;
  return inOutputFolder(outputDir, interruption, async () => {
    const checkpoints = await listCheckpoints(outputDir);
    if (!job.doTrain) return {};
    if (job.overwriteOutputDir) {
      for (const { path } of checkpoints) await removeCheckpoint(path);
      await rm(join(outputDir, TRAIN_RESULTS), { force: true });
      return {};
    }
    const from = chosenCheckpoint(job);
    if (from !== undefined) return { resumeFromCheckpoint: from };
    if (checkpoints.length > 0) return { resumeFromCheckpoint: true };
    if (job.resumeFromCheckpoint !== undefined) {
      throw new ParameterError(
        `output_dir '${outputDir}' has no checkpoint to go on from; leave out --resume_from_checkpoint to begin`,
      );
    }
    if (await isFinished(asked)) return 'finished';
    if (await exists(join(outputDir, 'config.json'))) {
      throw new ParameterError(
        `output_dir '${outputDir}' holds a model, and no checkpoint to go on from; give another folder, or --overwrite_output_dir`,
      );
    }
    return {};
  });
}

/** What a job that was stopped goes on from when it is run again; undefined where it begins anew. */
export async function nextBegin(asked: Job): Promise<string | undefined> {
  const { job, args } = asked;
  if (!job.doTrain || job.overwriteOutputDir) return undefined;
  const from = chosenCheckpoint(job) ?? (await listCheckpoints(args.outputDir)).at(-1)?.path;
  return from ?? ((await isFinished(asked)) ? `the model in ${args.outputDir}` : undefined);
}

/** A checkpoint that is named, not the last of the output folder. */
const chosenCheckpoint = ({ resumeFromCheckpoint: from }: JobArguments): string | undefined =>
  from?.toLowerCase() === 'true' ? undefined : from;

/** Whether the model in the output folder has been trained there with the same arguments. */
async function isFinished({ args }: Job): Promise<boolean> {
  const inFolder = (name: string): string => join(args.outputDir, name);
  for (const name of [TRAIN_RESULTS, STATE_FILE, 'config.json', ARGUMENTS_FILE]) {
    if (!(await exists(inFolder(name)))) return false;
  }
  const asked = parseJson(formatJson({ ...writeArguments(args), disable_tqdm: true }));
  return formatJson(asked) === formatJson(await readJson(inFolder(ARGUMENTS_FILE)));
}

/**
 * Writes metrics as Transformers' `save_metrics` does: into `train_results.json` or `eval_results.json`, and among all others
 * into `all_results.json`.
 */
export async function saveMetrics(
  folder: string,
  split: 'train' | 'eval',
  metrics: Readonly<Record<string, number>>,
): Promise<void> {
  const all = join(folder, 'all_results.json');
  await writeSorted(join(folder, `${split}_results.json`), metrics);
  await writeSorted(all, { ...((await exists(all)) ? await readJson(all) : {}), ...metrics });
}

async function writeSorted(path: string, values: Readonly<Record<string, unknown>>): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeWhole(path, Buffer.from(formatJson(sorted, 4)), { makeFolder: true });
}
