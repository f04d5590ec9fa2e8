// The filters of soxr's "high quality", by which sampling rates are changed.

/** Where the pass band ends, in lower Nyquist frequencies. */
const PASS = 0.913744;
/**
 * Kaiser's β, and the length of the window times half the transition band, that soxr takes for one filter (126 dB) and
 * for the first of two (132 dB).
 */
const LOWPASS = { single: { beta: 13.04, reach: 8.302 }, first: { beta: 13.711, reach: 8.729 } } as const;
/** The most taps of the interpolation between the samples of a filtered signal: a multiple of 4. */
export const TAPS = 16;

/** A windowed sinc: cut-off in Nyquist frequencies, Kaiser's β, and half its length in samples. */
export interface Filter {
  cutoff: number;
  beta: number;
  half: number;
}

/** The filters between two rates. */
export interface Conversion {
  /** In samples at the rate `from`. */
  lowpass: Filter;
  /** The interpolation, where it does not leave the pass band as it is, in samples at the rate from · 2^octaves. */
  interpolation?: Filter & { octaves: number };
}

/**
 * soxr's filters: a low-pass filter that also changes the rate by a power of two, then interpolation. Where the rate
 * falls to between a half and two thirds, it interpolates first.
 */
export function conversion(from: number, to: number): Conversion {
  const change = Math.log2(to / from);
  const lower = Math.min(from, to);
  const octaves = octavesBetween(from, to);
  if (Number.isInteger(change)) return { lowpass: lowpassFilter(lower / from, Math.max(to / from, 1), LOWPASS.single) };
  const lowpass = lowpassFilter(lower / from, Math.max(2 ** octaves, 1), LOWPASS.first);
  if (isSmallRatio(from, to)) return { lowpass };
  if (from / to > 1.5 && from / to < 2) {
    const band = to / from;
    const interpolation = interpolationFilter(band, 3 * band, ratioOf(from, 2 * to).up, false);
    return { lowpass: lowpassFilter(band, 2 * band, LOWPASS.first), interpolation: { ...interpolation, octaves: 0 } };
  }
  const middle = from * 2 ** octaves;
  const band = lower / middle;
  // The stop band begins short of the first image, of which only the end of the transition band may pass.
  const stop = 2 - band * (PASS + 0.7 * (1 - PASS));
  const interpolation = interpolationFilter(band, stop, ratioOf(middle, to).up, from > to);
  return { lowpass, interpolation: { ...interpolation, octaves } };
}

/** How far the filters reach in all, in samples at the rate `from`: what is farther away has no part in a sample. */
export function reachOf(from: number, to: number): number {
  const { lowpass, interpolation } = conversion(from, to);
  const half = interpolation ? interpolation.half / 2 ** interpolation.octaves : 0;
  return Math.ceil(lowpass.half + half + TAPS / 2 / 2 ** octavesBetween(from, to));
}

/** from · 2^octaves is the first rate that is at least twice the lower one, so that few taps do for interpolation. */
export function octavesBetween(from: number, to: number): number {
  return Math.ceil(Math.log2((2 * Math.min(from, to)) / from));
}

/** Whether soxr interpolates without loss: small numbers remain when it has halved or doubled the rate often enough. */
function isSmallRatio(from: number, to: number): boolean {
  const { up, down } = restOf(ratioOf(from, to));
  return Math.max(up, down) < 5 || up * down < 6;
}

/** What is left when the rate has been halved until it falls by less than 4, or doubled until it rises by less than 8. */
function restOf({ up, down }: Ratio): Ratio {
  let factor = 1;
  while (down / up / factor >= 4) factor *= 2;
  if (factor > 1) return ratioOf(down, factor * up);
  // soxr doubles not at all, where that is enough, or twice or more.
  if (up / down <= 4 || up / down === 5) return { up, down };
  factor = 4;
  while (up / down / factor >= 8) factor *= 2;
  return ratioOf(factor * down, up);
}

/** Stops at `band` of the Nyquist frequency. Its length is what soxr has at `oversampling` times the rate. */
function lowpassFilter(band: number, oversampling: number, { beta, reach }: { beta: number; reach: number }): Filter {
  const width = (1 - PASS) / 2;
  const length = 4 * Math.floor((Math.ceil((reach * oversampling) / (width * band) + 1) + 2) / 4) + 1;
  return { cutoff: (1 - width) * band, beta, half: length / 2 / oversampling };
}

/**
 * Interpolates a signal that ends at `band` of the Nyquist frequency, and stops at `stop`. soxr lets the pass band fall by
 * 0.01 dB towards its end, which saves taps; the same fall here is what makes the samples equal. The number of taps is
 * soxr's for so many phases, which it makes even in some cases.
 */
function interpolationFilter(band: number, stop: number, phases: number, even: boolean): Filter {
  // Half the transition band, so wide that the response at the end of the pass band is −0.01 dB.
  const width = (stop - PASS * band) / (2 * 0.8742);
  const rows = Math.max(phases, 19);
  const taps = Math.floor(Math.ceil((8.95 * rows) / width + 1) / rows) + 1;
  const rounded = even ? taps + (taps % 2) : taps;
  // An odd number of taps needs an even number of phases.
  const parts = rounded % 2 === 1 && phases % 2 === 1 ? 2 * phases : phases;
  return { cutoff: stop - width, beta: 14.058, half: rounded / 2 - 0.25 / parts };
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

/** The greatest common divisor of two whole numbers above 0. */
export function gcd(a: number, b: number): number {
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
