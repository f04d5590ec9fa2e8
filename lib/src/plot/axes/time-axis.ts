import type { Spec } from '../spec.js';
import { FIXED_TICKS, TIME_STEPS } from './ticks.js';
import { TIME_ZOOM } from './zoom.js';

/** librosa lets matplotlib place at most ten intervals on a time axis. */
const BINS = 10;

/** A step of librosa's time ticks for a span of seconds, as a Vega expression. */
function stepExpression(span: string): string {
  const power = `pow(10, floor(log(${span} / ${BINS}) / LN10))`;
  const multiple = `(${span} / ${BINS} / ${power})`;
  const choice = TIME_STEPS.slice(0, -1).map((step) => `${multiple} <= ${step} ? ${step} : `);
  return `${power} * (${choice.join('')}10)`;
}

/** Hours, minutes, seconds or milliseconds, whichever the span asks for, as librosa's `TimeFormatter` does. */
function labelExpression(span: string): string {
  const value = 'datum.value';
  const two = (part: string): string => `pad(format(${part}, 'd'), 2, '0', 'left')`;
  const seconds = `floor(${value} % 60)`;
  const minutes = `floor(${value} / 60)`;
  const hms = `format(floor(${value} / 3600), 'd') + ':' + ${two(`${minutes} % 60`)} + ':' + ${two(seconds)}`;
  const ms = `format(${minutes}, 'd') + ':' + ${two(seconds)}`;
  // Three decimals as in librosa, and more where the ticks lie closer.
  const decimals = `'.' + max(3, 1 + ceil(-log(${span} / ${BINS}) / LN10)) + 'f'`;
  return `${span} > 3600 ? ${hms} : ${span} > 60 ? ${ms} : format(${value}, ${span} >= 1 ? '.2~f' : ${decimals})`;
}

/** The field of every time axis: by it the selection {@link TIME_ZOOM} knows them. */
export const TIME_FIELD = 'time';

/** The range of time that is seen, in seconds, as an expression. */
export function timeView(domain: [number, number]): string {
  return `(${TIME_ZOOM}.${TIME_FIELD} || [${domain}])`;
}

/**
 * Encoding of a time axis over `domain`, in seconds: ticks at parts of a minute, labels as librosa's `TimeFormatter`.
 * The selection {@link TIME_ZOOM} moves it, and its ticks follow.
 */
export function timeAxis(domain: [number, number]): Spec {
  const scale = { domain, nice: false, zero: false };
  const view = timeView(domain);
  const span = `(${view}[1] - ${view}[0])`;
  const step = stepExpression(span);
  const values = `sequence(ceil(${view}[0] / (${step})) * (${step}), ${view}[1], ${step})`;
  const axis = { ...FIXED_TICKS, values: { expr: values }, labelExpr: labelExpression(span) };
  return { type: 'quantitative', field: TIME_FIELD, title: timeTitle(domain[1] - domain[0]), scale, axis };
}

/** The unit is the one that the labels of the whole range have. */
function timeTitle(span: number): string {
  return `Time (${span > 3600 ? 'h:min:s' : span > 60 ? 'min:s' : 's'})`;
}
