import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorData } from '../../checkpoint/save-safetensors.js';
import { hann } from '../../dsp/window.js';
import { CheckpointError } from '../../errors.js';
import { requireTensor } from '../read-weights.js';
import type { VocosConfig } from './config.js';
import { melFilters } from './log-mel.js';

/** What `feature_extractor` and `head` of a checkpoint have beside parameters: they follow from the configuration. */
export const BUFFERS = {
  /** (frequencies, bands) */
  filters: 'feature_extractor.mel_spec.mel_scale.fb',
  analysisWindow: 'feature_extractor.mel_spec.spectrogram.window',
  synthesisWindow: 'head.istft.window',
} as const;

/** What to write for a configuration. */
export function buffersOf({ featureExtractor, head }: VocosConfig, filters: Float32Array): [string, TensorData][] {
  const { nFft, nMels } = featureExtractor;
  return [
    [BUFFERS.filters, { shape: [1 + (nFft >> 1), nMels], data: filters }],
    [BUFFERS.analysisWindow, { shape: [nFft], data: Float32Array.from(hann(nFft)) }],
    [BUFFERS.synthesisWindow, { shape: [head.nFft], data: Float32Array.from(hann(head.nFft)) }],
  ];
}

/**
 * The mel filters of a checkpoint, as torchaudio made them, or the same made anew where it has none.
 *
 * @throws CheckpointError for windows that are not Hann's
 */
export function readFilters(checkpoint: Checkpoint, { featureExtractor, head }: VocosConfig): Float32Array {
  for (const [name, length] of [
    [BUFFERS.analysisWindow, featureExtractor.nFft],
    [BUFFERS.synthesisWindow, head.nFft],
  ] as const) {
    if (!checkpoint.tensors.has(name)) continue;
    requireTensor(checkpoint, name, [length]);
    const expected = hann(length);
    // A window of half precision is near enough.
    if (checkpoint.float32(name).some((value, i) => !(Math.abs(value - expected[i]) < 1e-3))) {
      throw new CheckpointError(`${checkpoint.path}: ${name} is not the Hann window; only that is supported`);
    }
  }
  if (!checkpoint.tensors.has(BUFFERS.filters)) return melFilters(featureExtractor);
  requireTensor(checkpoint, BUFFERS.filters, [1 + (featureExtractor.nFft >> 1), featureExtractor.nMels]);
  return checkpoint.float32(BUFFERS.filters);
}
