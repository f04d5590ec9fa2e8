import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { redact } from '../../redact.js';
import { wandbFetch } from './wandb-fetch.js';
import type { WandbReply, WandbRequest, WandbRun } from './wandb-messages.js';

// The thread that talks to Weights & Biases, through @wandb/sdk.

/** What of the SDK is used; the last two are private there. */
interface Sdk {
  init(options: object): Promise<Run>;
}
interface Run {
  log(data: Record<string, unknown>): void;
  finish(exitCode: number): Promise<void>;
  url(): string;
  _messenger: { sender: { filestream: FileStream } };
}
interface FileStream {
  lastChunks: { 'wandb-summary.json': { data: Record<string, unknown> } };
  send(data: object): Promise<{ ok: boolean; status: number } | null>;
}

const options = workerData as WandbRun;
const reply = (message: WandbReply): void => parentPort?.postMessage(message);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The status of the last answer, which the SDK does not always tell. */
let lastStatus = 0;
/** What the SDK shows the server of whom it works for, also where the key is that of `~/.netrc`. */
const shown = new Set([options.apiKey]);

/** What the SDK is given in place of its own client. */
async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const [, basic] = /^Basic (.*)$/.exec(new Headers(init.headers).get('Authorization') ?? '') ?? [];
  if (basic) shown.add(basic).add(Buffer.from(basic, 'base64').toString().replace(/^api:/, ''));
  const response = await wandbFetch(url, { ...init, body: withMore(init.body) });
  lastStatus = response.status;
  return response;
}

/** The request that begins a run says what the SDK's init has no place for. */
function withMore(body: RequestInit['body']): RequestInit['body'] {
  if (typeof body !== 'string' || !body.includes('upsertBucket')) return body;
  const { variables, ...rest } = JSON.parse(body) as { variables: object };
  return JSON.stringify({ ...rest, variables: { ...variables, ...options.more } });
}

/** Puts it where the SDK and its part for GraphQL look for their client; in this thread nobody else does. */
function replaceClient(): void {
  const sdk = createRequire(require.resolve('@wandb/sdk'));
  const client = Object.assign(request, { default: request, fetch: request, Headers, Request, Response });
  for (const from of [sdk, createRequire(sdk.resolve('graphql-request'))]) {
    const place = from.resolve('cross-fetch');
    from(place);
    require.cache[place]!.exports = client;
  }
}

/** A request that is not worth repeating. */
class Refused extends Error {}

const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

function complain(status: number): Error {
  const hint = status === 401 || status === 403 ? ' (is WANDB_API_KEY the key of this server?)' : '';
  const text = `the server answered ${status}${hint}`;
  return isFinal(status) ? new Refused(text) : new Error(text);
}

// Where a request fails, the SDK prints and goes on without an answer, or waits again and again for the same failed
// request, for up to 25 minutes. Thrown from its printing, the failure reaches the caller at once.
console.error = (...words: unknown[]): void => {
  const error = words.find((word) => word instanceof Error) as (Error & { response?: { status: number } }) | undefined;
  throw error?.response ? complain(error.response.status) : new Error(error?.message ?? words.join(' '));
};
console.log = (...words: unknown[]): void => {
  if (/^Retrying/.test(String(words[0]))) throw complain(lastStatus);
};

/** Fails with what the SDK throws into the void, or after the server's time is over. */
let onStray: (error: unknown) => void = () => {};
process.on('uncaughtException', (error) => onStray(error));
process.on('unhandledRejection', (error) => onStray(error));

async function bounded<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stray = new Promise<never>((_, reject) => {
    onStray = reject;
    const late = new Error(`the server has not answered within ${options.timeout / 1000} s`);
    timer = setTimeout(() => reject(late), options.timeout);
  });
  try {
    return await Promise.race([work, stray]);
  } finally {
    clearTimeout(timer);
    onStray = () => {};
  }
}

/** Tries several times, unless the server refuses. */
async function persistently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let i = 0; ; i++) {
    try {
      return await bounded(attempt());
    } catch (error) {
      if (error instanceof Refused || i >= options.retryDelays.length) throw error;
      await sleep(options.retryDelays[i]);
    }
  }
}

function fail(error: unknown): void {
  // The error that the SDK throws where nobody catches it has the true one as its message: 'Error: …'.
  const text = error instanceof Error ? error.message : String(error);
  reply({ type: 'failed', reason: redact(text.replace(/^(Error: )+/, ''), ...shown) });
}

async function start(): Promise<Run> {
  replaceClient();
  const { default: sdk } = require('@wandb/sdk') as { default: Sdk };
  const { baseUrl, apiKey, project, entity, name, id } = options;
  const config = Object.fromEntries(Object.entries(options.config).map(([key, value]) => [key, { desc: null, value }]));
  const settings = { baseUrl, silent: true, ...(apiKey && { apiKey }) };
  // The SDK notes the run's id here: asked again, the server goes on with the same run.
  const asked = { id, project, entity, name, config, settings };
  const run = await persistently(() => sdk.init(asked));
  const { filestream } = run._messenger.sender;
  const send = filestream.send.bind(filestream);
  // The SDK takes every answer for success.
  filestream.send = async (data) => {
    try {
      return await persistently(async () => {
        const response = await send(data);
        if (!response?.ok) throw complain(response?.status ?? 0);
        return response;
      });
    } catch (error) {
      fail(error);
      throw error;
    }
  };
  return run;
}

async function serve(run: Run, request: WandbRequest): Promise<void> {
  const { data } = run._messenger.sender.filestream.lastChunks['wandb-summary.json'];
  Object.assign(data, request.summary);
  if (request.type === 'log') return run.log(request.row);
  await run.finish(request.exitCode);
  reply({ type: 'finished' });
}

let ready: Promise<Run | undefined> = start().then(
  (run) => {
    reply({ type: 'started', url: run.url() });
    return run;
  },
  (error) => {
    fail(error);
    return undefined;
  },
);

parentPort?.on('message', (request: WandbRequest) => {
  ready = ready.then(async (run) => {
    if (run) await serve(run, request).catch(fail);
    return run;
  });
});
