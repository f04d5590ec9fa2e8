import { stft, type Waveform } from 'onpa';
import { HOP, N_FFT, SILENCE } from './recipe.js';

/** The spectra of a piece: frequencies × frames, row by row. */
export interface Piece {
  frames: number;
  magnitude: Float32Array;
  /** In radians. */
  phase: Float32Array;
}

export function spectraOf({ samples }: Waveform): Piece {
  const spectrogram = stft(samples, { nFft: N_FFT, hopLength: HOP, padMode: 'reflect' });
  return {
    frames: spectrogram.columns,
    magnitude: spectrogram.magnitude().data,
    phase: spectrogram.phase().data,
  };
}

/** Of each frequency, the mean over all frames of the logarithm of the magnitude. */
export function meanLogarithms(pieces: readonly Piece[]): Float32Array {
  const bins = N_FFT / 2 + 1;
  const sums = new Float64Array(bins);
  let frames = 0;
  for (const piece of pieces) {
    frames += piece.frames;
    piece.magnitude.forEach((value, i) => {
      sums[Math.floor(i / piece.frames)] += Math.log(value + SILENCE);
    });
  }
  return Float32Array.from(sums, (sum) => sum / frames);
}
