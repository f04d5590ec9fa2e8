import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { load, stft, type Waveform } from 'onpa';
import { HOP, N_FFT, SAMPLE_RATE } from './recipe.js';

/** The spectra of a piece: frequencies × frames, row by row. */
export interface Piece {
  frames: number;
  magnitude: Float32Array;
  /** In radians. */
  phase: Float32Array;
}

/** The recordings of a folder, in the order of their names. */
export async function loadPieces(folder: string): Promise<Waveform[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wav')).sort();
  return Promise.all(names.map((name) => load(join(folder, name), { sampleRate: SAMPLE_RATE })));
}

export function spectraOf({ samples }: Waveform): Piece {
  const spectrogram = stft(samples, { nFft: N_FFT, hopLength: HOP, padMode: 'reflect' });
  return {
    frames: spectrogram.columns,
    magnitude: spectrogram.magnitude().data,
    phase: spectrogram.phase().data,
  };
}
