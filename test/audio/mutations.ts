import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { AudioDecodeError, load } from 'onpa';
import { audio } from '../fixtures.js';

/** Damages audio files and loads them: a worker thread, which mutations.test.ts can stop if a decoder never ends. */

const FILES = [
  'wav-8.wav',
  'wav-16-chunks.wav',
  'wav-24-extensible-stereo.wav',
  'wav-float-stereo.wav',
  'wav-double.wav',
  'flac-16.flac',
  'flac-24-stereo.flac',
  'vorbis.ogg',
  'vorbis-stereo.ogg',
  'mp3-stereo.mp3',
  'mp3-bare.mp3',
  'mp3-22050.mp3',
];

/** Sent before each file. */
export interface Progress {
  name: string;
  /** Memory of the whole process, in bytes. */
  memory: number;
}

export interface Outcome {
  name: string;
  /** Samples of the result; absent if there was an error. */
  samples?: number;
  /** An error other than AudioDecodeError. */
  wrong?: string;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the files with bits turned over, bytes overwritten, cut out or put in, its end cut off, or another's appended. */
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
  for (let times = 1 + below(4); times > 0 && bytes.length > 0; times--) {
    const at = place();
    const ways = [
      () => bytes.set([bytes[at] ^ (1 << below(8))], at),
      () => bytes.set([[0, 1, 127, 128, 255][below(5)]], at),
      () => bytes.set(noise(Math.min(4, bytes.length - at)), at),
      () => splice(at, 0, noise(1 + below(20))),
      () => splice(at, 1 + below(50), new Uint8Array(0)),
      () => splice(place(), Infinity, new Uint8Array(0)),
      () => splice(at, 0, bytes.slice(0, 200)),
      () => splice(bytes.length, 0, Uint8Array.from(readFileSync(audio(FILES[below(FILES.length)]))).slice(0, 3000)),
    ];
    ways[below(ways.length)]();
  }
  return { name: `${name}, seed ${seed}`, bytes };
}

async function outcome(name: string, bytes: Uint8Array): Promise<Outcome> {
  try {
    const { samples } = await load(bytes, { sampleRate: null });
    return { name, samples: samples.length };
  } catch (error) {
    if (error instanceof AudioDecodeError) return { name };
    return { name, wrong: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

parentPort?.once('message', async (count: number) => {
  const outcomes: Outcome[] = [];
  for (let index = 0; index < count; index++) {
    const { name, bytes } = mutated(index);
    const progress: Progress = { name, memory: process.memoryUsage().rss };
    parentPort?.postMessage(progress);
    outcomes.push(await outcome(name, bytes));
  }
  parentPort?.postMessage(outcomes);
});
