import { deepEqual, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inspect } from 'node:util';
import { type CommitInfo, HubError, type PushOptions } from 'onpa';
import { pushFiles } from 'onpa/dist/hub/push/push-files.js';
import { patience } from 'onpa/dist/hub/retry.js';
import { type HubServer, OTHER_TOKEN, type Seen, TOKEN } from './server.js';
import { ownCache } from './surroundings.js';

/** Pushes that are watched: whatever happens, no token shows anywhere, and no file is left lying around. */

export const ID = 'me/model';
export const WEIGHTS: Buffer = randomBytes(1_000_000);
const FILES: Record<string, string | Buffer> = {
  'model.safetensors': WEIGHTS,
  'config.json': '{"a": 1}\n',
  'runs/now/events.out.tfevents.1': 'the log',
};
export const PATHS: string[] = Object.keys(FILES).sort();

/** Writes files into a folder. */
export async function fill(folder: string, files: Record<string, string | Buffer> = FILES): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

/** Which request of a push it is. */
export const STEPS: Record<string, (seen: Seen) => boolean> = {
  create: ({ path }) => path === '/api/repos/create',
  head: ({ path }) => path.includes('/revision/'),
  'its files': ({ path }) => path.includes('/paths-info/'),
  preupload: ({ path }) => path.includes('/preupload/'),
  batch: ({ path }) => path.endsWith('/objects/batch'),
  upload: ({ path }) => path.startsWith('/upload/'),
  commit: ({ path }) => path.includes('/commit/'),
};

export interface Pushed {
  info?: CommitInfo;
  error?: Error;
  /** Pauses, in ms. */
  waited: number[];
  /** What was written to stdout and stderr. */
  output: string;
}

export interface PushSetting extends PushOptions {
  repoId?: string;
  write?: (folder: string) => Promise<void>;
  /** How long a server may be silent, in ms. */
  silence?: number;
  /** Lets the time between two tries pass; default at once. */
  wait?: (ms: number) => Promise<void>;
}

/** Each test has its own folder for temporary files, which has to be empty after each push. */
export function watched(): { home: string; push(hub: HubServer, setting?: PushSetting): Promise<Pushed> } {
  const cache = ownCache();
  let before: string | undefined;
  const temporary = () => path.join(cache.home, 'temporary');
  beforeEach(async () => {
    before = process.env.TMPDIR;
    await mkdir(temporary());
    process.env.TMPDIR = temporary();
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  return {
    get home() {
      return cache.home;
    },
    async push(hub, { repoId = ID, write = fill, silence = 600_000, wait, ...options } = {}) {
      const accessToken = options.accessToken ?? TOKEN;
      const waited: number[] = [];
      Object.assign(patience, { silence, wait: wait ?? (async (ms: number) => void waited.push(ms)) });
      const { result, output } = await listened(() =>
        pushFiles(repoId, write, { hubUrl: hub.url, ...options, accessToken }).then(
          (info) => ({ info }),
          (error: Error) => ({ error }),
        ),
      );
      if ('error' in result && !(result.error instanceof HubError)) throw result.error;
      requireSecrecy(
        hub,
        [accessToken, TOKEN, OTHER_TOKEN],
        [inspect(result, { depth: 20, showHidden: true }), output],
      );
      deepEqual(await readdir(temporary()), []);
      return { ...result, waited, output };
    },
  };
}

/** What is written to stdout and stderr meanwhile. */
export async function listened<T>(act: () => Promise<T>): Promise<{ result: T; output: string }> {
  let output = '';
  const streams = [process.stdout, process.stderr];
  const before = streams.map(({ write }) => write);
  for (const stream of streams) {
    stream.write = (text: string | Uint8Array) => {
      output += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    };
  }
  try {
    return { result: await act(), output };
  } finally {
    streams.forEach((stream, i) => {
      stream.write = before[i];
    });
  }
}

/** The tokens are in the Authorization header of the Hub's requests, and nowhere else. */
function requireSecrecy(hub: HubServer, tokens: string[], texts: string[]): void {
  for (const { server, path, headers, body } of hub.seen) {
    const { authorization, ...others } = headers;
    if (server === 'cdn') ok(authorization === undefined, 'the token went to the storage');
    texts.push(path, JSON.stringify(others), body?.toString('latin1') ?? '');
  }
  for (const token of tokens) ok(!texts.some((text) => text.includes(token)), 'the token shows');
}

/** What everybody sees of the repository. */
export function visible(hub: HubServer): unknown {
  const repository = hub.find('model', ID);
  if (!repository) return undefined;
  const { refs, commits, history } = repository;
  const files = (commit: string) => [...commits.get(commit)!].map(([name, { etag }]) => `${name} ${etag}`);
  return { history: [...history], refs: [...refs].map(([name, commit]) => [name, commit, ...files(commit)]) };
}
