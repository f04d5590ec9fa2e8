import { fftFrequencies } from '../../dsp/fft.js';
import { melFrequencies } from '../../dsp/mel.js';
import { ParameterError } from '../../errors.js';
import { requireChoice, requirePositive } from '../../validation.js';
import { requireRange } from '../chart-arguments.js';
import type { Spec } from '../spec.js';
import { LABEL_ROOM } from './axis.js';
import { autoTicks, FIXED_TICKS, tickFormat } from './ticks.js';

/** `'linear'` and `'hz'` are the same, as in librosa. */
export type FrequencyAxis = 'linear' | 'hz' | 'log' | 'mel';

/** What the rows of a spectrogram are. */
export interface FrequencyOptions {
  /** How the rows lie: `'hz'` (also called `'linear'`) and `'log'` for an stft, `'mel'` for mel bands. Default `'hz'`. */
  yAxis?: FrequencyAxis;
  /** Samples per second, in Hz. Default 22,050. */
  sampleRate?: number;
  /** Samples per frame of the stft. Default 2 · (rows − 1). */
  nFft?: number;
  /** Lowest frequency in Hz: of the filterbank on a mel axis, of the view on the others. Default 0. */
  fMin?: number;
  /** Highest frequency in Hz: of the filterbank on a mel axis, of the view on the others. Default sampleRate / 2. */
  fMax?: number;
  /** The mel scale is HTK's instead of Slaney's. Default false. */
  htk?: boolean;
}

/** How frequencies in Hz lie on the vertical axis of a spectrogram. */
export interface FrequencyScale {
  /** Frequency of each row, in Hz. */
  centers: Float64Array;
  /** Borders between the rows, in Hz. */
  edges: Float64Array;
  /** Range of the axis in its own units. */
  domain: [number, number];
  toHz(position: number): number;
  /** Hz from a position on the axis, as a Vega expression. */
  toHzExpression(position: string): string;
  encoding: Spec;
}

const LINEAR: Symlog = { threshold: Number.MAX_VALUE, slope: 1 };

/** The vertical axis of a spectrogram of `rows` rows, `height` pixels high: rows, range, ticks and labels as librosa's. */
export function frequencyScale(rows: number, height: number, options: FrequencyOptions): FrequencyScale {
  const { yAxis = 'hz', sampleRate = 22050, nFft = 2 * (rows - 1), fMin, fMax, htk = false } = options;
  requireChoice('yAxis', yAxis, ['hz', 'linear', 'log', 'mel']);
  requirePositive('sampleRate', sampleRate);
  const mel = yAxis === 'mel';
  requireRange('fMin', fMin ?? 0, 'fMax', fMax ?? sampleRate / 2);
  if ((fMin ?? 0) < 0) throw new ParameterError(`fMin is ${fMin}; give a frequency of at least 0 Hz`);
  if (!mel && rows !== 1 + Math.floor(nFft / 2)) {
    throw new ParameterError(
      `nFft is ${nFft}, which makes ${1 + Math.floor(nFft / 2)} rows, but db has ${rows}; leave nFft out or give the one of the stft`,
    );
  }
  const centers = mel
    ? melFrequencies(rows, { fMin: fMin ?? 0, fMax: fMax ?? sampleRate / 2, htk })
    : Float64Array.from(fftFrequencies({ sampleRate, nFft }));
  const edges = cellEdges(centers);
  const low = mel ? edges[0] : (fMin ?? edges[0]);
  const high = mel ? edges[rows] : (fMax ?? edges[rows]);
  const scale = mel ? MEL_SCALE : yAxis === 'log' ? LOG_SCALE : LINEAR;
  const linear = scale === LINEAR;
  const ticks = linear
    ? autoTicks(low, high, height, LABEL_ROOM.y)
    : symlogTicks(scale, low, high, height, LABEL_ROOM.y);
  const toHzExpression = (at: string): string => (linear ? at : inverseSymlogExpression(scale, at));
  const domain: [number, number] = [symlog(scale, low), symlog(scale, high)];
  return {
    centers,
    edges,
    domain,
    toHz: (position) => inverseSymlog(scale, position),
    toHzExpression,
    encoding: {
      type: 'quantitative',
      title: 'Hz',
      scale: { domain, nice: false, zero: false },
      axis: {
        ...FIXED_TICKS,
        values: ticks.map((hz) => symlog(scale, hz)),
        labelExpr: `format(${toHzExpression('datum.value')}, '${hzFormat(ticks)}')`,
      },
    },
  };
}

/** Six digits tell most frequencies apart. */
function hzFormat(ticks: readonly number[]): string {
  return ticks.every((hz) => Number(hz.toPrecision(6)) === hz) ? '.6~g' : tickFormat(ticks);
}

/** The borders between cells around `centers`, which ascend: midpoints, as matplotlib's nearest shading draws them. */
function cellEdges(centers: Float64Array): Float64Array {
  const n = centers.length;
  const edges = new Float64Array(n + 1);
  for (let i = 1; i < n; i++) edges[i] = (centers[i - 1] + centers[i]) / 2;
  edges[0] = n > 1 ? centers[0] - (centers[1] - centers[0]) / 2 : centers[0] - 0.5;
  edges[n] = n > 1 ? centers[n - 1] + (centers[n - 1] - centers[n - 2]) / 2 : centers[0] + 0.5;
  return edges;
}

/**
 * matplotlib's `symlog` scale of base 2: linear up to a threshold, logarithmic above it.
 *
 * Vega's own `symlog` is log(1 + |x| / constant), another curve; so charts carry these warped units on a linear scale and
 * turn them back into Hz for labels.
 */
interface Symlog {
  /** Where the logarithmic part begins, in Hz. */
  threshold: number;
  /** Slope of the linear part. */
  slope: number;
}

/** `set_yscale('symlog', linthresh=1000, base=2)`: librosa's mel axis. */
export const MEL_SCALE: Symlog = { threshold: 1000, slope: 2 };

/** `set_yscale('symlog', linthresh=C2, linscale=0.5, base=2)`: librosa's log axis. */
export const LOG_SCALE: Symlog = { threshold: 440 * 2 ** (-33 / 12), slope: 1 };

/** From Hz to warped units. */
export function symlog({ threshold, slope }: Symlog, hz: number): number {
  return Math.abs(hz) <= threshold
    ? hz * slope
    : Math.sign(hz) * threshold * (slope + Math.log2(Math.abs(hz) / threshold));
}

/** From warped units to Hz. */
export function inverseSymlog({ threshold, slope }: Symlog, warped: number): number {
  return Math.abs(warped) <= threshold * slope
    ? warped / slope
    : Math.sign(warped) * threshold * 2 ** (Math.abs(warped) / threshold - slope);
}

/** {@link inverseSymlog} of a positive number, as a Vega expression. */
function inverseSymlogExpression({ threshold, slope }: Symlog, warped: string): string {
  return `(${warped} <= ${threshold * slope} ? ${warped} / ${slope} : ${threshold} * pow(2, ${warped} / ${threshold} - ${slope}))`;
}

/**
 * Ticks in Hz, as matplotlib's `SymmetricalLogLocator` of base 2 places them: 0 and powers of two above the threshold.
 * Where the whole range is below the threshold, plain ticks.
 */
function symlogTicks(scale: Symlog, low: number, high: number, length: number, room: number): number[] {
  if (high <= scale.threshold) return autoTicks(low, high, length, room);
  const first = Math.floor(Math.log2(Math.max(scale.threshold, low)));
  const end = Math.ceil(Math.log2(high + 1));
  const zero = low < scale.threshold ? [0] : [];
  const stride = Math.max(1, Math.floor((end - first + zero.length) / 14));
  const ticks = zero;
  for (let exponent = first; exponent < end; exponent += stride) ticks.push(2 ** exponent);
  return ticks.filter((tick) => tick >= low && tick <= high);
}
