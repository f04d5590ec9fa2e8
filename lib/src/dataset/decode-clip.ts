import { load } from '../audio/load.js';
import { loadSegments } from '../audio/load-segments.js';
import { AudioDecodeError } from '../errors.js';
import { prepare } from '../feature-extractor/prepare-audio.js';
import type { PreprocessorConfig } from '../feature-extractor/preprocessor-config.js';
import { applyChanges } from './augment/apply-changes.js';
import type { ClipChanges } from './augment/draw-changes.js';

/** What to make of a file. */
export interface ClipTask {
  file: string;
  extractor: PreprocessorConfig;
  /** In samples at the extractor's rate: what is longer is cut. */
  maxLength: number;
  /** Where it is cut: at its beginning (1), or into so many segments that lie evenly from its beginning to its end. */
  segments: number;
  /** In training: whether the segment is the one that chance has chosen, and how it is changed. */
  random?: { segment: boolean; changes: ClipChanges };
}

/** What a feature extractor makes of a file: `load` at its sampling rate, cut, changed and prepared; a clip or its segments. */
export async function decodeClip(task: ClipTask): Promise<Float32Array[]> {
  const { file, extractor, maxLength, random } = task;
  const sampleRate = extractor.samplingRate;
  const prepared: Float32Array[] = [];
  for (const segment of await segmentsOf(task)) {
    const samples = random ? await applyChanges(segment, sampleRate, random.changes) : segment;
    try {
      prepared.push(
        ...prepare(extractor, { samples, sampleRate }, { maxLength, truncation: true }, () => {}).inputValues,
      );
    } catch (cause) {
      throw new AudioDecodeError(`${file} cannot be used: ${(cause as Error).message}`, { cause });
    }
  }
  return prepared;
}

async function segmentsOf({ file, extractor, maxLength, segments, random }: ClipTask): Promise<Float32Array[]> {
  const { samplingRate: sampleRate } = extractor;
  const whole = { sampleRate, length: maxLength };
  if (random) {
    const startsOf = (last: number) => [random.segment ? Math.floor(random.changes.segment * (last + 1)) : 0];
    return loadSegments(file, { ...whole, count: 1, startsOf });
  }
  if (segments > 1)
    return loadSegments(file, { ...whole, count: segments, startsOf: (last) => evenly(segments, last) });
  const { samples } = await load(file, { sampleRate });
  return [samples.subarray(0, maxLength)];
}

/** So many places from 0 to `last`, both included. */
const evenly = (count: number, last: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.round((i * last) / (count - 1)));
