import { tf } from 'onpa';
import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';
import type { Spectra } from './losses.js';
import type { Piece } from './pieces.js';
import { FRAMES, GAIN, N_FFT, RECIPE } from './recipe.js';

/** As Vocos takes the logarithm. */
const LEAST = 1e-7;

/** What the network is given, and what it is to find. */
export interface Batch {
  /** (excerpts, bands, frames) */
  mel: tf.Tensor3D;
  wanted: Spectra;
}

/** Excerpts for a step, at random places and levels; the same ones for the same step. The tensors are the caller's. */
export function batchOf(pieces: readonly Piece[], filters: tf.Tensor2D, step: number): Batch {
  const random = new MersenneTwister(step);
  const bins = N_FFT / 2 + 1;
  const shape: [number, number, number] = [RECIPE.excerpts, bins, FRAMES];
  const [magnitude, phase] = [0, 0].map(() => new Float32Array(RECIPE.excerpts * bins * FRAMES));
  for (let row = 0; row < RECIPE.excerpts; row++) {
    const piece = pieces[Math.floor(random.next() * pieces.length)];
    const first = Math.floor(random.next() * (piece.frames - FRAMES + 1));
    const [least, most] = GAIN;
    const gain = least * (most / least) ** random.next();
    for (let bin = 0; bin < bins; bin++) {
      const from = bin * piece.frames + first;
      const to = (row * bins + bin) * FRAMES;
      for (let t = 0; t < FRAMES; t++) magnitude[to + t] = gain * piece.magnitude[from + t];
      phase.set(piece.phase.subarray(from, from + FRAMES), to);
    }
  }
  return tf.tidy(() => {
    const wanted = { magnitude: tf.tensor3d(magnitude, shape), phase: tf.tensor3d(phase, shape) };
    const each = tf.unstack(wanted.magnitude).map((one) => tf.matMul(filters, one as tf.Tensor2D)); // (bands, T)
    return { mel: tf.log(tf.maximum(tf.stack(each), LEAST)) as tf.Tensor3D, wanted };
  });
}
