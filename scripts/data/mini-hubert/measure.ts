import { chromaStft, delta, FloatMatrix, melSpectrogram, powerToDb } from 'onpa';
import { matrixProduct } from 'onpa/dist/dsp/matrix-product.js';
import { dctMatrix } from 'onpa/dist/dsp/mfcc.js';
import { FIELD, HOP, SAMPLE_RATE } from './recipe.js';

const MELS = 40;
const COEFFICIENTS = 13;
const ONSET_BANDS = 3;
/** Chroma needs a longer window, around the middle of the frame. */
const CHROMA_FFT = 4096;

/** What is measured of each frame: kind × frames. */
export interface Measured {
  /** Chroma (12), and how fast three bands of mels rise (3). */
  harmony: FloatMatrix;
  /** MFCCs (13) with first and second differences: 39. */
  timbre: FloatMatrix;
  /** The mel spectrum in decibels: 40. */
  level: FloatMatrix;
}

/** The rows of all that is measured, one kind after the other. */
export const MEASURES: number = 12 + ONSET_BANDS + 3 * COEFFICIENTS + MELS;
/** Where onsets are among them. */
export const ONSETS = { first: 12, count: ONSET_BANDS } as const;

const transform = dctMatrix(COEFFICIENTS, MELS, 2, 'ortho');

/** @param samples - at 16 kHz; their level does not matter */
export function measure(samples: Float32Array): Measured {
  const x = normalised(samples);
  const options = { nFft: FIELD, hopLength: HOP, nMels: MELS, center: false };
  const mel = melSpectrogram({ samples: x, sampleRate: SAMPLE_RATE }, options);
  const level = powerToDb(mel, { amin: 1e-4 });
  const mfcc = matrixProduct(transform, level);
  const timbre = stacked([mfcc, delta(mfcc), delta(mfcc, { order: 2 })], level.columns);
  const middle = { samples: x.subarray(FIELD / 2), sampleRate: SAMPLE_RATE };
  const pitches = chromaStft(middle, { nFft: CHROMA_FFT, hopLength: HOP, tuning: 0 });
  return { harmony: stacked([pitches, onsets(level)], level.columns), timbre, level };
}

/** Zero mean and unit variance; silence stays silent. */
function normalised(samples: Float32Array): Float32Array {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / samples.length;
  const scale = 1 / Math.max(Math.sqrt(variance), 1 / 32768);
  return samples.map((x) => (x - mean) * scale);
}

/** How much louder each third of the mel bands is than a frame before, where it is: 3 × frames. */
function onsets(level: FloatMatrix): FloatMatrix {
  const { rows, columns, data } = level;
  const result = new FloatMatrix(ONSET_BANDS, columns);
  let first = 0;
  for (let band = 0; band < ONSET_BANDS; band++) {
    const count = Math.ceil((rows - first) / (ONSET_BANDS - band));
    for (let row = first; row < first + count; row++) {
      for (let t = 1; t < columns; t++) {
        const rise = data[row * columns + t] - data[row * columns + t - 1];
        result.data[band * columns + t] += Math.max(0, rise) / count;
      }
    }
    first += count;
  }
  return result;
}

/** Matrices one below the other, of so many columns each. */
function stacked(parts: readonly FloatMatrix[], columns: number): FloatMatrix {
  const result = new FloatMatrix(
    parts.reduce((rows, part) => rows + part.rows, 0),
    columns,
  );
  let at = 0;
  for (const part of parts) {
    for (let row = 0; row < part.rows; row++, at += columns) {
      result.data.set(part.data.subarray(row * part.columns, row * part.columns + columns), at);
    }
  }
  return result;
}
