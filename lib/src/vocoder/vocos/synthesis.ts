import { ComplexSpectrogram } from '../../dsp/spectrogram.js';
import { istft } from '../../dsp/stft.js';
import { ParameterError } from '../../errors.js';
import { tf } from '../../tensor/tensorflow.js';
import { framesOf } from '../mel-input.js';
import type { VocosHead } from './config.js';
import type { VocosNetwork } from './network.js';

/** Frames that go through the network together, which bounds memory. */
const PIECE = 2048;
/** Frames that a {@link ComplexSpectrogram} keeps side by side. */
const LANES = 4;
/** The largest magnitude: one of a network gone astray would burst the ear. */
const LOUDEST = 100;

/** Magnitudes and phases (…, bins) of what the network gives (…, nFft + 2). */
export function magnitudeAndPhase(rows: tf.Tensor2D): { magnitude: tf.Tensor2D; phase: tf.Tensor2D } {
  const [logarithm, phase] = tf.split(rows, 2, 1) as tf.Tensor2D[]; // (N, bins) each
  return { magnitude: tf.minimum(tf.exp(logarithm), LOUDEST) as tf.Tensor2D, phase };
}

/**
 * Mel numbers, row by row, → samples. A long spectrogram goes through in pieces, which see as much of their neighbours as
 * what they give depends on.
 *
 * @throws ParameterError for too few frames
 */
export function synthesise(mel: Float32Array, length: number, network: VocosNetwork, head: VocosHead): Float32Array {
  const { nFft, hopLength, padding } = head;
  const cut = padding === 'center' ? nFft / 2 : Math.floor((nFft - hopLength) / 2);
  const count = (length - 1) * hopLength + nFft - 2 * cut;
  if (count <= 0) throw new ParameterError(`mel has ${length} frame; with centred frames give two at least`);
  const samples = new Float32Array(count);
  // Earlier frames that reach into the samples of a piece.
  const overlap = Math.ceil(nFft / hopLength);
  for (let first = 0; first < length; first += PIECE) {
    const end = Math.min(first + PIECE, length);
    const heard = Math.max(first - overlap, 0);
    const spectrogram = ComplexSpectrogram.allocate(nFft, end - heard);
    spectrogram.groups.set(groupsOf(mel, length, network, heard, end));
    const sound = istft(spectrogram, { nFft, hopLength, center: false });
    const from = (first - heard) * hopLength;
    const to = end < length ? (end - heard) * hopLength : sound.length;
    place(sound.subarray(from, to), samples, first * hopLength - cut);
  }
  return samples;
}

/** Mel numbers, row by row → the spectrogram that {@link synthesise} inverts; it, too, in pieces. */
export function spectrogramOf(
  mel: Float32Array,
  length: number,
  network: VocosNetwork,
  { nFft }: VocosHead,
): ComplexSpectrogram {
  const spectrogram = ComplexSpectrogram.allocate(nFft, length);
  let at = 0;
  for (let first = 0; first < length; first += PIECE) {
    const groups = groupsOf(mel, length, network, first, Math.min(first + PIECE, length));
    spectrogram.groups.set(groups, at);
    at += groups.length;
  }
  return spectrogram;
}

/** The frames `from` … `to` − 1 of the spectrogram, in a {@link ComplexSpectrogram}'s order; the network sees their neighbours. */
function groupsOf(mel: Float32Array, length: number, network: VocosNetwork, from: number, to: number): Float32Array {
  const bands = mel.length / length;
  const [start, end] = [Math.max(from - network.reach, 0), Math.min(to + network.reach, length)];
  const frames = tf.tidy(() => {
    const whole = tf.tensor2d(framesOf(mel, bands, start, end), [end - start, bands]); // (T of the piece, bands)
    const rows = network.forward(tf.expandDims(whole) as tf.Tensor3D); // (T of the piece, nFft + 2)
    return inLanes(tf.slice(rows, [from - start, 0], [to - from, rows.shape[1]]));
  });
  const groups = frames.dataSync() as Float32Array;
  frames.dispose();
  return groups;
}

/** What the network gives (T, nFft + 2) as complex numbers in the order in which a {@link ComplexSpectrogram} keeps them. */
function inLanes(rows: tf.Tensor2D): tf.Tensor4D {
  const [length, width] = rows.shape;
  const { magnitude, phase } = magnitudeAndPhase(rows);
  const parts = tf.stack([tf.mul(magnitude, tf.cos(phase)), tf.mul(magnitude, tf.sin(phase))], 1); // (T, 2, bins)
  const groups = Math.ceil(length / LANES);
  const padded = tf.pad(parts, [
    [0, groups * LANES - length],
    [0, 0],
    [0, 0],
  ]);
  return tf.transpose(tf.reshape(padded, [groups, LANES, 2, width / 2]), [0, 3, 2, 1]); // (groups, bins, 2, 4)
}

/** Copies samples to a place of the result; what lies outside of it is dropped. */
function place(sound: Float32Array, result: Float32Array, at: number): void {
  const from = Math.max(-at, 0);
  const to = Math.min(sound.length, result.length - at);
  if (to > from) result.set(sound.subarray(from, to), at + from);
}
