import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** How a peer's process is started. */
export interface PeerCommand {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** What a peer's process answers. Memory is the peak of the whole process, in MB. */
export interface PeerAnswer {
  /** Milliseconds of each call. */
  times: number[];
  peak: number;
}

/** A process that waits for a number on a line, makes that many calls of one function, and answers in JSON. */
export class Peer {
  /** Peak memory in MB of the process before it reads its input. */
  idle = 0;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor({ command, args, env }: PeerCommand) {
    this.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Starts the process, and waits until it has its input and has warmed up. */
  static async start(command: PeerCommand, args: string[]): Promise<Peer> {
    const peer = new Peer({ ...command, args: [...command.args, ...args] });
    ({ idle: peer.idle } = await peer.#read<{ idle: number }>());
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
