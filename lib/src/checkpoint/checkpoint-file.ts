import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CheckpointError } from '../errors.js';

/** The most bytes that one read may ask the system for. */
const LARGEST_READ = 2 ** 30;

/** A name out of a file, for a message: quoted, and cut where it is absurdly long. */
export function quote(name: string): string {
  return `'${name.length > 100 ? `${name.slice(0, 100)}…` : name}'`;
}

/** An open file that is read by position. Whatever goes wrong becomes a {@link CheckpointError} that names the file. */
export class CheckpointFile {
  /** @param size - in bytes, when it was opened */
  private constructor(
    readonly path: string,
    readonly size: number,
    private descriptor: number | undefined,
  ) {}

  static async open(path: string): Promise<CheckpointFile> {
    let descriptor: number | undefined;
    try {
      // Asked first, because opening a pipe waits for somebody who writes into it.
      if (!(await stat(path)).isFile()) throw new Error('it is not a file; give the path of a file');
      descriptor = openSync(path, 'r');
      return new CheckpointFile(path, fstatSync(descriptor).size, descriptor);
    } catch (cause) {
      if (descriptor !== undefined) closeSync(descriptor);
      const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = missing ? 'there is no such file' : (cause as Error).message;
      throw new CheckpointError(`${path}: ${reason}`, { cause });
    }
  }

  /** The error to throw about this file. */
  error(reason: string, cause?: unknown): CheckpointError {
    return new CheckpointError(`${this.path}: ${reason}`, { cause });
  }

  /** Fills `target` with the bytes from `position` on. */
  read(position: number, target: Uint8Array): void {
    if (this.descriptor === undefined) throw this.error('it is closed; read the tensors before close()');
    for (let done = 0; done < target.length; ) {
      const length = Math.min(target.length - done, LARGEST_READ);
      let count: number;
      try {
        count = readSync(this.descriptor, target, done, length, position + done);
      } catch (cause) {
        throw this.error(`it cannot be read: ${(cause as Error).message}`, cause);
      }
      if (count === 0) throw this.error(`it ends before byte ${position + target.length}; download it again`);
      done += count;
    }
  }

  /** Reads `length` bytes, of which the caller knows that the file has them. */
  bytes(position: number, length: number): Uint8Array {
    const target = new Uint8Array(length);
    this.read(position, target);
    return target;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }
}
