import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How a peer's process is started. */
export interface PeerCommand {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** What a peer's process says once it has its input. */
export interface PeerReady {
  /** Peak memory in MB of the process before it reads its input. */
  idle: number;
  /** What it runs on, if it is not the processor. */
  device?: string;
}

/** What a peer's process answers. Memory is the peak of the whole process, in MB. */
export interface PeerAnswer {
  /** Milliseconds of each call. */
  times: number[];
  /** Milliseconds of the processor in each call, of all threads together. */
  processor: number[];
  peak: number;
  /** What the last call gave, where the peers' results are to be compared. */
  result?: number[];
}

/**
 * A process that waits for a number on a line, makes that many calls of one function, and answers in JSON: its side is
 * serve.ts or peer_process.py.
 */
export class Peer {
  ready: PeerReady = { idle: 0 };
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor({ command, args, env }: PeerCommand) {
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Starts the process, and waits until it has its input. */
  static async start(command: PeerCommand, args: string[]): Promise<Peer> {
    const peer = new Peer({ ...command, args: [...command.args, ...args] });
    peer.ready = await peer.#read<PeerReady>();
    return peer;
  }

  async call(count: number): Promise<PeerAnswer> {
    this.#child.stdin!.write(`${count}\n`);
    return this.#read<PeerAnswer>();
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin!.end();
    await ended;
  }

  async #read<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.join(' ')} ended early`);
    return JSON.parse(value) as T;
  }
}
