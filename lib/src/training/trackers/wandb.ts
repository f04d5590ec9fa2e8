import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { parse } from 'yaml';
import { writeConfig } from '../../hubert/pretrained/config-file.js';
import { redact } from '../../redact.js';
import { writeArguments } from '../arguments/training-arguments.js';
import type { LogEntry } from '../trainer-state.js';
import { rewriteLogs } from './rewrite-logs.js';
import type { RunInfo, Tracker } from './tracker.js';
import type { WandbReply, WandbRequest, WandbRun } from './wandb-messages.js';

export interface WandbOptions extends Partial<Pick<WandbRun, 'retryDelays' | 'timeout'>> {
  /** How long the end may take, in ms. */
  patience?: number;
}

/** What Transformers puts into the summary alone. */
const SUMMARY = ['train_runtime', 'train_samples_per_second', 'train_steps_per_second', 'train_loss', 'total_flos'];

/** As Python's wandb ends: an interrupted run is neither finished nor failed. */
const EXIT_CODES = { finished: 0, failed: 1, interrupted: 255 } as const;

/**
 * Sends the logs to Weights & Biases, as Transformers' `WandbCallback` does: arguments and model configuration as config,
 * a row with `train/global_step` for each entry, the final figures as summary.
 *
 * `WANDB_API_KEY`, `WANDB_PROJECT` (default `huggingface`), `WANDB_ENTITY`, `WANDB_NAME` (default `runName`),
 * `WANDB_NOTES`, `WANDB_BASE_URL` and `WANDB_MODE` are those of Python's wandb; `WANDB_MODE=offline` is not supported and
 * treated as `disabled`. So are `WANDB_RUN_ID`, `WANDB_SWEEP_ID` and `WANDB_SWEEP_PARAM_PATH`, by which `wandb agent` says
 * which run of which sweep this is, and `WANDB_RUN_GROUP`, by default the folder of a search, whose trials have names and
 * runs of their own.
 *
 * `@wandb/sdk` runs in a thread of its own: it ends the process at Ctrl+C, prints, throws where nobody can catch it, and
 * would have to wait while the model computes.
 */
export function wandb({ retryDelays = [1000, 4000], timeout = 30_000, patience = 8000 }: WandbOptions = {}): Tracker {
  let thread: WandbThread | undefined;
  return {
    name: 'Weights & Biases',
    begin(run) {
      const mode = process.env.WANDB_MODE || 'online';
      if (mode === 'offline')
        console.warn('WANDB_MODE=offline is not supported: nothing is kept for Weights & Biases.');
      if (mode === 'disabled' || mode === 'offline') return;
      thread = startThread({ ...runOf(run), retryDelays, timeout });
    },
    log(entry) {
      thread?.send({ type: 'log', ...rowOf(entry) });
    },
    async end({ status, summary }) {
      await thread?.finish({ type: 'finish', exitCode: EXIT_CODES[status], summary: plain(summary) }, patience);
    },
  };
}

function runOf({ args, modelConfig, numParameters, group }: RunInfo): Omit<WandbRun, 'retryDelays' | 'timeout'> {
  const { env } = process;
  // A search has many runs.
  const isTrial = group !== undefined;
  const config = { ...writeConfig(modelConfig), ...writeArguments(args), 'model/num_parameters': numParameters };
  return {
    baseUrl: (env.WANDB_BASE_URL || 'https://api.wandb.ai').replace(/\/+$/, ''),
    apiKey: env.WANDB_API_KEY ?? '',
    project: env.WANDB_PROJECT || 'huggingface',
    entity: env.WANDB_ENTITY || undefined,
    name: isTrial ? args.runName : env.WANDB_NAME || args.runName,
    id: isTrial ? undefined : env.WANDB_RUN_ID || undefined,
    more: {
      notes: env.WANDB_NOTES || undefined,
      sweep: isTrial ? undefined : env.WANDB_SWEEP_ID || undefined,
      groupName: env.WANDB_RUN_GROUP || group,
    },
    config: isTrial ? config : { ...config, ...sweepParameters(env.WANDB_SWEEP_PARAM_PATH) },
  };
}

/** What a sweep has chosen for this run, also what is no argument; it stands in a file of YAML: `name: { value }`. */
function sweepParameters(file: string | undefined): Record<string, unknown> {
  if (!file) return {};
  const { wandb_version, ...parameters } = (parse(readFileSync(file, 'utf8')) ?? {}) as Record<
    string,
    { value: unknown }
  >;
  return Object.fromEntries(Object.entries(parameters).map(([name, { value }]) => [name, value]));
}

/** What of an entry goes into the history, and what into the summary. */
function rowOf(entry: LogEntry): Pick<WandbRequest & { type: 'log' }, 'row' | 'summary'> {
  const isSummary = ([key]: [string, number]) => SUMMARY.includes(key);
  const entries = Object.entries(entry);
  const logged = Object.fromEntries(entries.filter((one) => !isSummary(one)));
  return {
    row: plain({ ...rewriteLogs(logged), 'train/global_step': entry.step }),
    summary: plain(Object.fromEntries(entries.filter(isSummary))),
  };
}

/** JSON has no NaN and no infinity; Weights & Biases takes their names. */
const plain = (values: Readonly<Record<string, number>>): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Number.isFinite(value) ? value : String(value)]),
  );

interface WandbThread {
  /** @throws Error once the thread has failed */
  send(request: WandbRequest): void;
  /** Ends the thread, at the latest after `patience` ms. */
  finish(request: WandbRequest, patience: number): Promise<void>;
}

function startThread(run: WandbRun): WandbThread {
  const worker = new Worker(path.join(__dirname, 'wandb-worker.js'), { workerData: run, stdout: true, stderr: true });
  let failure: Error | undefined;
  let onEnd = () => {};
  const fail = (reason: string): void => {
    failure ??= new Error(withoutKey(reason, run.apiKey));
    void worker.terminate();
    onEnd();
  };
  worker.on('message', (reply: WandbReply) => {
    if (reply.type === 'started') console.log(`Weights & Biases: ${withoutKey(reply.url, run.apiKey)}`);
    else if (reply.type === 'failed') fail(reply.reason);
    else onEnd();
  });
  worker.on('error', (error) => fail(error.message));
  // A training that never comes to its end leaves no thread that keeps the process. A new listener would undo this.
  worker.unref();
  const send = (request: WandbRequest): void => {
    if (failure) throw failure;
    worker.postMessage(request);
  };
  return {
    send,
    async finish(request, patience) {
      send(request);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(
          () => fail(`the server has not answered within ${patience / 1000} s; the last entries may be missing`),
          patience,
        );
        onEnd = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      await worker.terminate();
      if (failure) throw failure;
    },
  };
}

/** A message without the key, in whatever form it was sent or said, and without a password in an address. */
export function withoutKey(text: string, key: string): string {
  const anonymous = text.replace(/\/\/[^/@\s]*@/g, '//');
  return redact(anonymous, key, key && Buffer.from(`api:${key}`).toString('base64'));
}
