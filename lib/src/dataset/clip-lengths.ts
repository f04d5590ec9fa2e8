import { info } from '../audio/info.js';
import { load } from '../audio/load.js';
import { AudioDecodeError } from '../errors.js';

/** Headers that are read at a time. */
const FILES_AT_ONCE = 16;

/** What a clip becomes. */
export interface ClipLimits {
  /** In Hz. */
  samplingRate: number;
  /** In samples at that rate: what is longer is cut. */
  maxLength: number;
  /** Whether a file that cannot be read is left out: it has no length then. */
  leavesOut: boolean;
}

/**
 * How many samples the model gets of each file, by its header. A file whose header does not tell is decoded.
 *
 * @throws AudioDecodeError, which names the file, where one cannot be read and none is left out
 */
export async function clipLengths(files: readonly string[], limits: ClipLimits): Promise<number[]> {
  const lengths: number[] = [];
  for (let i = 0; i < files.length; i += FILES_AT_ONCE) {
    const some = files.slice(i, i + FILES_AT_ONCE);
    lengths.push(...(await Promise.all(some.map((file) => clipLength(file, limits)))));
  }
  return lengths;
}

async function clipLength(file: string, { samplingRate, maxLength, leavesOut }: ClipLimits): Promise<number> {
  try {
    const length = await lengthInHeader(file, samplingRate);
    return Math.min(length ?? (await load(file, { sampleRate: samplingRate })).samples.length, maxLength);
  } catch (error) {
    if (leavesOut && error instanceof AudioDecodeError) return 0;
    throw error;
  }
}

async function lengthInHeader(file: string, samplingRate: number): Promise<number | undefined> {
  try {
    const { frames, sampleRate } = await info(file);
    return frames === undefined ? undefined : Math.ceil((frames * samplingRate) / sampleRate);
  } catch (error) {
    // ffmpeg may read what libsndfile cannot.
    if (error instanceof AudioDecodeError) return undefined;
    throw error;
  }
}
