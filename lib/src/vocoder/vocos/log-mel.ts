import { FloatMatrix } from '../../dsp/float-matrix.js';
import { copyPadded } from '../../dsp/frames.js';
import { melFilterbank } from '../../dsp/mel.js';
import { stft } from '../../dsp/stft.js';
import { ParameterError } from '../../errors.js';
import { tf } from '../../tensor/tensorflow.js';
import type { VocosFeatures } from './config.js';

/** The least amplitude, whose logarithm is taken in place of that of smaller ones. */
const LEAST = 1e-7;

/** The filters of a configuration as its checkpoint holds them: (frequencies, bands). */
export function melFilters(features: VocosFeatures): Float32Array {
  const { sampleRate, nFft, nMels, fMin, norm, melScale } = features;
  // torchaudio ends at a whole number of hertz.
  const fMax = features.fMax ?? Math.floor(sampleRate / 2);
  const filters = melFilterbank({ sampleRate, nFft, nMels, fMin, fMax, norm, htk: melScale === 'htk' });
  const { rows, columns } = filters;
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => filters.data[(i % rows) * columns + Math.floor(i / rows)],
  );
}

/**
 * The natural logarithm of the mel spectrogram of amplitudes: bands × frames.
 *
 * @param filters - (frequencies, bands)
 */
export function logMel(samples: Float32Array, features: VocosFeatures, filters: Float32Array): FloatMatrix {
  const { nFft, hopLength, nMels, padding } = features;
  const isCentred = padding === 'center';
  const sound = isCentred ? samples : reflected(samples, Math.floor((nFft - hopLength) / 2), nFft);
  const magnitude = stft(sound, { nFft, hopLength, center: isCentred, padMode: 'reflect' }).magnitude();
  const logarithms = tf.tidy(() => {
    const weights = tf.tensor2d(filters, [magnitude.rows, nMels]);
    const bands = tf.matMul(weights, tf.tensor2d(magnitude.data, [magnitude.rows, magnitude.columns]), true); // (bands, T)
    return tf.log(tf.maximum(bands, LEAST));
  });
  const data = logarithms.dataSync() as Float32Array;
  logarithms.dispose();
  return new FloatMatrix(nMels, magnitude.columns, data);
}

/** The sound with `pad` mirrored samples on each side. */
function reflected(samples: Float32Array, pad: number, least: number): Float32Array {
  const padded = new Float32Array(samples.length + 2 * pad);
  if (padded.length < least) {
    throw new ParameterError(`waveform has ${samples.length} samples; give ${least - 2 * pad} at least, for one frame`);
  }
  copyPadded(samples, -pad, padded, 'reflect');
  return padded;
}
