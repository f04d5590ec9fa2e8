import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

/** A message to the kernel. */
export interface Message {
  type: string;
  content: Record<string, unknown>;
  /** Default: shell. */
  channel?: 'control';
  /** Signed with a key that is not the kernel's. */
  isForged?: true;
  hasNoReply?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: what a kernel sends is what the tests look at
export type Content = Record<string, any>;

/** What came of messages: the replies to each, and what all clients see, with the number of its message. */
export interface Exchange {
  replies: { type: string; content: Content }[];
  published: { of: number | null; type: string; content: Content }[];
}

export interface Client {
  /** The kernel's process. */
  pid: number;
  exchange(messages: readonly Message[], interruptBy?: 'message' | 'signal', until?: string): Promise<Exchange>;
  /** Sends without waiting for what comes. */
  send(...messages: Message[]): void;
  /** The kernel's exit status, when it ends. */
  ended(): Promise<number>;
  /** Ends the client at once, so that it cannot stop its kernel. */
  kill(): void;
}

export const execute = (code: string, more: object = {}): Message => ({
  type: 'execute_request',
  content: { code, ...more },
});

/** The text of the cell on stdout or stderr. */
export function written({ published }: Exchange, name = 'stdout'): string {
  const texts = published.filter(({ type, content }) => type === 'stream' && content.name === name);
  return texts.map(({ content }) => content.text).join('');
}

/** Starts the kernel of this checkout in a folder, by jupyter_client. */
export async function startKernel(folder: string): Promise<Client> {
  const load = (path: string) => import(pathToFileURL(inRepository(path)).href);
  const [{ kernelSpec }, { environmentPrefix }] = await Promise.all([
    load('scripts/setup/kernel.mjs'),
    load('lib/setup/python.mjs'),
  ]);
  const jupyter = inRepository('build', 'test', 'kernel');
  mkdirSync(join(jupyter, 'kernels', 'tested'), { recursive: true });
  writeFileSync(join(jupyter, 'kernels', 'tested', 'kernel.json'), JSON.stringify(kernelSpec()));

  const python = join(environmentPrefix(), 'bin', 'python');
  const env = { ...process.env, JUPYTER_PATH: jupyter };
  const client: ChildProcess = spawn(python, [inRepository('test', 'kernel', 'client.py'), 'tested'], {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: client.stdout! })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the client has ended');
    return value;
  };
  const tell = (command: unknown) => client.stdin!.write(`${JSON.stringify(command)}\n`);
  const pid = Number(await next());
  return {
    pid,
    async exchange(messages, interruptBy, until) {
      tell([messages, interruptBy ?? null, until ?? null]);
      return JSON.parse(await next());
    },
    send: (...messages) => tell([messages]),
    async ended() {
      tell('wait');
      return Number(await next());
    },
    kill: () => client.kill('SIGKILL'),
  };
}

/** Whether a process runs; one that has ended may still have its number. */
export function runs(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
