import { load } from '../audio/load.js';
import { AudioDecodeError } from '../errors.js';
import { prepare } from '../feature-extractor/prepare-audio.js';
import type { PreprocessorConfig } from '../feature-extractor/preprocessor-config.js';

/** What to make of a file. */
export interface ClipTask {
  file: string;
  extractor: PreprocessorConfig;
  /** In samples at the extractor's rate: what is longer is cut. */
  maxLength: number;
}

/** What a feature extractor makes of a file: `load` at its sampling rate, cut and prepared. */
export async function decodeClip({ file, extractor, maxLength }: ClipTask): Promise<Float32Array> {
  const waveform = await load(file, { sampleRate: extractor.samplingRate });
  try {
    return prepare(extractor, waveform, { maxLength, truncation: true }, () => {}).inputValues[0];
  } catch (cause) {
    throw new AudioDecodeError(`${file} cannot be used: ${(cause as Error).message}`, { cause });
  }
}
