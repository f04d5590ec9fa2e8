import { OnpaError, ParameterError, TrainingInterrupted } from '../errors.js';
import { Stopped } from '../interruption.js';
import { redact } from '../redact.js';
import { nextBegin } from './job-folder.js';
import type { JobStreams } from './job-log.js';
import { type Job, parseJob } from './parse-job.js';
import { runJob } from './run-job.js';
import { stopSignals } from './stop-signals.js';

/** How the command ends; `again` is what sysexits.h calls EX_TEMPFAIL. */
export const EXIT = { done: 0, failed: 1, usage: 2, again: 75 } as const;

/**
 * `npx onpa train`: trains and evaluates a classifier by what a command line says.
 *
 * @param line - the words after `train`
 * @returns the exit code: 0 when all is done, 1 when something failed, 2 where a flag or what it names is wrong, 75 when a
 * signal has stopped it, and the same command goes on
 */
export async function trainCommand(
  line: readonly string[],
  streams: JobStreams = { log: process.stdout, notes: process.stderr },
): Promise<number> {
  const say = (text: string): void => void streams.notes.write(`${redact(text, ...secrets())}\n`);
  const stop = stopSignals();
  let job: Job | undefined;
  try {
    const parsed = await parseJob(line);
    if (typeof parsed === 'string') {
      streams.log.write(parsed);
      return EXIT.done;
    }
    job = parsed;
    await runJob(job, stop, streams);
    return EXIT.done;
  } catch (error) {
    if (job && (error instanceof Stopped || error instanceof TrainingInterrupted)) {
      const next = await nextBegin(job);
      say(`Stopped by ${stop.name}. The same command ${next ? `goes on from ${next}` : 'begins anew'}`);
      return EXIT.again;
    }
    say(error instanceof OnpaError ? error.message : String((error as Error).stack ?? error));
    return error instanceof ParameterError ? EXIT.usage : EXIT.failed;
  } finally {
    stop.end();
  }
}

/** What no message may show. */
function secrets(): (string | undefined)[] {
  const { HF_TOKEN, HUGGING_FACE_HUB_TOKEN, WANDB_API_KEY } = process.env;
  return [HF_TOKEN, HUGGING_FACE_HUB_TOKEN, WANDB_API_KEY];
}
