import { fftAreas, RealFft, reserve } from './engine.js';
import { rfft } from './fft.js';
import { copyPadded, frameGroups, frameSpan, passOn } from './frames.js';
import { LANES, POINT } from './lanes.js';
import { type Conversion, impulseResponse, type Ratio } from './rate-filters.js';

/** Points of the interpolation filter in a sample, which has nothing above twice the Nyquist frequency. */
const OVERSAMPLING = 4;

/** Above so many points a transform is not made larger for a few operations less. */
const LARGE = 1 << 16;

/** How frames are cut for a filter of 2 · half + 1 samples. */
interface Plan {
  /** Points of the transform, and of the one back. */
  size: number;
  outSize: number;
  /** Samples of a frame that are not 0, a multiple of `down`: how far frames are apart. */
  block: number;
}

/**
 * Filters a signal and changes its rate by up / down: frames of `size` samples are transformed, filtered, and
 * transformed back as frames of size · up / down. Overlap and add (Crochiere and Rabiner 1983).
 *
 * @param length - of the result
 */
export function convertRate(samples: Float32Array, ratio: Ratio, filters: Conversion, length: number): Float32Array {
  const { up, down } = ratio;
  const { lowpass, interpolation } = filters;
  const half = Math.ceil(lowpass.half + (interpolation ? interpolation.half / 2 ** interpolation.octaves : 0));
  const { size, outSize, block } = planFrames(ratio, half);
  const blocks = { nFft: size, hopLength: block };
  const outBlock = (block / down) * up;
  const response = responseOf(filters, size, Math.min(size, outSize) / 2 + 1);

  const inner = fftAreas(outSize);
  const { kernels, areas } = reserve({
    ...fftAreas(size),
    outTwiddles: inner.twiddles,
    outFactors: inner.factors,
    outWork: inner.work,
    mask: size,
    scale: outSize,
    filter: response.length,
    spectrum: (Math.max(size, outSize) / 2 + 1) * POINT,
    signal: frameSpan(LANES, blocks),
    out: LANES * outBlock + outSize,
  });
  const forward = new RealFft(size, kernels, areas);
  const backward = new RealFft(outSize, kernels, {
    twiddles: areas.outTwiddles,
    factors: areas.outFactors,
    work: areas.outWork,
  });
  // The filter reaches `half` samples to both sides of what is not 0.
  areas.mask.fill(0).fill(1, half, half + block);
  areas.scale.fill(1 / size);
  areas.filter.set(response);
  areas.spectrum.fill(0);
  areas.out.fill(0);
  const result = new Float32Array(length);
  // Frames begin at a multiple of `down`, whose place among the new samples is whole.
  const early = Math.ceil(half / down);
  const fill = (start: number) => copyPadded(samples, start - early * down, areas.signal, 'constant');
  for (const { frame, signal } of frameGroups(
    Math.ceil((length + early * up) / outBlock),
    blocks,
    areas.signal,
    fill,
  )) {
    forward.forward(signal, block, areas.mask, areas.spectrum);
    kernels.filterSpectrum(response.length, areas.spectrum.byteOffset, areas.filter.byteOffset);
    backward.inverse(areas.out, outBlock, areas.scale, areas.spectrum);
    passOn(areas.out, LANES * outBlock, result, frame * outBlock - early * up);
  }
  return result;
}

/** The sizes with the fewest operations for a sample. */
function planFrames({ up, down }: Ratio, half: number): Plan {
  let best: Plan | undefined;
  let least = Infinity;
  const work = (points: number) => points * Math.log2(points);
  // Where `down` is a power of two, so is the size: the response of a long filter is then quickly had.
  const next = (k: number) => (k % 3 === 0 ? (k / 3) * 4 : (k / 2) * 3);
  for (let k = 4; ; k = Number.isInteger(Math.log2(down)) ? 2 * k : next(k)) {
    const [size, outSize] = [k * down, k * up];
    const block = Math.floor((size - 2 * half) / down) * down;
    if (block <= 0) continue;
    const cost = (work(size) + work(outSize)) / block;
    if (best && (cost >= least || (best.size > LARGE && best.block >= best.size / 2))) return best;
    [best, least] = [{ size, outSize, block }, cost];
  }
}

let latest: { key: string; response: Float32Array } | undefined;

/** What the filters make of each of the first `bins` frequencies of a transform of `size` samples. */
function responseOf({ lowpass, interpolation }: Conversion, size: number, bins: number): Float32Array {
  const key = JSON.stringify([lowpass, interpolation, size, bins]);
  // Clips of a data set all need the same one.
  if (latest?.key === key) return latest.response;
  const taps = new Float64Array(size);
  taps[0] = impulseResponse(lowpass, 0);
  for (let i = 1; i <= lowpass.half; i++) taps[i] = taps[size - i] = impulseResponse(lowpass, i);
  const response = Float32Array.from(rfft(taps).re.subarray(0, bins));
  if (interpolation) {
    const points = Float64Array.from({ length: Math.ceil(interpolation.half * OVERSAMPLING) }, (_, i) =>
      impulseResponse(interpolation, i / OVERSAMPLING),
    );
    const sum = (turn: number) => points.reduce((total, x, i) => total + (i > 0 ? 2 : 1) * x * Math.cos(i * turn), 0);
    const all = sum(0);
    const turn = (2 * Math.PI) / size / 2 ** interpolation.octaves / OVERSAMPLING;
    for (let k = 0; k < bins; k++) response[k] *= sum(k * turn) / all;
  }
  latest = { key, response };
  return response;
}
