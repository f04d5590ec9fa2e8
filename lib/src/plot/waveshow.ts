import { ParameterError } from '../errors.js';
import type { Waveform } from '../audio/waveform.js';
import { plainAxis, withMargin } from './axis.js';
import { checkFinite, checkPositive, checkSize, extent } from './check.js';
import { envelope } from './envelope.js';
import { CYCLE, type ChartOptions, chart, frame, PLOT_HEIGHT, PLOT_WIDTH, rounded, type Spec } from './spec.js';
import { timeAxis } from './time-axis.js';

export interface WaveshowOptions extends ChartOptions {
  /** At most so many points are drawn: samples, or extremes of bins. Default 2 per pixel of width. */
  maxPoints?: number;
  /** Colour of the curve, as CSS writes it. Default matplotlib's blue. */
  color?: string;
}

const ZOOM = 'zoom';

/**
 * The waveform over time, as `librosa.display.waveshow` draws it: drag to move, scroll to zoom, double-click to reset.
 *
 * A waveform of at most `maxPoints` samples is drawn sample by sample, as steps. A longer one is drawn as its envelope,
 * the lowest and highest sample of each of `maxPoints` bins (librosa mirrors the largest magnitude instead).
 *
 * @throws ParameterError where the waveform is empty or not finite, or an option is out of range
 * @example
 * await show(waveshow(await load(await example('trumpet'))));
 */
export function waveshow(waveform: Waveform, options: WaveshowOptions = {}): Spec {
  const { samples, sampleRate } = waveform;
  checkFinite('waveshow', 'samples', samples);
  checkPositive('waveshow', 'sampleRate', sampleRate);
  checkSize('waveshow', options);
  const { width = PLOT_WIDTH, height = PLOT_HEIGHT, color = CYCLE[0], maxPoints = 2 * width } = options;
  if (!(Number.isInteger(maxPoints) && maxPoints >= 2 && maxPoints <= 20_000)) {
    throw new ParameterError(`waveshow: maxPoints is ${maxPoints}; give a whole number from 2 to 20000`);
  }
  const peak = Math.max(...extent(samples).map(Math.abs));
  const domain = withMargin(0, Math.max(1, samples.length - 1) / sampleRate);
  const single = samples.length <= maxPoints;
  const { low, high, hop } = envelope(samples, maxPoints);
  const values = Array.from(low, (least, i) => (single ? rounded(least, 4) : [rounded(least, 4), rounded(high[i], 4)]));
  const y = plainAxis('y', withMargin(-peak, peak), height, null);
  const stroke = { clip: true, interpolate: 'step-after', strokeWidth: 1, color };
  return chart({
    ...frame(options),
    data: { values },
    transform: [
      { window: [{ op: 'row_number', as: 'bin' }] },
      { calculate: `(datum.bin - 1) * ${hop} / ${sampleRate}`, as: 'time' },
      { calculate: single ? 'datum.data' : 'datum.data[0]', as: 'low' },
      ...(single ? [] : [{ calculate: 'datum.data[1]', as: 'high' }]),
    ],
    params: [{ name: ZOOM, select: { type: 'interval', encodings: ['x'] }, bind: 'scales' }],
    mark: single ? { type: 'line', ...stroke } : { type: 'area', ...stroke, stroke: color },
    encoding: {
      x: timeAxis(domain, 'time', ZOOM),
      y: { ...y, field: 'low' },
      ...(single ? {} : { y2: { field: 'high' } }),
    },
  });
}
