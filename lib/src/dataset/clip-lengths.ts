import { info } from '../audio/info.js';
import { load } from '../audio/load.js';
import { AudioDecodeError } from '../errors.js';
import { ofFiles } from './of-files.js';

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
 * {@link clipLengths}, of which the headers are read once, unless that fails. Where clips are left out, those below
 * `shortest`, in samples, have lengths of others: in an order by length they would be a batch of their own.
 */
export function lengthsOnce(
  files: readonly string[],
  limits: ClipLimits,
): (shortest: number) => Promise<readonly number[]> {
  let read: Promise<readonly number[]> | undefined;
  return async (shortest) => {
    read ??= clipLengths(files, limits).catch((error) => {
      read = undefined;
      throw error;
    });
    return limits.leavesOut ? spreadOut(await read, shortest) : read;
  };
}

/**
 * How many samples the model gets of each file, by its header. A file whose header does not tell is decoded.
 *
 * @throws AudioDecodeError, which names the file, where one cannot be read and none is left out
 */
const clipLengths = (files: readonly string[], limits: ClipLimits): Promise<number[]> =>
  ofFiles(files, (file) => clipLength(file, limits));

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

/** The lengths, where those below the shortest are some of the others, evenly from the least to the greatest. */
function spreadOut(lengths: readonly number[], shortest: number): number[] {
  const others = lengths.filter((length) => length >= shortest).sort((a, b) => a - b);
  const share = others.length / (lengths.length - others.length);
  let count = 0;
  return lengths.map((length) =>
    length >= shortest ? length : (others[Math.floor(share * (count++ + 0.5))] ?? length),
  );
}
