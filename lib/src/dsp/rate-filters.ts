// The filters of soxr's "high quality", by which sampling rates are changed.

/** Where the pass band ends, in lower Nyquist frequencies. */
const PASS = 0.913744;
/**
 * Kaiser's β, and the length of the window times half the transition band, that soxr takes for one filter (126 dB) and
 * for the first of two (132 dB).
 */
const LOWPASS = { single: { beta: 13.04, reach: 8.302 }, first: { beta: 13.711, reach: 8.729 } } as const;
/** Taps of the interpolation between the samples of a filtered signal: a multiple of 4. */
export const TAPS = 16;

/** A windowed sinc: cut-off in Nyquist frequencies, Kaiser's β, and half its length in samples. */
export interface Filter {
  cutoff: number;
  beta: number;
  half: number;
}

/** The steps by which soxr goes from one rate to another. */
export interface Conversion {
  /** The rate between the steps is from · 2^shift. */
  shift: number;
  /** The low-pass filter, in samples at the rate `from`. */
  lowpass: Filter;
  /** The interpolation at the rate between the steps; none where it leaves the pass band as it is. */
  interpolation?: Filter;
}

/** soxr's steps: a low-pass filter that also changes the rate by a power of two, then interpolation. */
export function conversion(from: number, to: number): Conversion {
  const lower = Math.min(from, to);
  const octaves = Math.log2(to / from);
  if (Number.isInteger(octaves)) {
    return { shift: octaves, lowpass: lowpassFilter(lower / from, Math.max(to / from, 1), LOWPASS.single) };
  }
  // At least twice the lower rate, so that few taps do for the interpolation.
  const shift = Math.ceil(Math.log2((2 * lower) / from));
  const lowpass = lowpassFilter(lower / from, Math.max(2 ** shift, 1), LOWPASS.first);
  const { up, down } = ratioOf(from, to);
  // soxr interpolates a ratio of small numbers without loss.
  if (Math.max(up, down) < 5 || up * down < 7) return { shift, lowpass };
  return { shift, lowpass, interpolation: interpolationFilter(lower / (from * 2 ** shift), ratioOf(from * 2 ** shift, to).up) };
}

/** Stops at `band` of the Nyquist frequency. Its length is what soxr has at `oversampling` times the rate. */
function lowpassFilter(band: number, oversampling: number, { beta, reach }: { beta: number; reach: number }): Filter {
  const width = (1 - PASS) / 2;
  const length = 4 * Math.floor((Math.ceil((reach * oversampling) / (width * band) + 1) + 2) / 4) + 1;
  return { cutoff: (1 - width) * band, beta, half: length / 2 / oversampling };
}

/**
 * Interpolates a signal that ends at `band` of the Nyquist frequency. soxr lets the pass band fall by 0.01 dB towards its
 * end, which saves taps; the same fall here is what makes the samples equal.
 */
function interpolationFilter(band: number, phases: number): Filter {
  // The stop band begins short of the first image, of which only the end of the transition band may pass.
  const stop = 2 - band * (PASS + 0.7 * (1 - PASS));
  // Half the transition band, so wide that the response at the end of the pass band is −0.01 dB.
  const width = (stop - PASS * band) / (2 * 0.8742);
  const F = phases === 1 ? 0 : Math.floor((Math.ceil((8.683 * phases) / width) + 1) / phases);
  return { cutoff: stop - width, beta: 14.058, half: phases === 1 ? (Math.ceil(8.683 / width) + 1) / 2 : (F + 1) / 2 - 0.25 / phases };
}

/** The filter's value at `x` samples from its centre; 0 beyond its ends. */
export function impulseResponse({ cutoff, beta, half }: Filter, x: number): number {
  return cutoff * sinc(cutoff * x) * kaiser(x / half, beta);
}

/** A rate over another, in lowest terms. */
export interface Ratio {
  up: number;
  down: number;
}

/** to / from; a rate may be a whole number over a power of two. */
export function ratioOf(from: number, to: number): Ratio {
  const divisor = gcd(from, to);
  return { up: to / divisor, down: from / divisor };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser's window at `x` in [−1, 1]. */
function kaiser(x: number, beta: number): number {
  return Math.abs(x) > 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
}

function besselI0(x: number): number {
  let sum = 1;
  for (let k = 1, term = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
