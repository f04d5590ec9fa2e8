// AssemblyScript, compiled to WebAssembly SIMD: the inner loops of lib/src/dsp.
//
// Every transform works on four frames at once, one per float32 lane, so the code reads like its scalar version and needs
// no shuffles inside the FFT. A complex point is two vectors, re and im; a spectrum is its points in a row. Pointers and
// steps are in bytes. The caller (lib/src/dsp/engine.ts) lays out the memory; nothing is allocated here.
// What is exported has its signature in lib/src/dsp/kernels.ts.

import { LANES, VECTOR_BYTES } from '../src/dsp/lanes';
import { fft } from './fft';
import { add, mul, NUMBER, PAIR, POINT, splat, sub, VECTOR } from './vector';

/** Where free memory begins. */
export function base(): usize {
  return (__heap_base + VECTOR - 1) & ~(VECTOR - 1);
}

@inline function gather(pointer: usize, hop: usize): v128 {
  const v = v128.load32_zero(pointer);
  return v128.load32_lane(pointer + 3 * hop, v128.load32_lane(pointer + 2 * hop, v128.load32_lane(pointer + hop, v, 1), 2), 3);
}

/**
 * Windowed real FFT of four frames, `hop` bytes apart, to a spectrum, a lane a frame.
 * `work` holds two buffers of `size` points each. `twiddles` is exp(−2πi j / size).
 */
export function forward(
  size: i32, signal: usize, hop: usize, window: usize, twiddles: usize, factors: usize, work: usize, spectrum: usize,
): void {
  const second = work + <usize>size * POINT;
  if (size & 1) {
    for (let j = 0; j < size; j++) {
      const at = <usize>j * NUMBER;
      v128.store(work + <usize>j * POINT, mul(gather(signal + at, hop), splat(window + at)));
      v128.store(work + <usize>j * POINT, f32x4.splat(0), VECTOR);
    }
    let z = fft(size, work, second, twiddles, 1, factors);
    for (let k = 0; k <= size >> 1; k++) {
      v128.store(spectrum, v128.load(z));
      v128.store(spectrum, v128.load(z, VECTOR), VECTOR);
      z += POINT;
      spectrum += POINT;
    }
    return;
  }

  // Even and odd samples are the real and imaginary part of a transform of half the size.
  const half = size >> 1;
  let j = 0;
  for (let o = work; j + LANES <= size; j += LANES, o += 2 * POINT) {
    const at = <usize>j * NUMBER;
    const w = v128.load(window + at);
    const a = mul(v128.load(signal + at), w);
    const b = mul(v128.load(signal + at + hop), w);
    const c = mul(v128.load(signal + at + 2 * hop), w);
    const d = mul(v128.load(signal + at + 3 * hop), w);
    const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(o, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5));
    v128.store(o, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7), VECTOR);
    v128.store(o, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5), 2 * VECTOR);
    v128.store(o, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7), 3 * VECTOR);
  }
  for (; j < size; j++) {
    const at = <usize>j * NUMBER;
    v128.store(work + <usize>j * VECTOR, mul(gather(signal + at, hop), splat(window + at)));
  }
  const z = fft(half, work, second, twiddles, 2, factors);
  const zr = v128.load(z), zi = v128.load(z, VECTOR);
  const zero = f32x4.splat(0), h = f32x4.splat(0.5);
  const last = spectrum + <usize>half * POINT;
  v128.store(spectrum, add(zr, zi));
  v128.store(spectrum, zero, VECTOR);
  v128.store(last, sub(zr, zi));
  v128.store(last, zero, VECTOR);
  for (let k = 1; k <= half >> 1; k++) {
    const a = z + <usize>k * POINT, b = z + <usize>(half - k) * POINT;
    const ar = v128.load(a), ai = v128.load(a, VECTOR), br = v128.load(b), bi = v128.load(b, VECTOR);
    const er = mul(h, add(ar, br)), ei = mul(h, sub(ai, bi));
    const or = mul(h, add(ai, bi)), oi = mul(h, sub(br, ar));
    const c = splat(twiddles + <usize>k * PAIR), s = splat(twiddles + <usize>k * PAIR + NUMBER);
    const tr = sub(mul(or, c), mul(oi, s)), ti = add(mul(or, s), mul(oi, c));
    const low = spectrum + <usize>k * POINT, high = spectrum + <usize>(half - k) * POINT;
    v128.store(low, add(er, tr));
    v128.store(low, add(ei, ti), VECTOR);
    v128.store(high, sub(er, tr));
    v128.store(high, sub(ti, ei), VECTOR);
  }
}

@inline function accumulate(pointer: usize, value: v128): void {
  v128.store(pointer, add(v128.load(pointer), value));
}

@inline function scatter(pointer: usize, hop: usize, v: v128): void {
  store<f32>(pointer, load<f32>(pointer) + f32x4.extract_lane(v, 0));
  store<f32>(pointer + hop, load<f32>(pointer + hop) + f32x4.extract_lane(v, 1));
  store<f32>(pointer + 2 * hop, load<f32>(pointer + 2 * hop) + f32x4.extract_lane(v, 2));
  store<f32>(pointer + 3 * hop, load<f32>(pointer + 3 * hop) + f32x4.extract_lane(v, 3));
}

/** The inverse of `forward`: four frames, times the window, added to `signal`. Its scale is in the window. */
export function inverse(
  size: i32, signal: usize, hop: usize, window: usize, twiddles: usize, factors: usize, work: usize, spectrum: usize,
): void {
  const second = work + <usize>size * POINT;
  // The inverse transform is the forward one with real and imaginary parts exchanged, before and after.
  if (size & 1) {
    v128.store(work, f32x4.splat(0));
    v128.store(work, v128.load(spectrum), VECTOR);
    for (let k = 1; k <= size >> 1; k++) {
      const r = v128.load(spectrum + <usize>k * POINT), i = v128.load(spectrum + <usize>k * POINT, VECTOR);
      v128.store(work + <usize>k * POINT, i);
      v128.store(work + <usize>k * POINT, r, VECTOR);
      v128.store(work + <usize>(size - k) * POINT, f32x4.neg(i));
      v128.store(work + <usize>(size - k) * POINT, r, VECTOR);
    }
    const z = fft(size, work, second, twiddles, 1, factors);
    for (let j = 0; j < size; j++) {
      const at = <usize>j * NUMBER;
      scatter(signal + at, hop, mul(v128.load(z + <usize>j * POINT, VECTOR), splat(window + at)));
    }
    return;
  }

  const half = size >> 1;
  const first = v128.load(spectrum), last = v128.load(spectrum + <usize>half * POINT);
  v128.store(work, sub(first, last));
  v128.store(work, add(first, last), VECTOR);
  for (let k = 1; k <= half >> 1; k++) {
    const low = spectrum + <usize>k * POINT, high = spectrum + <usize>(half - k) * POINT;
    const ar = v128.load(low), ai = v128.load(low, VECTOR), br = v128.load(high), bi = v128.load(high, VECTOR);
    const er = add(ar, br), ei = sub(ai, bi), dr = sub(ar, br), di = add(ai, bi);
    const c = splat(twiddles + <usize>k * PAIR), s = splat(twiddles + <usize>k * PAIR + NUMBER);
    const or = add(mul(dr, c), mul(di, s)), oi = sub(mul(di, c), mul(dr, s));
    const a = work + <usize>k * POINT, b = work + <usize>(half - k) * POINT;
    v128.store(a, add(ei, or));
    v128.store(a, sub(er, oi), VECTOR);
    v128.store(b, sub(or, ei));
    v128.store(b, add(er, oi), VECTOR);
  }
  const z = fft(half, work, second, twiddles, 2, factors);
  let j = 0;
  for (let a = z; j + LANES <= size; j += LANES, a += 2 * POINT) {
    const at = signal + <usize>j * NUMBER;
    const w = v128.load(window + <usize>j * NUMBER);
    const y0 = v128.load(a, VECTOR), y1 = v128.load(a), y2 = v128.load(a, 3 * VECTOR), y3 = v128.load(a, 2 * VECTOR);
    const p01 = v128.shuffle<f32>(y0, y1, 0, 4, 1, 5), p23 = v128.shuffle<f32>(y0, y1, 2, 6, 3, 7);
    const r01 = v128.shuffle<f32>(y2, y3, 0, 4, 1, 5), r23 = v128.shuffle<f32>(y2, y3, 2, 6, 3, 7);
    accumulate(at, mul(w, v128.shuffle<f32>(p01, r01, 0, 1, 4, 5)));
    accumulate(at + hop, mul(w, v128.shuffle<f32>(p01, r01, 2, 3, 6, 7)));
    accumulate(at + 2 * hop, mul(w, v128.shuffle<f32>(p23, r23, 0, 1, 4, 5)));
    accumulate(at + 3 * hop, mul(w, v128.shuffle<f32>(p23, r23, 2, 3, 6, 7)));
  }
  for (; j < size; j++) {
    // Sample j is the real part of point j / 2 where j is even, its imaginary part where odd; both are exchanged.
    const v = v128.load(z + <usize>(j >> 1) * POINT + (j & 1 ? 0 : VECTOR));
    scatter(signal + <usize>j * NUMBER, hop, mul(v, splat(window + <usize>j * NUMBER)));
  }
}

/** out ← |spectrum| ** power, for `bins` bins of four lanes. */
export function spectralPower(bins: i32, spectrum: usize, power: f32, out: usize, outStep: usize): void {
  for (let k = 0; k < bins; k++) {
    const r = v128.load(spectrum), i = v128.load(spectrum, VECTOR);
    let p = add(mul(r, r), mul(i, i));
    if (power != 2) {
      p = f32x4.sqrt(p);
      if (power != 1) {
        p = f32x4(
          Mathf.pow(f32x4.extract_lane(p, 0), power), Mathf.pow(f32x4.extract_lane(p, 1), power),
          Mathf.pow(f32x4.extract_lane(p, 2), power), Mathf.pow(f32x4.extract_lane(p, 3), power),
        );
      }
    }
    v128.store(out, p);
    spectrum += POINT;
    out += outStep;
  }
}

/**
 * Sparse filterbank over four lanes, of real bins a point apart. `ranges` holds (first bin, number of bins) as int32
 * for each band, `weights` the float32 weights of all bands in a row.
 */
export function filterbank(bands: i32, bins: usize, ranges: usize, weights: usize, out: usize, outStep: usize): void {
  for (let i = 0; i < bands; i++) {
    let bin = bins + <usize>load<i32>(ranges) * POINT;
    let sum = f32x4.splat(0);
    for (let n = load<i32>(ranges, NUMBER); n > 0; n--) {
      sum = add(sum, mul(v128.load(bin), splat(weights)));
      bin += POINT;
      weights += NUMBER;
    }
    v128.store(out, sum);
    out += outStep;
    ranges += PAIR;
  }
}

/** Griffin-Lim's phase update: next ← S · unit(next − weight · previous), previous ← next. */
export function rephase(count: i32, next: usize, previous: usize, magnitude: usize, weight: f32): void {
  const w = f32x4.splat(weight), tiny = f32x4.splat(1.17549435e-38);
  for (let k = 0; k < count; k++) {
    const nr = v128.load(next), ni = v128.load(next, VECTOR);
    const r = sub(nr, mul(w, v128.load(previous))), i = sub(ni, mul(w, v128.load(previous, VECTOR)));
    const scale = f32x4.div(v128.load(magnitude), add(f32x4.sqrt(add(mul(r, r), mul(i, i))), tiny));
    v128.store(previous, nr);
    v128.store(previous, ni, VECTOR);
    v128.store(next, mul(r, scale));
    v128.store(next, mul(i, scale), VECTOR);
    next += POINT;
    previous += POINT;
    magnitude += VECTOR;
  }
}

/** Multiplies a spectrum by real numbers, the same for the four lanes: a filter that changes no phase. */
export function filterSpectrum(bins: i32, spectrum: usize, filter: usize): void {
  for (let k = 0; k < bins; k++) {
    const gain = splat(filter);
    v128.store(spectrum, mul(v128.load(spectrum), gain));
    v128.store(spectrum, mul(v128.load(spectrum, VECTOR), gain), VECTOR);
    spectrum += POINT;
    filter += NUMBER;
  }
}

/**
 * Polyphase interpolation: output i is the dot product of `taps` samples at floor(position) with the filter of its
 * phase, position moving on by `whole` + `fraction` / `phases` samples. `taps` is a multiple of LANES.
 */
export function interpolate(
  count: i32, signal: usize, filters: usize, taps: i32, phase: i32, phases: i32, whole: i32, fraction: i32, out: usize,
): void {
  const row = <usize>taps * NUMBER;
  for (let i = 0; i < count; i++) {
    const filter = filters + <usize>phase * row;
    let sum = f32x4.splat(0);
    for (let j: usize = 0; j < row; j += VECTOR) sum = add(sum, mul(v128.load(signal + j), v128.load(filter + j)));
    store<f32>(out, f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
    out += NUMBER;
    signal += <usize>whole * NUMBER;
    phase += fraction;
    if (phase >= phases) {
      phase -= phases;
      signal += NUMBER;
    }
  }
}

/**
 * Coefficients of m³ to m¹¹ in ln(1 + m), from Cephes' logf, then 10 / ln 10 and 10 log10(2). They lie in memory, four
 * times each, since a constant vector is put together anew each time it is used.
 */
const LOG = memory.data<f32>([
  3.3333331174e-1, 3.3333331174e-1, 3.3333331174e-1, 3.3333331174e-1,
  -2.4999993993e-1, -2.4999993993e-1, -2.4999993993e-1, -2.4999993993e-1,
  2.0000714765e-1, 2.0000714765e-1, 2.0000714765e-1, 2.0000714765e-1,
  -1.6668057665e-1, -1.6668057665e-1, -1.6668057665e-1, -1.6668057665e-1,
  1.4249322787e-1, 1.4249322787e-1, 1.4249322787e-1, 1.4249322787e-1,
  -1.2420140846e-1, -1.2420140846e-1, -1.2420140846e-1, -1.2420140846e-1,
  1.1676998740e-1, 1.1676998740e-1, 1.1676998740e-1, 1.1676998740e-1,
  -1.1514610310e-1, -1.1514610310e-1, -1.1514610310e-1, -1.1514610310e-1,
  7.0376836292e-2, 7.0376836292e-2, 7.0376836292e-2, 7.0376836292e-2,
  4.342944819, 4.342944819, 4.342944819, 4.342944819,
  3.010299957, 3.010299957, 3.010299957, 3.010299957,
], VECTOR_BYTES);

/** 10 log10(x). log2 is the exponent plus a polynomial of the mantissa in [√½, √2): Cephes' logf, error under 2 ulp. */
@inline function tenLog10(x: v128): v128 {
  // Adding the distance from √½ to 1 makes the exponent field that of a mantissa in [√½, √2).
  const shifted = i32x4.add(x, i32x4.splat(0x3f800000 - 0x3f3504f3));
  const e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(shifted, 23), i32x4.splat(127)));
  const mantissa = i32x4.add(v128.and(shifted, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const m = sub(mantissa, f32x4.splat(1));
  const z = mul(m, m);
  // Estrin's order, since a chain of nine steps would wait for itself.
  const p01 = add(mul(v128.load(LOG, VECTOR), m), v128.load(LOG));
  const p23 = add(mul(v128.load(LOG, 3 * VECTOR), m), v128.load(LOG, 2 * VECTOR));
  const p45 = add(mul(v128.load(LOG, 5 * VECTOR), m), v128.load(LOG, 4 * VECTOR));
  const p67 = add(mul(v128.load(LOG, 7 * VECTOR), m), v128.load(LOG, 6 * VECTOR));
  const p4 = add(add(p45, mul(p67, z)), mul(v128.load(LOG, 8 * VECTOR), mul(z, z)));
  const p = add(add(p01, mul(p23, z)), mul(p4, mul(z, z)));
  const ln = add(m, mul(z, sub(mul(p, m), f32x4.splat(0.5))));
  // 10 / ln 10 and 10 log10(2)
  return add(mul(ln, v128.load(LOG, 9 * VECTOR)), mul(e, v128.load(LOG, 10 * VECTOR)));
}

/** x ← max(floor, 10 log10(max(amin, square ? x² : x)) − offset) over `count` numbers, rounded up to a multiple of LANES. */
export function decibel(count: i32, x: usize, amin: f32, offset: f32, floor: f32, square: bool): void {
  const least = f32x4.splat(amin), off = f32x4.splat(offset), low = f32x4.splat(floor);
  for (const end = x + <usize>count * NUMBER; x < end; x += VECTOR) {
    let v = v128.load(x);
    if (square) v = mul(v, v);
    // pmax is one instruction where max, which minds NaN and −0, is many.
    v128.store(x, f32x4.pmax(sub(tenLog10(f32x4.pmax(v, least)), off), low));
  }
}

/** The largest |x| (absolute) or x over `count` numbers; NaN if one is not finite. */
export function peak(count: i32, x: usize, absolute: bool): f32 {
  const end = x + <usize>count * NUMBER, whole = x + ((<usize>count * NUMBER) & ~(2 * VECTOR - 1));
  const signs = i32x4.splat(absolute ? 0x7fffffff : -1);
  const lowest: f32 = absolute ? 0 : -f32.MAX_VALUE;
  let even = f32x4.splat(lowest), odd = even;
  // x − x is 0, or NaN where x is not finite.
  let doubt = f32x4.splat(0);
  for (; x < whole; x += 2 * VECTOR) {
    const a = v128.load(x), b = v128.load(x, VECTOR);
    doubt = v128.or(doubt, v128.or(sub(a, a), sub(b, b)));
    even = f32x4.pmax(even, v128.and(a, signs));
    odd = f32x4.pmax(odd, v128.and(b, signs));
  }
  if (v128.any_true(doubt)) return f32.NaN;
  const most = f32x4.pmax(even, odd);
  let result = max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
  for (; x < end; x += NUMBER) {
    const value = load<f32>(x);
    if (!isFinite(value)) return f32.NaN;
    result = max(result, absolute ? abs(value) : value);
  }
  return result;
}

/** x ← x · factors over `count` numbers. */
export function multiply(count: i32, x: usize, factors: usize): void {
  const end = x + <usize>count * NUMBER, whole = x + ((<usize>count * NUMBER) & ~(VECTOR - 1));
  for (; x < whole; x += VECTOR, factors += VECTOR) v128.store(x, mul(v128.load(x), v128.load(factors)));
  for (; x < end; x += NUMBER, factors += NUMBER) store<f32>(x, load<f32>(x) * load<f32>(factors));
}

/**
 * Spectra from magnitudes and phases: z ← magnitude · exp(2πi · turns), turns in [−½, ½], over `count` vectors. The
 * sine and cosine of the nearest quarter turn's remainder are Cephes' sinf and cosf.
 */
export function polar(count: i32, magnitude: usize, turns: usize, z: usize): void {
  const one = i32x4.splat(1), two = i32x4.splat(2);
  for (; count > 0; count--) {
    const quarters = mul(v128.load(turns), f32x4.splat(4));
    const nearest = f32x4.nearest(quarters);
    const x = mul(sub(quarters, nearest), f32x4.splat(1.5707963268));
    const xx = mul(x, x);
    let s = add(mul(f32x4.splat(-1.9515295891e-4), xx), f32x4.splat(8.3321608736e-3));
    s = add(mul(s, xx), f32x4.splat(-1.6666654611e-1));
    s = add(mul(mul(s, xx), x), x);
    let c = add(mul(f32x4.splat(2.443315711809948e-5), xx), f32x4.splat(-1.388731625493765e-3));
    c = add(mul(c, xx), f32x4.splat(4.166664568298827e-2));
    c = add(sub(mul(mul(c, xx), xx), mul(xx, f32x4.splat(0.5))), f32x4.splat(1));
    // Quadrants 1 and 3 exchange sine and cosine; bit 1 of the quadrant is the sign of the sine.
    const quadrant = i32x4.trunc_sat_f32x4_s(nearest);
    const odd = i32x4.eq(v128.and(quadrant, one), one);
    const re = v128.xor(v128.bitselect(s, c, odd), i32x4.shl(v128.and(i32x4.add(quadrant, one), two), 30));
    const im = v128.xor(v128.bitselect(c, s, odd), i32x4.shl(v128.and(quadrant, two), 30));
    const m = v128.load(magnitude);
    v128.store(z, mul(m, re));
    v128.store(z, mul(m, im), VECTOR);
    magnitude += VECTOR;
    turns += VECTOR;
    z += POINT;
  }
}
