import { FloatMatrix } from '../dsp/float-matrix.js';
import { dctMatrix } from '../dsp/mfcc.js';
import { stft } from '../dsp/stft.js';
import type { Waveform } from '../dsp/waveform.js';
import { getWindow } from '../dsp/window.js';
import { ParameterError } from '../errors.js';
import { requireWaveform } from '../numbers.js';
import { requireFinite, requireRate } from '../validation.js';

// Kaldi's defaults, as torchaudio has them.
const WINDOW_SECONDS = 0.025;
const HOP_SECONDS = 0.01;
const PREEMPHASIS = 0.97;
const MEL_BANDS = 23;
const LOWEST = 20; // Hz
const COEFFICIENTS = 13;
const LIFTER = 22;
/** The spacing of float32 numbers at 1, below which no band's energy falls. */
const FLOOR = 2 ** -23;

/**
 * What HuBERT's first labels were made of: 13 cepstral coefficients of 25 ms in every 10 ms, as Kaldi computes them, with
 * their first and second slopes. fairseq's `dump_mfcc_feature.py`, or `torchaudio.compliance.kaldi.mfcc` and
 * `compute_deltas`.
 *
 * They come 100 a second: give the model `labelRate: 100`, and each of its frames, 50 a second, takes every other label, of
 * the very samples that it begins with.
 *
 * @param waveform - at the model's sampling rate, finite everywhere, at least 25 ms
 * @returns a row for each frame (frames × 39): coefficients, slopes, slopes of the slopes
 * @throws ParameterError for a waveform that is shorter or not finite
 * @see {@link miniBatchKmeans}, {@link mfcc} for librosa's
 *
 * @example
 * const points = mfccFeatures(waveform);
 */
export function mfccFeatures(waveform: Waveform): FloatMatrix {
  requireWaveform('waveform', waveform);
  const { samples, sampleRate } = waveform;
  requireRate('sampleRate', sampleRate);
  requireFinite('samples', samples);
  const size = Math.trunc(sampleRate * WINDOW_SECONDS);
  const hop = Math.trunc(sampleRate * HOP_SECONDS);
  if (samples.length < size) {
    throw new ParameterError(`the waveform has ${samples.length} samples; a frame of 25 ms needs ${size}`);
  }
  const frames = 1 + Math.floor((samples.length - size) / hop);
  const nFft = 2 ** Math.ceil(Math.log2(size));
  const windowed = windowedFrames(samples, { frames, size, hop, nFft });
  const power = stft(windowed, {
    nFft,
    hopLength: nFft,
    window: new Float64Array(nFft).fill(1),
    center: false,
  }).power();
  const bands = melBands(sampleRate, nFft);
  const transform = liftedDct();
  const result = new FloatMatrix(frames, 3 * COEFFICIENTS);
  const levels = new Float64Array(MEL_BANDS);
  for (let t = 0; t < frames; t++) {
    for (let m = 0; m < MEL_BANDS; m++) {
      const { first, weights } = bands[m];
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k] * power.data[(first + k) * frames + t];
      levels[m] = Math.log(Math.max(sum, FLOOR));
    }
    for (let c = 0; c < COEFFICIENTS; c++) {
      let sum = 0;
      for (let m = 0; m < MEL_BANDS; m++) sum += transform[c][m] * levels[m];
      result.data[t * result.columns + c] = sum;
    }
  }
  addSlopes(result, 0);
  addSlopes(result, COEFFICIENTS);
  return result;
}

/** Frames one behind the other, each without its mean, its treble raised, and in Kaldi's window. */
function windowedFrames(
  samples: Float32Array,
  { frames, size, hop, nFft }: { frames: number; size: number; hop: number; nFft: number },
): Float32Array {
  // Povey's window: nearer to a rectangle than Hann's.
  const window = getWindow('hann', size, { periodic: false }).map((x) => x ** 0.85);
  const result = new Float32Array(frames * nFft);
  for (let t = 0; t < frames; t++) {
    const frame = samples.subarray(t * hop, t * hop + size);
    const mean = frame.reduce((sum, x) => sum + x, 0) / size;
    for (let i = 0; i < size; i++) {
      const before = frame[Math.max(0, i - 1)] - mean;
      result[t * nFft + i] = (frame[i] - mean - PREEMPHASIS * before) * window[i];
    }
  }
  return result;
}

/** Triangles that are equally wide in mel: which bins each begins with, and what they weigh. */
function melBands(sampleRate: number, nFft: number): { first: number; weights: number[] }[] {
  const mel = (hertz: number) => 1127 * Math.log(1 + hertz / 700);
  const width = (mel(sampleRate / 2) - mel(LOWEST)) / (MEL_BANDS + 1);
  const bins = Array.from({ length: nFft / 2 }, (_, k) => mel((k * sampleRate) / nFft));
  return Array.from({ length: MEL_BANDS }, (_, m) => {
    const left = mel(LOWEST) + m * width;
    const all = bins.map((x) => Math.max(0, Math.min((x - left) / width, (left + 2 * width - x) / width)));
    const first = Math.max(
      0,
      all.findIndex((x) => x > 0),
    );
    return { first, weights: all.slice(first, all.findLastIndex((x) => x > 0) + 1) };
  });
}

function liftedDct(): number[][] {
  const transform = dctMatrix(COEFFICIENTS, MEL_BANDS, 2, 'ortho');
  for (let c = 0; c < COEFFICIENTS; c++) transform.mulRow(c, 1 + (LIFTER / 2) * Math.sin((Math.PI * c) / LIFTER));
  return transform.to2DArray();
}

/** Behind 13 columns from `first` on, their slopes over five frames; the ends go on as they are. */
function addSlopes({ data, rows, columns }: FloatMatrix, first: number): void {
  const at = (t: number, c: number) => data[Math.min(Math.max(t, 0), rows - 1) * columns + c];
  for (let t = 0; t < rows; t++) {
    for (let c = first; c < first + COEFFICIENTS; c++) {
      const slope = at(t + 1, c) - at(t - 1, c) + 2 * (at(t + 2, c) - at(t - 2, c));
      data[t * columns + c + COEFFICIENTS] = slope / 10;
    }
  }
}
