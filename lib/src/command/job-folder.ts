import { join } from 'node:path';
import { ParameterError } from '../errors.js';
import { exists, writeWhole } from '../files.js';
import type { Interruption } from '../interruption.js';
import { formatJson, readJson } from '../json.js';
import { listCheckpoints, removeCheckpoint } from '../training/checkpoints/checkpoint-folder.js';
import { inOutputFolder } from '../training/checkpoints/output-folder.js';
import type { Job } from './parse-job.js';

/**
 * Makes the output folder, and finds out how a job begins there. Nothing that an earlier job has trained is written over
 * unless that is asked for.
 *
 * @returns what {@link Trainer.train} takes as `resumeFromCheckpoint`
 * @throws ParameterError if nothing can be written there, or it holds a model that cannot be gone on with
 * @throws TrainingError if another training is at work there
 */
export function beginIn({ job, args }: Job, interruption: Interruption): Promise<boolean | string> {
  const { outputDir } = args;
  return inOutputFolder(outputDir, interruption, async () => {
    const checkpoints = await listCheckpoints(outputDir);
    if (!job.doTrain) return false;
    if (job.overwriteOutputDir) {
      for (const { path } of checkpoints) await removeCheckpoint(path);
      return false;
    }
    const { resumeFromCheckpoint: from } = job;
    if (from !== undefined) return from.toLowerCase() === 'true' || from;
    if (checkpoints.length === 0 && (await exists(join(outputDir, 'config.json')))) {
      throw new ParameterError(
        `output_dir '${outputDir}' holds a model, and no checkpoint to go on from; give another folder, or --overwrite_output_dir`,
      );
    }
    return checkpoints.length > 0;
  });
}

/** The checkpoint that a job which was stopped goes on from. */
export async function lastCheckpoint({ outputDir }: Job['args']): Promise<string | undefined> {
  return (await listCheckpoints(outputDir)).at(-1)?.path;
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
