import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { inCourseData } from '../course-data.js';
import { AudioDecodeError, ParameterError } from '../errors.js';
import { cacheFolder, writeWhole } from '../files.js';
import { requireChoice } from '../validation.js';
import { download, sourceName } from './download.js';

interface Recording {
  file: string;
  sha256: string;
  credit: string;
  /** What takes its place where neither the cache nor the network has it. */
  embedded?: { file: string; credit: string };
}

/** librosa's recordings, with the checksums of its registry. */
const RECORDINGS: Record<ExampleName, Recording> = {
  trumpet: {
    file: 'sorohanro_-_solo-trumpet-06.ogg',
    sha256: '8374466fd3951d24509da6e799b132a0db0bdeda69d99c69d989a6888d3d727d',
    credit: 'Trumpet loop by Mihai Sorohan (Freesound 77711), CC BY 3.0',
    embedded: {
      file: 'trumpet.ogg',
      credit: 'A trumpet phrase of this project (data/README.md), played by FluidSynth; not the recording',
    },
  },
  libri3: {
    file: '198-209-0000.ogg',
    sha256: '0473ba9613befa1026db5e254546f105aeffba8366b5468fc5e8d474d844ca1d',
    credit: 'Sense and Sensibility, chapter 18, read by Heather Barnett (LibriSpeech), CC BY 4.0',
    embedded: {
      file: 'speech.ogg',
      credit: 'Sense and Sensibility, chapter 18, read by Heather Barnett (LibriSpeech), CC BY 4.0; its first 8.3 s',
    },
  },
  nutcracker: {
    file: 'Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.ogg',
    sha256: 'b5c1a3e26310e6618d3c124f458654cd235650fcb9db7d711302644566600484',
    credit: 'Tchaikovsky, Dance of the Sugar Plum Fairy, by Kevin MacLeod, CC BY 3.0',
  },
  vibeace: {
    file: 'Kevin_MacLeod_-_Vibe_Ace.ogg',
    sha256: '6c23aed3dd5aa57f2b1652ecab68d15d9b82ad257f54e639eb2880ca09bc118a',
    credit: 'Vibe Ace by Kevin MacLeod, CC BY 3.0',
  },
};

/** The names that {@link example} knows. */
export type ExampleName = 'trumpet' | 'libri3' | 'nutcracker' | 'vibeace';

/** How long a recording may be, in bytes; the longest has some five million. */
const MOST = 1 << 26;

/** How long to wait for a server's answer, in ms. */
const PATIENCE = 5000;

/**
 * The path of one of librosa's example recordings, like `librosa.ex`. It is downloaded once, checked against its
 * SHA-256, and kept in the folder `librosa` of the cache: `ONPA_CACHE`, else `~/.cache/onpa`. `ONPA_LIBROSA_URL` names
 * another server.
 *
 * Without cache and network, 'trumpet' is a phrase that comes with the project, and 'libri3' the beginning of the
 * recording, which does too; {@link exampleCredit} tells which.
 *
 * @throws ParameterError for an unknown name
 * @throws AudioDecodeError if it cannot be downloaded or kept, or arrives changed
 * @see {@link exampleCredit}, {@link load}
 *
 * @example
 * const trumpet = await load(await example('trumpet'));
 */
export async function example(name: ExampleName): Promise<string> {
  requireChoice('name', name, Object.keys(RECORDINGS) as ExampleName[]);
  const { file, sha256, embedded } = RECORDINGS[name];
  const path = cacheFolder('librosa', file);
  const cached = await readFile(path).catch(() => undefined);
  if (cached && digest(cached) === sha256) return path;
  const url = `${process.env.ONPA_LIBROSA_URL || 'https://librosa.org/data/audio'}/${file}`;
  let bytes: Uint8Array;
  try {
    bytes = await download(url, { maxBytes: MOST }, PATIENCE);
  } catch (cause) {
    const own = embedded && inCourseData('audio', embedded.file);
    if (own && existsSync(own)) return own;
    const reason = (cause as Error).message;
    throw new AudioDecodeError(
      `example '${name}' is not in the cache, and ${sourceName(url)} cannot be downloaded: ${reason}`,
      {
        cause,
      },
    );
  }
  if (digest(bytes) !== sha256) {
    throw new AudioDecodeError(
      `${sourceName(url)} is not librosa's recording: its SHA-256 is not ${sha256}. Nothing was kept.`,
    );
  }
  try {
    await writeWhole(path, bytes, { makeFolder: true });
  } catch (cause) {
    const folder = dirname(path);
    throw new AudioDecodeError(
      `example '${name}' cannot be kept in ${folder}: ${(cause as Error).message}. Set ONPA_CACHE to a folder of yours.`,
      { cause },
    );
  }
  return path;
}

/**
 * Who made the recording that {@link example} gave, and its licence.
 *
 * @throws ParameterError for the path of another file
 * @see {@link example}
 *
 * @example
 * exampleCredit(await example('trumpet')); // 'Trumpet loop by Mihai Sorohan (Freesound 77711), CC BY 3.0'
 */
export function exampleCredit(path: string): string {
  const name = basename(path);
  const all = Object.values(RECORDINGS).flatMap(({ embedded, ...recording }) => [
    recording,
    ...(embedded ? [embedded] : []),
  ]);
  const found = all.find(({ file }) => file === name);
  if (found) return found.credit;
  throw new ParameterError(`path is '${path}', whose makers are unknown; give one that example gave`);
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
