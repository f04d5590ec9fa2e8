import { ParameterError } from '../errors.js';
import { given, type OrNull } from '../options.js';
import { requireChoice } from '../validation.js';
import { extent, logAxis, plainAxis, withLogMargin, withMargin } from './axes/axis.js';
import { zoomName, zoomParams } from './axes/zoom.js';
import { requireSameLength, requireSize, requireValues } from './chart-arguments.js';
import { hover } from './picture/hover.js';
import { thin } from './picture/thin.js';
import {
  type ChartOptions,
  CYCLE,
  chart,
  digitsIn,
  PLOT_HEIGHT,
  PLOT_WIDTH,
  rounded,
  type Spec,
  table,
} from './spec.js';
import { fromTo, short } from './words.js';

export interface SpectrumOptions extends ChartOptions {
  /** Default `'log'`. */
  xScale?: 'log' | 'linear';
  /** Colour of the curve, as CSS writes it. Default matplotlib's blue. */
  color?: string;
}

/**
 * Decibels over frequency, as `plt.plot(frequency, amplitude_db)` draws them with `plt.xscale('log')`.
 *
 * A log axis has no 0: there the value at 0 Hz is drawn at the axis' left end, as matplotlib does.
 *
 * @param frequencies - in Hz, ascending
 * @param db - one level per frequency, in dB
 * @throws ParameterError where the two differ in length, are empty or not finite, or frequencies do not ascend
 * @see {@link fftFrequencies}, {@link amplitudeToDb}, {@link curves}
 *
 * @example
 * await show(spectrum(fftFrequencies({ nFft: 4096 }), amplitudeToDb(magnitudes, { ref: 'max' })));
 */
export function spectrum(
  frequencies: ArrayLike<number>,
  db: ArrayLike<number>,
  options: OrNull<SpectrumOptions> = {},
): Spec {
  const chosen = given<SpectrumOptions>(options);
  const { xScale = 'log', width = PLOT_WIDTH, height = PLOT_HEIGHT, color = CYCLE[0] } = chosen;
  requireValues('frequencies', frequencies);
  requireValues('db', db);
  requireSameLength('frequencies', frequencies, 'db', db);
  requireChoice('xScale', xScale, ['log', 'linear']);
  requireSize(chosen);
  const log = xScale === 'log';
  const x = Float64Array.from(frequencies);
  const unordered = x.findIndex((hz, i) => i > 0 && !(hz > x[i - 1]));
  if (unordered > 0) {
    throw new ParameterError(`frequencies[${unordered}] is ${x[unordered]}, not above the one before it; sort them`);
  }
  const lowest = log ? x.find((hz) => hz > 0) : x[0];
  if (lowest === undefined || x[0] < 0) {
    throw new ParameterError(`frequencies begin at ${x[0]} Hz; give frequencies of at least 0 Hz, some above 0`);
  }
  const domain = (log ? withLogMargin : withMargin)(lowest, x[x.length - 1]);
  if (log && x[0] === 0) x[0] = domain[0];
  const kept = thin(log ? x.map(Math.log) : x, db, width);
  const range = withMargin(...extent(db));
  const zoom = zoomName(domain);
  const xAxis = (log ? logAxis : plainAxis)('x', domain, width, 'Frequency (Hz)', { view: `${zoom}.hz` });
  const highest = Array.prototype.indexOf.call(db, extent(db)[1]);
  return chart({
    title: chosen.title,
    description: `Spectrum, ${fromTo(frequencies[0], x[x.length - 1], 'Hz')}, highest at ${short(frequencies[highest])} Hz, ${short(db[highest])} dB`,
    width,
    height,
    ...table({
      hz: kept.map((i) => rounded(x[i], digitsIn(domain))),
      db: kept.map((i) => rounded(db[i], digitsIn(range) - 2)),
    }),
    encoding: {
      x: { ...xAxis, field: 'hz' },
      y: { ...plainAxis('y', range, height, 'Amplitude (dB)'), field: 'db' },
    },
    layer: [
      {
        params: zoomParams(zoom),
        mark: { type: 'line', clip: true, strokeWidth: 1.5, strokeJoin: 'round', color, tooltip: null },
      },
      hover([
        { field: 'hz', title: 'Hz' },
        { field: 'db', title: 'dB' },
      ]),
    ],
  });
}
