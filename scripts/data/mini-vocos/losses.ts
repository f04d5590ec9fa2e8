import { tf } from 'onpa';
import { MARGIN, SILENCE } from './recipe.js';

/** Spectra: (excerpts, frequencies, frames). */
export interface Spectra {
  magnitude: tf.Tensor3D;
  /** In radians. */
  phase: tf.Tensor3D;
}

/** The least amplitude of a band that counts. */
const QUIET = 1e-5;
const WEIGHTS = { logarithm: 1, convergence: 2, mel: 1, overFrequency: 0.3, overTime: 0.3 } as const;

/** The terms of the loss, before they are weighted. */
export type Terms = Record<keyof typeof WEIGHTS, tf.Scalar>;

/**
 * What is wrong with the spectra that a network made. Magnitudes are compared by their logarithms, by spectral convergence
 * (Arık et al. 2019) and by the mel spectrogram. Phases are compared from bin to bin and from frame to frame (Ai and Ling
 * 2023), for it is their differences that one hears.
 *
 * @param filters - mel filters (bands, frequencies)
 */
export function termsOf(found: Spectra, wanted: Spectra, filters: tf.Tensor2D): Terms {
  const [m, M, phi, Phi] = [found.magnitude, wanted.magnitude, found.phase, wanted.phase].map(inner);
  const logarithm = tf.mean(tf.abs(tf.sub(tf.log(tf.add(m, SILENCE)), tf.log(tf.add(M, SILENCE)))));
  const convergence = tf.mean(tf.div(norm(tf.sub(m, M)), tf.add(norm(M), 1)));
  const mel = tf.mean(tf.abs(tf.sub(logMel(m, filters), logMel(M, filters))));
  return {
    logarithm: logarithm.asScalar(),
    convergence: convergence.asScalar(),
    mel: mel.asScalar(),
    overFrequency: unlike(1, M, phi, Phi),
    overTime: unlike(2, M, phi, Phi),
  };
}

export function lossOf(terms: Terms): tf.Scalar {
  const weighted = Object.entries(WEIGHTS).map(([name, weight]) => tf.mul(terms[name as keyof Terms], weight));
  return tf.addN(weighted).asScalar();
}

/** Without the frames at the ends, whose context is missing. */
const inner = (x: tf.Tensor3D): tf.Tensor3D =>
  tf.slice(x, [0, 0, MARGIN], [x.shape[0], x.shape[1], x.shape[2] - 2 * MARGIN]);

const norm = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.add(tf.sum(tf.square(x), [1, 2]), 1e-12));

/** (B, frequencies, T) → logarithms (bands, B · T) */
function logMel(magnitude: tf.Tensor3D, filters: tf.Tensor2D): tf.Tensor2D {
  const columns = tf.reshape(tf.transpose(magnitude, [1, 0, 2]), [magnitude.shape[1], -1]) as tf.Tensor2D;
  return tf.log(tf.maximum(tf.matMul(filters, columns), QUIET) as tf.Tensor2D);
}

/** 0 where neighbours along an axis differ in phase by what they should, 2 where by half a turn more. */
function unlike(axis: 1 | 2, magnitude: tf.Tensor3D, found: tf.Tensor3D, wanted: tf.Tensor3D): tf.Scalar {
  const part = (x: tf.Tensor3D, first: number) => {
    const size = x.shape.map((length, i) => (i === axis ? length - 1 : length)) as [number, number, number];
    return tf.slice(x, [0, 1, 2].map((i) => (i === axis ? first : 0)) as [number, number, number], size);
  };
  const weight = tf.mul(part(magnitude, 0), part(magnitude, 1));
  const error = tf.sub(found, wanted);
  const alike = tf.mul(tf.cos(tf.sub(part(error as tf.Tensor3D, 1), part(error as tf.Tensor3D, 0))), weight);
  return tf.sub(1, tf.div(tf.sum(alike), tf.add(tf.sum(weight), 1e-6))).asScalar();
}
