import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { requireWaveform } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireInteger, requirePositive } from '../validation.js';
import { extent, plainAxis, withMargin } from './axes/axis.js';
import { TIME_FIELD, timeAxis, timeView } from './axes/time-axis.js';
import { TIME_ZOOM, zoomParams } from './axes/zoom.js';
import { requireSize, requireValues } from './chart-arguments.js';
import { DIGITS } from './picture/digits.js';
import { decodeLevel, waveformLevels } from './picture/levels.js';
import { type ChartOptions, CYCLE, chart, FONT_SIZE, PLOT_HEIGHT, PLOT_WIDTH, type Spec } from './spec.js';
import { short } from './words.js';

export interface WaveshowOptions extends ChartOptions {
  /** At most so many points are drawn: samples, or extremes of bins. Default 2 per pixel of width. */
  maxPoints?: number;
  /**
   * Zooming in shows finer bins and in the end the samples, of which the chart keeps at most so many: 2 bytes each, by
   * default 150,000, enough for the samples of 6 s at 22,050 Hz. Of a longer sound the finest bins join as many samples
   * as they must. 0: the envelope alone.
   */
  zoomPoints?: number;
  /** The envelope is the largest magnitude, above and below zero, as librosa draws it. Default true; false: the range. */
  mirror?: boolean;
  /** Colour of the curve, as CSS writes it. Default matplotlib's blue. */
  color?: string;
}

/**
 * The waveform over time, as `librosa.display.waveshow` draws it. In a notebook Ctrl and the wheel zoom in, down to the
 * samples, a drag moves, and a double click shows all.
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
  const { zoomPoints = 150_000 } = chosen;
  if (!(Number.isInteger(maxPoints) && maxPoints >= 2 && maxPoints <= 20_000)) {
    throw new ParameterError(`maxPoints is ${maxPoints}; give a whole number from 2 to 20000`);
  }
  requireInteger('zoomPoints', zoomPoints, 0);
  const peak = Math.max(...extent(samples).map(Math.abs));
  const domain = waveformDomain(waveform);
  const levels = waveformLevels(samples, { maxPoints, zoomPoints, mirror, peak });
  const view = timeView(domain);
  const seen = `((${view}[1] - ${view}[0]) * ${sampleRate})`;
  const finest = levels[levels.length - 1].hop;
  // Until the axis is moved the coarsest; then the finest of which not too much is in view.
  const choice = levels.map(({ hop }, i) => `${seen} <= ${2 * maxPoints * hop} ? ${i} : `).toReversed();
  const decoded = (text: string): string => decodeLevel('datum.digits', text, 'datum.bin', peak);
  const y = plainAxis('y', withMargin(-peak, peak), height, null);
  const samplesOnly = { filter: 'datum.hop === 1' };
  const stroke = { clip: true, interpolate: 'step-after', strokeWidth: 1, color, tooltip: null };
  const layers: Spec[] = [
    ...(levels[0].hop > 1
      ? [
          {
            transform: [{ filter: 'datum.hop > 1' }],
            mark: { type: 'area', ...stroke, stroke: color },
            encoding: { y: { ...y, field: 'low' }, y2: { field: 'high' } },
          },
        ]
      : []),
    ...(finest === 1
      ? [
          { transform: [samplesOnly], mark: { type: 'line', ...stroke }, encoding: { y: { ...y, field: 'high' } } },
          {
            transform: [samplesOnly, { filter: `${seen} <= ${width / PER_DOT}` }],
            mark: { type: 'point', filled: true, size: 25, opacity: 1, clip: true, color, tooltip: null },
            encoding: { y: { ...y, field: 'high' } },
          },
        ]
      : [resolution(finest, `${TIME_ZOOM}.${TIME_FIELD} && ${seen} < ${(finest * width) / PER_DOT}`)]),
    {
      mark: { type: 'rect', opacity: 0, clip: true },
      encoding: {
        x2: { field: 'end' },
        tooltip: [
          { field: 'time', type: 'quantitative', title: 'Time (s)', format: '.5~f' },
          { field: 'high', type: 'quantitative', title: 'Amplitude', format: '.3~f' },
        ],
      },
    },
  ];
  return chart({
    title: chosen.title,
    description: described(waveform, peak),
    width,
    height,
    data: {
      values: [
        {
          digits: DIGITS,
          hops: levels.map(({ hop }) => hop),
          high: levels.map(({ high }) => high),
          low: levels.map(({ low = '' }) => low),
        },
      ],
    },
    transform: [
      { calculate: `${TIME_ZOOM}.${TIME_FIELD} ? (${choice.join('')}0) : 0`, as: 'level' },
      { calculate: 'datum.hops[datum.level]', as: 'hop' },
      { calculate: `ceil(${samples.length} / datum.hop)`, as: 'count' },
      { calculate: `floor(${view}[0] * ${sampleRate} / datum.hop)`, as: 'first' },
      { calculate: `ceil(${view}[1] * ${sampleRate} / datum.hop)`, as: 'last' },
      { calculate: 'sequence(max(0, datum.first), min(datum.count, datum.last + 1))', as: 'bin' },
      { flatten: ['bin'] },
      { calculate: `datum.bin * datum.hop / ${sampleRate}`, as: 'time' },
      { calculate: `datum.time + datum.hop / ${sampleRate}`, as: 'end' },
      { calculate: decoded('datum.high[datum.level]'), as: 'high' },
      { calculate: mirror ? '-datum.high' : decoded('datum.low[datum.level]'), as: 'low' },
    ],
    encoding: { x: timeAxis(domain) },
    layer: layers.map((layer, i) => (i === 0 ? { params: zoomParams(TIME_ZOOM), ...layer } : layer)),
  });
}

/** In pixels: where samples are further apart, each has a dot; where bins are, the chart says what they are. */
const PER_DOT = 6;

/** A note at the top right, which is there under a condition. */
function resolution(hop: number, when: string): Spec {
  return {
    data: { values: [{}] },
    transform: [{ filter: when }],
    mark: { type: 'text', align: 'right', baseline: 'top', dx: -6, dy: 6, fontSize: FONT_SIZE, tooltip: null },
    encoding: { x: { value: 'width' }, y: { value: 0 }, text: { value: `each step: ${hop} samples` } },
  };
}

/** 'Waveform, 5.3 s, peak 0.69 at 1.6 s'. */
function described({ samples, sampleRate }: Waveform, peak: number): string {
  const at = samples.findIndex((sample) => Math.abs(sample) === peak) / sampleRate;
  return `Waveform, ${short(samples.length / sampleRate)} s, peak ${short(peak)} at ${short(at)} s`;
}

/** The range of a waveform's time axis, in seconds. */
export function waveformDomain({ samples, sampleRate }: Waveform): [number, number] {
  return withMargin(0, Math.max(1, samples.length - 1) / sampleRate);
}
