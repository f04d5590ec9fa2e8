import { readdirSync, readFileSync } from 'node:fs';
import { AudioDecodeError, load } from 'onpa';
import { peakMemory } from '../../bench/memory.js';
import { audio } from '../fixtures.js';
import { random } from '../random.js';
import { withOggChecksums } from './ogg-checksum.js';

/** Damages audio files and loads them: a child process, which damaged-files.ts watches. */

const FILES = ['.', 'encodings', 'odd'].flatMap((folder) =>
  readdirSync(audio(folder))
    .filter((name) => /\.\w+$/.test(name) && !/^(trumpet|libri)\.ogg$|\.(webm|m4a)$/.test(name))
    .sort()
    .map((name) => `${folder}/${name}`),
);

/** Sent before each file. */
export interface Progress {
  name: string;
}

export interface Outcome {
  name: string;
  /** Samples of the result; absent if there was an error. */
  samples?: number;
  /** An error other than AudioDecodeError. */
  wrong?: string;
  /** The most memory that the process has had so far, in bytes. */
  peak: number;
  /** Its memory now, in bytes. */
  memory: number;
}

/** What programs write where they do not know a size, and what overflows. */
const SIZES = [0, 1, 7, 0x7f, 0xff, 0x7fff, 0xffff, 0x7ffff000, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

/**
 * One of the files with bits turned over, bytes and sizes overwritten, a stretch set to zero, cut out or put in, its end cut
 * off, or another's appended.
 */
export function mutated(seed: number): { name: string; bytes: Uint8Array } {
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  const name = FILES[seed % FILES.length];
  let bytes = Uint8Array.from(readFileSync(audio(name)));
  // Half of the damage is in the header, where it tells most.
  const place = () => below(next() < 0.5 ? Math.min(128, bytes.length) : bytes.length);
  const noise = (length: number) => Uint8Array.from({ length }, () => below(256));
  const splice = (position: number, remove: number, insert: Uint8Array) => {
    bytes = Uint8Array.from([...bytes.subarray(0, position), ...insert, ...bytes.subarray(position + remove)]);
  };
  const size = (at: number, length: number) => {
    const field = Buffer.alloc(length);
    const value = SIZES[below(SIZES.length)] % 2 ** (8 * length);
    if (next() < 0.5) field.writeUIntBE(value, 0, length);
    else field.writeUIntLE(value, 0, length);
    return field.subarray(0, bytes.length - at);
  };
  for (let times = 1 + below(4); times > 0 && bytes.length > 0; times--) {
    const at = place();
    const ways = [
      () => bytes.set([bytes[at] ^ (1 << below(8))], at),
      () => bytes.set([[0, 1, 127, 128, 255][below(5)]], at),
      () => bytes.set(noise(Math.min(4, bytes.length - at)), at),
      () => bytes.set(size(at, [2, 4][below(2)]), at),
      () => bytes.fill(0, at, at + below(3000)),
      () => splice(at, 0, new Uint8Array(below(3000))),
      () => splice(at, 0, noise(1 + below(20))),
      () => splice(at, 1 + below(50), new Uint8Array(0)),
      () => splice(place(), Infinity, new Uint8Array(0)),
      () => splice(at, 0, bytes.slice(0, 200)),
      () => splice(bytes.length, 0, Uint8Array.from(readFileSync(audio(FILES[below(FILES.length)]))).slice(0, 3000)),
    ];
    ways[below(ways.length)]();
  }
  // A page with a wrong checksum is skipped: with the right one, the decoder sees the damage.
  if (next() < 0.7) bytes = withOggChecksums(bytes);
  return { name: `${name}, seed ${seed}`, bytes };
}

async function outcome(seed: number, name: string, bytes: Uint8Array): Promise<Outcome> {
  const excerpt = seed % 3 === 0 ? { offset: 0.01, duration: 0.01 } : {};
  const memory = process.memoryUsage.rss();
  try {
    const { samples } = await load(bytes, { sampleRate: null, ...excerpt });
    return { name, samples: samples.length, memory, peak: peak() };
  } catch (error) {
    const isNamed =
      error instanceof AudioDecodeError ||
      ('offset' in excerpt && /^(offset|duration) is/.test(String((error as Error).message)));
    if (isNamed) return { name, memory, peak: peak() };
    return {
      name,
      memory,
      peak: peak(),
      wrong: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    };
  }
}

const peak = (): number => peakMemory() * 1e6;

process.once('message', async ({ from, to }: { from: number; to: number }) => {
  for (let seed = from; seed < to; seed++) {
    const { name, bytes } = mutated(seed);
    process.send?.({ name } satisfies Progress);
    process.send?.(await outcome(seed, name, bytes));
  }
  process.disconnect();
});
