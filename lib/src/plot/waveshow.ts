import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { requireWaveform } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requirePositive } from '../validation.js';
import { extent, plainAxis, withMargin } from './axes/axis.js';
import { timeAxis, ZOOM, ZOOM_PARAMS } from './axes/time-axis.js';
import { requireSize, requireValues } from './chart-arguments.js';
import { type ChartOptions, CYCLE, chart, PLOT_HEIGHT, PLOT_WIDTH, rounded, type Spec, table } from './spec.js';

export interface WaveshowOptions extends ChartOptions {
  /** At most so many points are drawn: samples, or extremes of bins. Default 2 per pixel of width. */
  maxPoints?: number;
  /** The envelope is the largest magnitude, above and below zero, as librosa draws it. Default true; false: the range. */
  mirror?: boolean;
  /** Colour of the curve, as CSS writes it. Default matplotlib's blue. */
  color?: string;
}

/**
 * The waveform over time, as `librosa.display.waveshow` draws it: drag to move, scroll to zoom, double-click to reset.
 *
 * A waveform of at most `maxPoints` samples is drawn sample by sample, as steps. A longer one is drawn as its envelope:
 * each of `maxPoints` bins from minus to plus its largest magnitude, or with `mirror: false` from its lowest to its
 * highest sample.
 *
 * @param waveform - samples, nominally in [-1, 1]; the axis is in seconds
 * @throws ParameterError where the waveform is empty or not finite, or an option is out of range
 * @see {@link specshow}, {@link labelshow} for labels under a waveform, `librosa.display.waveshow`
 *
 * @example
 * await show(waveshow(await load(await example('trumpet'))));
 */
export function waveshow(waveform: Waveform, options: OrNull<WaveshowOptions> = {}): Spec {
  const chosen = given<WaveshowOptions>(options);
  requireWaveform('waveform', waveform);
  const { samples, sampleRate } = waveform;
  requireValues('samples', samples);
  requirePositive('sampleRate', sampleRate);
  requireSize(chosen);
  const { width = PLOT_WIDTH, height = PLOT_HEIGHT, color = CYCLE[0], maxPoints = 2 * width, mirror = true } = chosen;
  if (!(Number.isInteger(maxPoints) && maxPoints >= 2 && maxPoints <= 20_000)) {
    throw new ParameterError(`maxPoints is ${maxPoints}; give a whole number from 2 to 20000`);
  }
  const peak = Math.max(...extent(samples).map(Math.abs));
  const domain = waveformDomain(waveform);
  const single = samples.length <= maxPoints;
  const { low, high, hop } = envelope(samples, maxPoints);
  if (mirror && !single) {
    for (let bin = 0; bin < low.length; bin++) high[bin] = Math.max(high[bin], -low[bin]);
    low.set(high.map((most) => -most));
  }
  const digits = (values: Float32Array): number[] => Array.from(values, (value) => rounded(value, 4));
  const bins = table(single ? { low: digits(low) } : { low: digits(low), high: digits(high) });
  const y = plainAxis('y', withMargin(-peak, peak), height, null);
  const stroke = { clip: true, interpolate: 'step-after', strokeWidth: 1, color };
  return chart({
    title: chosen.title,
    width,
    height,
    data: bins.data,
    transform: [...bins.transform, { calculate: `(datum.row - 1) * ${hop} / ${sampleRate}`, as: 'time' }],
    params: ZOOM_PARAMS,
    mark: single ? { type: 'line', ...stroke } : { type: 'area', ...stroke, stroke: color },
    encoding: {
      x: timeAxis(domain, 'time', ZOOM),
      y: { ...y, field: 'low' },
      ...(single ? {} : { y2: { field: 'high' } }),
    },
  });
}

/** The range of a waveform's time axis, in seconds. */
export function waveformDomain({ samples, sampleRate }: Waveform): [number, number] {
  return withMargin(0, Math.max(1, samples.length - 1) / sampleRate);
}

/** The lowest and the highest sample of each bin of `hop` samples; the last bin may be shorter. */
interface Envelope {
  low: Float32Array;
  high: Float32Array;
  /** Samples per bin. */
  hop: number;
}

/** Reduces a signal to at most `bins` pairs of extremes, so that no peak is lost. */
function envelope(samples: Float32Array, bins: number): Envelope {
  const hop = Math.max(1, Math.ceil(samples.length / bins));
  const count = Math.ceil(samples.length / hop);
  const low = new Float32Array(count);
  const high = new Float32Array(count);
  for (let bin = 0; bin < count; bin++) {
    const end = Math.min(samples.length, (bin + 1) * hop);
    let least = samples[bin * hop];
    let most = least;
    for (let i = bin * hop + 1; i < end; i++) {
      if (samples[i] < least) least = samples[i];
      else if (samples[i] > most) most = samples[i];
    }
    low[bin] = least;
    high[bin] = most;
  }
  return { low, high, hop };
}
