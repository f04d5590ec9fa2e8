import type { Waveform } from '../dsp/waveform.js';
import { ParameterError } from '../errors.js';
import { requireWaveform } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireInteger } from '../validation.js';
import { timeAxis, timeView } from './axes/time-axis.js';
import { TIME_ZOOM, zoomParams } from './axes/zoom.js';
import { requireSize, requireValues } from './chart-arguments.js';
import { blended, isDark } from './picture/color.js';
import { type ChartOptions, CYCLE, chart, PLOT_WIDTH, part, rounded, type Spec, table } from './spec.js';
import { waveformDomain, waveshow } from './waveshow.js';
import { counted } from './words.js';

export interface LabelshowOptions extends ChartOptions {
  /** Samples between the frames that the labels belong to. Default 512. */
  hopLength?: number;
  /** Frames are centred at multiples of `hopLength`, as `stft` makes them (the default); false: they begin there. */
  center?: boolean;
  /** True for each frame that is masked: shaded in the waveform, in full colour in the strip; the others are pale. */
  mask?: ArrayLike<boolean>;
  /** Title of the legend. Default `'label'`. */
  unit?: string;
}

/** Colours of the labels: the cycle, then its paler twins. */
const COLORS = [...CYCLE, ...CYCLE.map((color) => blended(color, 0.5))];

const STRIP_HEIGHT = 36;
const PALE = 0.25;
/** Of the waveform, when it is enlarged: the labels are what is looked at. */
const ZOOM_POINTS = 8000;

/**
 * A waveform with a strip of coloured labels below it, one for each frame, on one time axis: the clusters of
 * {@link kmeans}, the classes that a model predicts. Both zoom together.
 *
 * @param labels - one for each frame of `hopLength` samples: whole numbers of at least 0
 * @throws ParameterError where the waveform or the labels are empty, or an option is out of range
 * @see {@link waveshow}, {@link kmeans}
 *
 * @example
 * const { labels } = kmeans(mfcc(waveform).transpose(), 8, { seed: 0 });
 * await show(labelshow(waveform, labels));
 */
export function labelshow(waveform: Waveform, labels: ArrayLike<number>, options: OrNull<LabelshowOptions> = {}): Spec {
  const chosen = given<LabelshowOptions>(options);
  const { hopLength = 512, center = true, mask, width = PLOT_WIDTH, height = 160, unit = 'label', title } = chosen;
  requireWaveform('waveform', waveform);
  requireInteger('hopLength', hopLength);
  requireSize(chosen);
  requireValues('labels', labels);
  for (let t = 0; t < labels.length; t++) requireInteger(`labels[${t}]`, labels[t], 0);
  if (mask && mask.length !== labels.length) {
    throw new ParameterError(`mask has ${mask.length} values and labels has ${labels.length}; give one for each frame`);
  }
  const { samples, sampleRate } = waveform;
  const second = (frame: number): number => {
    const time = ((frame - (center ? 0.5 : 0)) * hopLength) / sampleRate;
    return rounded(Math.min(Math.max(time, 0), samples.length / sampleRate), 5);
  };
  const x = timeAxis(waveformDomain(waveform));
  const isFull = (t: number): boolean => mask === undefined || mask[t];
  const masked = mask === undefined ? [] : runs(mask.length, (t) => mask[t]).filter(({ start }) => mask[start]);
  const pieces = runs(labels.length, (t) => 2 * labels[t] + Number(isFull(t))).map(({ start, end }) => ({
    time: second(start),
    end: second(end),
    label: labels[start],
    full: Number(isFull(start)),
  }));
  const whole = waveshow(waveform, { width, maxPoints: width, zoomPoints: ZOOM_POINTS });
  const { width: _width, height: _height, ...wave } = part(whole);
  // The strip's labels serve both axes.
  const bare = { ...x, title: null, axis: { ...(x.axis as Spec), labels: false } };
  const shades = masked.map(({ start, end }) => ({ time: second(start), end: second(end) }));
  return chart({
    title,
    description: `${whole.description}, with ${described(labels, unit)}`,
    spacing: 4,
    vconcat: [
      {
        width,
        height,
        layer: [
          ...(shades.length > 0 ? [shading(shades, bare)] : []),
          { ...wave, encoding: { ...(wave.encoding as Spec), x: bare } },
        ],
      },
      { width, height: STRIP_HEIGHT, ...strip(pieces, x, unit, waveformDomain(waveform)) },
    ],
  });
}

interface Span {
  /** In seconds. */
  time: number;
  end: number;
}

/** Grey from top to bottom. */
function shading(spans: readonly Span[], x: Spec): Spec {
  return {
    data: { values: spans },
    mark: { type: 'rect', color: '#bbb', opacity: 0.6, clip: true, tooltip: null },
    encoding: { x, x2: { field: 'end' } },
  };
}

/** Coloured spans side by side; those that are not `full` are pale. */
function strip(
  spans: readonly (Span & { label: number; full: number })[],
  x: Spec,
  unit: string,
  range: [number, number],
): Spec {
  const field = <K extends keyof (typeof spans)[0]>(name: K): number[] => spans.map((span) => span[name]);
  const domain = [...new Set(field('label'))].sort((a, b) => a - b);
  const view = timeView(range);
  const dark = `indexof(${JSON.stringify(domain.filter((label) => isDark(COLORS[label % COLORS.length])))}, datum.label) >= 0`;
  const rects: Spec = {
    params: zoomParams(TIME_ZOOM),
    mark: { type: 'rect', clip: true },
    encoding: {
      x2: { field: 'end' },
      color: {
        field: 'label',
        type: 'nominal',
        scale: { domain, range: domain.map((label) => COLORS[label % COLORS.length]) },
        legend: { title: unit, orient: 'bottom', columns: 20, symbolType: 'square', symbolOpacity: 1, offset: 4 },
      },
      opacity: { field: 'full', type: 'quantitative', scale: { domain: [0, 1], range: [PALE, 1] }, legend: null },
      tooltip: [
        { field: 'time', type: 'quantitative', title: 'Time (s)', format: '.2f' },
        { field: 'label', type: 'nominal', title: unit },
      ],
    },
  };
  const share = `(datum.end - datum.time) / (${view}[1] - ${view}[0])`;
  const fits = `${share} * item.mark.group.width > 9 * length('' + datum.label) ? 1 : 0`;
  // Nobody has to tell colours apart: what is wide enough bears its number.
  const numbers: Spec = {
    transform: [{ calculate: '(datum.time + datum.end) / 2', as: 'middle' }],
    mark: { type: 'text', fontSize: 11, baseline: 'middle', clip: true, tooltip: null, opacity: { expr: fits } },
    encoding: {
      x: { ...x, field: 'middle' },
      text: { field: 'label', type: 'nominal' },
      color: { condition: { test: `${dark} && datum.full === 1`, value: 'white' }, value: 'black' },
    },
  };
  return {
    ...table({ time: field('time'), end: field('end'), label: field('label'), full: field('full') }),
    encoding: { x },
    layer: [rects, numbers],
  };
}

/** How many labels there are, and which are met most often. */
function described(labels: ArrayLike<number>, unit: string): string {
  const counts = new Map<number, number>();
  for (let t = 0; t < labels.length; t++) counts.set(labels[t], (counts.get(labels[t]) ?? 0) + 1);
  const often = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3);
  const shares = often.map(([label, count]) => `${label} (${Math.round((100 * count) / labels.length)} %)`);
  return `${counted(counts.size, unit)} in ${counted(labels.length, 'frame')}, most often ${shares.join(', ')}`;
}

interface Run {
  start: number;
  /** Exclusive. */
  end: number;
}

/** The stretches over which `value` stays the same. */
function runs(length: number, value: (t: number) => unknown): Run[] {
  const found: Run[] = [];
  for (let t = 0; t < length; t++) {
    if (t > 0 && value(t) === value(t - 1)) found[found.length - 1].end = t + 1;
    else found.push({ start: t, end: t + 1 });
  }
  return found;
}
