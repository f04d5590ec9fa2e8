import { Matrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { requireNumbers } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireInteger, requirePositive } from '../validation.js';

/** A complex vector. */
export interface Complex {
  re: Float64Array;
  im: Float64Array;
}

/** In-place radix-2 FFT; the length is a power of two. */
export function fftPowerOfTwo({ re, im }: Complex): void {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  const { cos, sin } = rootsOfUnity(n);
  for (let half = 1; half < n; half *= 2) {
    const step = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const c = cos[k * step];
        const s = -sin[k * step];
        const a = start + k;
        const b = a + half;
        const tr = re[b] * c - im[b] * s;
        const ti = re[b] * s + im[b] * c;
        re[b] = re[a] - tr;
        im[b] = im[a] - ti;
        re[a] += tr;
        im[a] += ti;
      }
    }
  }
}

/** cos and sin of 2πk / n for k < n. */
interface Roots {
  cos: Float64Array;
  sin: Float64Array;
}

/** The roots asked for last, which transforms of many frames ask for again. */
let latest: Roots | undefined;

/** The n-th roots of unity, to be read only. */
function rootsOfUnity(n: number): Roots {
  if (latest?.cos.length === n) return latest;
  const cos = new Float64Array(n);
  const sin = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    cos[k] = Math.cos((2 * Math.PI * k) / n);
    sin[k] = Math.sin((2 * Math.PI * k) / n);
  }
  latest = { cos, sin };
  return latest;
}

/** FFT of any length as a convolution with a chirp (Bluestein 1970). */
function fftAnyLength({ re, im }: Complex): void {
  const n = re.length;
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const { cos, sin } = rootsOfUnity(2 * n);
  const a = { re: new Float64Array(size), im: new Float64Array(size) };
  const b = { re: new Float64Array(size), im: new Float64Array(size) };
  // exp(−πi k² / n), with k² reduced exactly: k² may pass 2⁵³ only for k above 9 · 10⁷.
  const chirp = (k: number) => (k * k) % (2 * n);
  for (let k = 0; k < n; k++) {
    const c = cos[chirp(k)];
    const s = -sin[chirp(k)];
    a.re[k] = re[k] * c - im[k] * s;
    a.im[k] = re[k] * s + im[k] * c;
    b.re[k] = b.re[(size - k) % size] = c;
    b.im[k] = b.im[(size - k) % size] = -s;
  }
  fftPowerOfTwo(a);
  fftPowerOfTwo(b);
  // The inverse transform is the forward one with real and imaginary parts exchanged.
  const product = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let k = 0; k < size; k++) {
    product.im[k] = (a.re[k] * b.re[k] - a.im[k] * b.im[k]) / size;
    product.re[k] = (a.re[k] * b.im[k] + a.im[k] * b.re[k]) / size;
  }
  fftPowerOfTwo(product);
  for (let k = 0; k < n; k++) {
    const c = cos[chirp(k)];
    const s = -sin[chirp(k)];
    re[k] = product.im[k] * c - product.re[k] * s;
    im[k] = product.im[k] * s + product.re[k] * c;
  }
}

/**
 * The discrete Fourier transform of real samples: the ⌊n/2⌋ + 1 non-negative frequencies, in float64, like
 * `numpy.fft.rfft`. Any length; O(n log n).
 *
 * @param x - n ≥ 1 samples
 * @returns real and imaginary parts; bin k is the frequency k · sampleRate / n
 * @throws ParameterError if `x` is empty or holds other than numbers
 * @see {@link stft}, {@link dftMatrix}, {@link fftFrequencies}
 *
 * @example
 * const { re, im } = rfft([1, 0, 0, 0]); // re: [1, 1, 1], im: [0, 0, 0]
 */
export function rfft(x: ArrayLike<number>): Complex {
  requireNumbers('x', x);
  if (x.length === 0) throw new ParameterError('x is empty; rfft needs at least one sample');
  const all = { re: Float64Array.from(x), im: new Float64Array(x.length) };
  if (Number.isInteger(Math.log2(x.length))) fftPowerOfTwo(all);
  else fftAnyLength(all);
  const bins = (x.length >> 1) + 1;
  return { re: all.re.slice(0, bins), im: all.im.slice(0, bins) };
}

/**
 * The matrix of the discrete Fourier transform, exp(−2πi jk / n), like `scipy.linalg.dft`.
 *
 * @returns real and imaginary part, n × n each: the DFT of a column vector x is re · x + i · im · x
 * @throws ParameterError if `n` is not a whole number above 0
 * @see {@link rfft}
 *
 * @example
 * const { re, im } = dftMatrix(2); // re: [[1, 1], [1, -1]], im: zeros
 */
export function dftMatrix(n: number): { re: Matrix; im: Matrix } {
  requireInteger('n', n);
  const { cos, sin } = rootsOfUnity(n);
  const re = Matrix.zeros(n, n);
  const im = Matrix.zeros(n, n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      re.set(j, k, cos[(j * k) % n]);
      im.set(j, k, -sin[(j * k) % n]);
    }
  }
  return { re, im };
}

/**
 * The frequencies of the bins of a DFT of `nFft` samples, like `librosa.fft_frequencies`.
 *
 * @returns 1 + ⌊nFft / 2⌋ frequencies in Hz, from 0 to at most sampleRate / 2
 * @throws ParameterError if `nFft` is not a whole number above 0, or `sampleRate` not a number above 0
 * @see {@link melFrequencies}, {@link rfft}
 *
 * @example
 * fftFrequencies({ sampleRate: 8000, nFft: 4 }); // [0, 2000, 4000]
 */
export function fftFrequencies(options: OrNull<{ sampleRate?: number; nFft?: number }> = {}): Float64Array {
  const { sampleRate = 22050, nFft = 2048 } = given<{ sampleRate?: number; nFft?: number }>(options);
  requirePositive('sampleRate', sampleRate);
  requireInteger('nFft', nFft);
  return Float64Array.from({ length: 1 + (nFft >> 1) }, (_, k) => (k * sampleRate) / nFft);
}
