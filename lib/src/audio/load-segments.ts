import { gcd, reachOf } from '../dsp/rate-filters.js';
import { ParameterError } from '../errors.js';
import { load } from './load.js';
import { openAudio } from './open-audio.js';
import { requireAudio } from './require-audio.js';
import { withAudioFile } from './source.js';

/** Sound around a segment that is decoded with it, in samples of the file; more where the filters of `resample` reach farther. */
const MARGIN = 4096;

/** Which parts of a file are wanted. */
export interface Segments {
  /** In Hz. */
  sampleRate: number;
  /** Of each, in samples at that rate. */
  length: number;
  /** How many there are. */
  count: number;
  /** Where each begins, given the last place where one can. */
  startsOf: (last: number) => readonly number[];
}

/**
 * Parts of a file, all of one length, as they are in the whole that `load` gives; of a file that is not longer, the whole.
 *
 * Where the file tells its length, and the parts are less than half of it, only they are decoded, so that a long file costs
 * no more than a short one. Whether that is so depends on file and options alone: the same part has always the same numbers.
 *
 * @throws AudioDecodeError as `load` does
 */
export async function loadSegments(file: string, segments: Segments): Promise<Float32Array[]> {
  const { sampleRate, length, count, startsOf } = segments;
  // Whatever is wrong with the file, `load` says it.
  const known = await lengthOf(file).catch(() => undefined);
  const total = known ? Math.ceil(known.frames * (sampleRate / known.sampleRate)) : 0;
  if (known && 2 * count * length < total) {
    const found: Float32Array[] = [];
    for (const start of startsOf(total - length)) found.push(await loadSegment(file, known, segments, start));
    if (found.every((segment) => segment.length === length)) return found;
  }
  const { samples } = await load(file, { sampleRate });
  if (samples.length <= length) return [samples];
  return startsOf(samples.length - length).map((start) => samples.slice(start, start + length));
}

interface KnownLength {
  frames: number;
  sampleRate: number;
}

/** What a header tells of a file; undefined where only decoding does. */
function lengthOf(file: string): Promise<KnownLength | undefined> {
  return withAudioFile(file, async (opened, name) => {
    const look = await requireAudio(opened, name);
    if (look.kind === 'ffmpeg') return undefined;
    return openAudio(opened, name, look, async ({ sound, exact }) => {
      const { frames, samplerate: sampleRate } = sound.info;
      return exact && frames < Infinity ? { frames, sampleRate } : undefined;
    });
  });
}

/** A part that begins at sample `start` of the resampled whole; shorter where the file has less than its header tells. */
async function loadSegment(
  file: string,
  { frames, sampleRate: native }: KnownLength,
  { sampleRate, length }: Segments,
  start: number,
): Promise<Float32Array> {
  // Both rates have a sample at each multiple of the stride: what is resampled from there on has the whole's samples.
  const divisor = gcd(native, sampleRate);
  const stride = native / divisor;
  const nativeOf = (sample: number) => (sample * native) / sampleRate;
  const margin = native === sampleRate ? MARGIN : Math.max(MARGIN, reachOf(native, sampleRate));
  const first = Math.max(0, Math.floor((nativeOf(start) - margin) / stride) * stride);
  const count = Math.min(frames, Math.ceil(nativeOf(start + length)) + margin) - first;
  const lead = (first / stride) * (sampleRate / divisor);
  try {
    // Half a sample more, so that rounding takes no whole one away.
    const [offset, duration] = [(first + 0.5) / native, (count + 0.5) / native];
    const { samples } = await load(file, { sampleRate, offset, duration });
    return samples.slice(start - lead, start - lead + length);
  } catch (error) {
    // The offset is after the end: the header tells more than there is.
    if (error instanceof ParameterError) return new Float32Array(0);
    throw error;
  }
}
