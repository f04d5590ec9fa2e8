// The steps of a complex FFT of four frames at once.

import { add, mul, NUMBER, PAIR, POINT, splat, sub, VECTOR } from './vector';

/**
 * Radix-4 step of Stockham's self-sorting FFT: `length` is the size of the sub-transforms, `stride` their number.
 * `twiddles` is exp(−2πi j / (length · stride · twiddleStep)) as pairs of float32.
 */
function radix4(length: i32, stride: i32, from: usize, to: usize, twiddles: usize, twiddleStep: i32): void {
  const quarter = length >> 2;
  const leg = <usize>(quarter * stride) * POINT;
  const side = <usize>stride * POINT;
  // Where p is 0, all twiddles are 1: a quarter of the last but one step, and the whole last one.
  for (let q: usize = 0; q < side; q += POINT) {
    const a = from + q, o = to + q;
    const ar = v128.load(a), ai = v128.load(a, VECTOR);
    const br = v128.load(a + leg), bi = v128.load(a + leg, VECTOR);
    const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, VECTOR);
    const dr = v128.load(a + 3 * leg), di = v128.load(a + 3 * leg, VECTOR);
    const acr = add(ar, cr), aci = add(ai, ci), amr = sub(ar, cr), ami = sub(ai, ci);
    const bdr = add(br, dr), bdi = add(bi, di), bmr = sub(br, dr), bmi = sub(bi, di);
    v128.store(o, add(acr, bdr));
    v128.store(o, add(aci, bdi), VECTOR);
    v128.store(o + side, add(amr, bmi));
    v128.store(o + side, sub(ami, bmr), VECTOR);
    v128.store(o + 2 * side, sub(acr, bdr));
    v128.store(o + 2 * side, sub(aci, bdi), VECTOR);
    v128.store(o + 3 * side, sub(amr, bmi));
    v128.store(o + 3 * side, add(ami, bmr), VECTOR);
  }
  for (let p = 1; p < quarter; p++) {
    const angle = <usize>(p * stride * twiddleStep) * PAIR;
    const c1 = splat(twiddles + angle), s1 = splat(twiddles + angle + NUMBER);
    const c2 = splat(twiddles + 2 * angle), s2 = splat(twiddles + 2 * angle + NUMBER);
    const c3 = splat(twiddles + 3 * angle), s3 = splat(twiddles + 3 * angle + NUMBER);
    let a = from + <usize>(p * stride) * POINT;
    let o = to + <usize>(4 * p * stride) * POINT;
    for (let q = 0; q < stride; q++) {
      const ar = v128.load(a), ai = v128.load(a, VECTOR);
      const br = v128.load(a + leg), bi = v128.load(a + leg, VECTOR);
      const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, VECTOR);
      const dr = v128.load(a + 3 * leg), di = v128.load(a + 3 * leg, VECTOR);
      const acr = add(ar, cr), aci = add(ai, ci), amr = sub(ar, cr), ami = sub(ai, ci);
      const bdr = add(br, dr), bdi = add(bi, di), bmr = sub(br, dr), bmi = sub(bi, di);
      v128.store(o, add(acr, bdr));
      v128.store(o, add(aci, bdi), VECTOR);
      const ur = add(amr, bmi), ui = sub(ami, bmr);
      v128.store(o + side, sub(mul(ur, c1), mul(ui, s1)));
      v128.store(o + side, add(mul(ur, s1), mul(ui, c1)), VECTOR);
      const vr = sub(acr, bdr), vi = sub(aci, bdi);
      v128.store(o + 2 * side, sub(mul(vr, c2), mul(vi, s2)));
      v128.store(o + 2 * side, add(mul(vr, s2), mul(vi, c2)), VECTOR);
      const wr = sub(amr, bmi), wi = add(ami, bmr);
      v128.store(o + 3 * side, sub(mul(wr, c3), mul(wi, s3)));
      v128.store(o + 3 * side, add(mul(wr, s3), mul(wi, c3)), VECTOR);
      a += POINT;
      o += POINT;
    }
  }
}

/** A point of a step's result: (r, i) times the twiddle (c, s). */
@inline function put(o: usize, r: v128, i: v128, c: v128, s: v128): void {
  v128.store(o, sub(mul(r, c), mul(i, s)));
  v128.store(o, add(mul(r, s), mul(i, c)), VECTOR);
}

/** The same step for two points. */
function radix2(length: i32, stride: i32, from: usize, to: usize, twiddles: usize, twiddleStep: i32): void {
  const half = length >> 1;
  const leg = <usize>(half * stride) * POINT;
  const side = <usize>stride * POINT;
  for (let p = 0; p < half; p++) {
    const angle = <usize>(p * stride * twiddleStep) * PAIR;
    const c = splat(twiddles + angle), s = splat(twiddles + angle + NUMBER);
    let a = from + <usize>p * side, o = to + 2 * <usize>p * side;
    for (const end = a + side; a < end; a += POINT, o += POINT) {
      const ar = v128.load(a), ai = v128.load(a, VECTOR);
      const br = v128.load(a + leg), bi = v128.load(a + leg, VECTOR);
      v128.store(o, add(ar, br));
      v128.store(o, add(ai, bi), VECTOR);
      put(o + side, sub(ar, br), sub(ai, bi), c, s);
    }
  }
}

/** The same step for three points. */
function radix3(length: i32, stride: i32, from: usize, to: usize, twiddles: usize, twiddleStep: i32): void {
  const third = length / 3;
  const leg = <usize>(third * stride) * POINT;
  const side = <usize>stride * POINT;
  const half = f32x4.splat(0.5), sin = f32x4.splat(0.8660254037844386);
  for (let p = 0; p < third; p++) {
    const angle = <usize>(p * stride * twiddleStep) * PAIR;
    const c1 = splat(twiddles + angle), s1 = splat(twiddles + angle + NUMBER);
    const c2 = splat(twiddles + 2 * angle), s2 = splat(twiddles + 2 * angle + NUMBER);
    let a = from + <usize>p * side, o = to + 3 * <usize>p * side;
    for (const end = a + side; a < end; a += POINT, o += POINT) {
      const ar = v128.load(a), ai = v128.load(a, VECTOR);
      const br = v128.load(a + leg), bi = v128.load(a + leg, VECTOR);
      const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, VECTOR);
      const tr = add(br, cr), ti = add(bi, ci), dr = mul(sin, sub(br, cr)), di = mul(sin, sub(bi, ci));
      const mr = sub(ar, mul(half, tr)), mi = sub(ai, mul(half, ti));
      v128.store(o, add(ar, tr));
      v128.store(o, add(ai, ti), VECTOR);
      put(o + side, add(mr, di), sub(mi, dr), c1, s1);
      put(o + 2 * side, sub(mr, di), add(mi, dr), c2, s2);
    }
  }
}

/** The same step for five points. */
function radix5(length: i32, stride: i32, from: usize, to: usize, twiddles: usize, twiddleStep: i32): void {
  const fifth = length / 5;
  const leg = <usize>(fifth * stride) * POINT;
  const side = <usize>stride * POINT;
  // Cosines and sines of one and of two fifths of a turn.
  const u1 = f32x4.splat(0.30901699437494745), u2 = f32x4.splat(-0.8090169943749475);
  const v1 = f32x4.splat(0.9510565162951535), v2 = f32x4.splat(0.5877852522924731);
  for (let p = 0; p < fifth; p++) {
    const angle = <usize>(p * stride * twiddleStep) * PAIR;
    let a = from + <usize>p * side, o = to + 5 * <usize>p * side;
    for (const end = a + side; a < end; a += POINT, o += POINT) {
      const ar = v128.load(a), ai = v128.load(a, VECTOR);
      const br = v128.load(a + leg), bi = v128.load(a + leg, VECTOR);
      const er = v128.load(a + 4 * leg), ei = v128.load(a + 4 * leg, VECTOR);
      const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, VECTOR);
      const dr = v128.load(a + 3 * leg), di = v128.load(a + 3 * leg, VECTOR);
      const ber = add(br, er), bei = add(bi, ei), bmr = sub(br, er), bmi = sub(bi, ei);
      const cdr = add(cr, dr), cdi = add(ci, di), cmr = sub(cr, dr), cmi = sub(ci, di);
      v128.store(o, add(ar, add(ber, cdr)));
      v128.store(o, add(ai, add(bei, cdi)), VECTOR);
      const xr = add(ar, add(mul(u1, ber), mul(u2, cdr))), xi = add(ai, add(mul(u1, bei), mul(u2, cdi)));
      const yr = add(mul(v1, bmr), mul(v2, cmr)), yi = add(mul(v1, bmi), mul(v2, cmi));
      put(o + side, add(xr, yi), sub(xi, yr), splat(twiddles + angle), splat(twiddles + angle + NUMBER));
      put(o + 4 * side, sub(xr, yi), add(xi, yr), splat(twiddles + 4 * angle), splat(twiddles + 4 * angle + NUMBER));
      const zr = add(ar, add(mul(u2, ber), mul(u1, cdr))), zi = add(ai, add(mul(u2, bei), mul(u1, cdi)));
      const wr = sub(mul(v2, bmr), mul(v1, cmr)), wi = sub(mul(v2, bmi), mul(v1, cmi));
      put(o + 2 * side, add(zr, wi), sub(zi, wr), splat(twiddles + 2 * angle), splat(twiddles + 2 * angle + NUMBER));
      put(o + 3 * side, sub(zr, wi), add(zi, wr), splat(twiddles + 3 * angle), splat(twiddles + 3 * angle + NUMBER));
    }
  }
}

/** Point k and point 7 − k of seven: `even` and `odd` are what cosines and sines make of the pairs of points. */
@inline function pairOf7(
  o: usize, k: usize, side: usize, twiddles: usize, angle: usize, evenR: v128, evenI: v128, oddR: v128, oddI: v128,
): void {
  const low = twiddles + k * angle, high = twiddles + (7 - k) * angle;
  put(o + k * side, add(evenR, oddI), sub(evenI, oddR), splat(low), splat(low + NUMBER));
  put(o + (7 - k) * side, sub(evenR, oddI), add(evenI, oddR), splat(high), splat(high + NUMBER));
}

/** a x + b y + c z */
@inline function sum3(a: v128, x: v128, b: v128, y: v128, c: v128, z: v128): v128 {
  return add(mul(a, x), add(mul(b, y), mul(c, z)));
}

/** The same step for seven points. */
function radix7(length: i32, stride: i32, from: usize, to: usize, twiddles: usize, twiddleStep: i32): void {
  const seventh = length / 7;
  const leg = <usize>(seventh * stride) * POINT;
  const side = <usize>stride * POINT;
  // Cosines and sines of one, two and three sevenths of a turn.
  const u1 = f32x4.splat(0.6234898018587336), u2 = f32x4.splat(-0.2225209339563144), u3 = f32x4.splat(-0.9009688679024191);
  const v1 = f32x4.splat(0.7818314824680298), v2 = f32x4.splat(0.9749279121818236), v3 = f32x4.splat(0.4338837391175581);
  const n1 = f32x4.neg(v1), n3 = f32x4.neg(v3);
  for (let p = 0; p < seventh; p++) {
    const angle = <usize>(p * stride * twiddleStep) * PAIR;
    let a = from + <usize>p * side, o = to + 7 * <usize>p * side;
    for (const end = a + side; a < end; a += POINT, o += POINT) {
      const ar = v128.load(a), ai = v128.load(a, VECTOR);
      const br = v128.load(a + leg), bi = v128.load(a + leg, VECTOR);
      const gr = v128.load(a + 6 * leg), gi = v128.load(a + 6 * leg, VECTOR);
      const cr = v128.load(a + 2 * leg), ci = v128.load(a + 2 * leg, VECTOR);
      const fr = v128.load(a + 5 * leg), fi = v128.load(a + 5 * leg, VECTOR);
      const dr = v128.load(a + 3 * leg), di = v128.load(a + 3 * leg, VECTOR);
      const er = v128.load(a + 4 * leg), ei = v128.load(a + 4 * leg, VECTOR);
      const xr = add(br, gr), xi = add(bi, gi), xmr = sub(br, gr), xmi = sub(bi, gi);
      const yr = add(cr, fr), yi = add(ci, fi), ymr = sub(cr, fr), ymi = sub(ci, fi);
      const zr = add(dr, er), zi = add(di, ei), zmr = sub(dr, er), zmi = sub(di, ei);
      v128.store(o, add(add(ar, xr), add(yr, zr)));
      v128.store(o, add(add(ai, xi), add(yi, zi)), VECTOR);
      pairOf7(o, 1, side, twiddles, angle,
        add(ar, sum3(u1, xr, u2, yr, u3, zr)), add(ai, sum3(u1, xi, u2, yi, u3, zi)),
        sum3(v1, xmr, v2, ymr, v3, zmr), sum3(v1, xmi, v2, ymi, v3, zmi));
      pairOf7(o, 2, side, twiddles, angle,
        add(ar, sum3(u2, xr, u3, yr, u1, zr)), add(ai, sum3(u2, xi, u3, yi, u1, zi)),
        sum3(v2, xmr, n3, ymr, n1, zmr), sum3(v2, xmi, n3, ymi, n1, zmi));
      pairOf7(o, 3, side, twiddles, angle,
        add(ar, sum3(u3, xr, u1, yr, u2, zr)), add(ai, sum3(u3, xi, u1, yi, u2, zi)),
        sum3(v3, xmr, n1, ymr, v2, zmr), sum3(v3, xmi, n1, ymi, v2, zmi));
    }
  }
}

/** The same step for any other radix, as a plain DFT of `radix` points. */
function radixAny(radix: i32, length: i32, stride: i32, from: usize, to: usize, twiddles: usize, twiddleStep: i32): void {
  const part = length / radix;
  const total = length * stride;
  const leg = <usize>(part * stride) * POINT;
  for (let p = 0; p < part; p++) {
    for (let k = 0; k < radix; k++) {
      const turn = <usize>(p * k * stride * twiddleStep) * PAIR;
      const c = splat(twiddles + turn), s = splat(twiddles + turn + NUMBER);
      for (let q = 0; q < stride; q++) {
        let a = from + <usize>(p * stride + q) * POINT;
        let sumR = v128.load(a), sumI = v128.load(a, VECTOR);
        for (let j = 1; j < radix; j++) {
          a += leg;
          const angle = <usize>(((j * k) % radix) * (total / radix) * twiddleStep) * PAIR;
          const cj = splat(twiddles + angle), sj = splat(twiddles + angle + NUMBER);
          const re = v128.load(a), im = v128.load(a, VECTOR);
          sumR = add(sumR, sub(mul(re, cj), mul(im, sj)));
          sumI = add(sumI, add(mul(re, sj), mul(im, cj)));
        }
        const o = to + <usize>((radix * p + k) * stride + q) * POINT;
        v128.store(o, sub(mul(sumR, c), mul(sumI, s)));
        v128.store(o, add(mul(sumR, s), mul(sumI, c)), VECTOR);
      }
    }
  }
}

/** Complex FFT of the points at `x`; `factors` ends with 0. The result lies at `x` or `y`: the pointer returned. */
export function fft(points: i32, x: usize, y: usize, twiddles: usize, twiddleStep: i32, factors: usize): usize {
  let length = points;
  let stride = 1;
  for (let radix = load<i32>(factors); radix != 0; radix = load<i32>(factors)) {
    if (radix == 4) radix4(length, stride, x, y, twiddles, twiddleStep);
    else if (radix == 2) radix2(length, stride, x, y, twiddles, twiddleStep);
    else if (radix == 3) radix3(length, stride, x, y, twiddles, twiddleStep);
    else if (radix == 5) radix5(length, stride, x, y, twiddles, twiddleStep);
    else if (radix == 7) radix7(length, stride, x, y, twiddles, twiddleStep);
    else radixAny(radix, length, stride, x, y, twiddles, twiddleStep);
    length /= radix;
    stride *= radix;
    const swap = x;
    x = y;
    y = swap;
    factors += NUMBER;
  }
  return x;
}
