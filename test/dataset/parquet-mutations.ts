import { readFileSync } from 'node:fs';
import { DatasetError } from 'onpa';
import { openParquet } from 'onpa/dist/dataset/parquet/open-parquet.js';
import { unpackLimits } from 'onpa/dist/dataset/unpack-limits.js';
import { inRepository } from '../fixtures.js';
import { random } from '../random.js';

/**
 * Damages Parquet files and reads them, in a process of its own: `node parquet-mutations.js <first seed> <count>`. It
 * writes what came of it as JSON; what nobody catches ends it, or is in `uncaught`.
 */

export interface Mutations {
  /** Read to the end, with or without damage to the sound. */
  read: number;
  /** Refused by a DatasetError that names the file. */
  refused: number;
  /** Anything else. */
  wrong: string[];
  uncaught: string[];
  /** The most memory that the process had, in bytes. */
  memory: number;
}

const FILES = ['0000', '0001', '0002'].map((name) =>
  readFileSync(inRepository('test', 'fixtures', 'dataset', `${name}.parquet`)),
);

/** A file with bits turned over, bytes overwritten, cut out or put in: half of it in the footer, where it tells most. */
function damaged(seed: number): Buffer {
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  let bytes = Buffer.from(FILES[seed % FILES.length]);
  for (let times = 1 + below(3); times > 0; times--) {
    const footer = Math.min(bytes.length, bytes.readUInt32LE(bytes.length - 8) + 8);
    const at = next() < 0.5 ? bytes.length - 1 - below(footer) : below(bytes.length);
    const noise = (length: number) => Uint8Array.from({ length }, () => below(256));
    const write = (insert: ArrayLike<number>, remove: number = insert.length) =>
      Buffer.concat([bytes.subarray(0, at), Uint8Array.from(insert), bytes.subarray(at + remove)]);
    const ways = [
      () => write([bytes[at] ^ (1 << below(8))]),
      () => write([[0, 1, 127, 128, 255][below(5)]]),
      () => write(noise(4)),
      () => write(new Uint8Array(1 + below(12)).fill(255)),
      () => write([], 1 + below(20)),
      () => write(noise(1 + below(8)), 0),
    ];
    bytes = ways[below(ways.length)]();
    if (bytes.length < 12) break;
  }
  return bytes;
}

async function readAll(name: string, bytes: Buffer): Promise<void> {
  const { rows, read } = await openParquet({
    name,
    byteLength: bytes.length,
    limits: unpackLimits(bytes.length),
    slice: async (start, end = bytes.length) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  });
  for (const group of rows.keys()) await read(group);
}

async function run(first: number, count: number): Promise<void> {
  const outcome: Mutations = { read: 0, refused: 0, wrong: [], uncaught: [], memory: 0 };
  let name = '';
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: Error) => outcome.uncaught.push(`${name}: ${error.stack ?? error}`));
  }
  for (let seed = first; seed < first + count; seed++) {
    name = `seed ${seed}`;
    try {
      await readAll(name, damaged(seed));
      outcome.read++;
    } catch (error) {
      if (error instanceof DatasetError && error.message.startsWith(name)) outcome.refused++;
      else outcome.wrong.push(`${name}: ${error instanceof Error ? error.stack : error}`);
    }
    // A rejection that nobody has caught is told once all that is pending has run.
    await new Promise((resolve) => setImmediate(resolve));
    outcome.memory = Math.max(outcome.memory, process.memoryUsage.rss());
  }
  process.stdout.write(JSON.stringify(outcome));
}

if (require.main === module) void run(Number(process.argv[2]), Number(process.argv[3]));
