import { type ChildProcess, spawn } from 'node:child_process';
import { inRepository } from '../fixtures.js';

/** How a process of the command has ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A short job on clips of the course: a second of each, and a model that trains in some milliseconds a step. */
export const SHORT: readonly string[] = [
  ...['--dataset', 'mini-genres', '--model', 'mini-hubert', '--max_train_samples', '10', '--max_eval_samples', '6'],
  ...['--max_length_seconds', '1', '--max_eval_length_seconds', '1', '--per_device_train_batch_size', '4'],
  ...['--learning_rate', '1e-3', '--logging_steps', '1', '--report_to', 'none', '--num_workers', '1'],
];

/**
 * Runs `npx onpa train` in a process of its own.
 *
 * @param onLine - is told what it writes to stdout
 */
export function runJob(
  line: readonly string[],
  options: {
    onOutput?: (stdout: string, child: ChildProcess) => void;
    uid?: number;
    gid?: number;
    env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Ended> {
  const { onOutput, env, ...more } = options;
  const child = spawn(process.execPath, [inRepository('lib', 'bin', 'onpa.mjs'), 'train', ...line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...more,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
