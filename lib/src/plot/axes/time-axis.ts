import type { Spec } from '../spec.js';
import { FIXED_TICKS, maxNTicks, TIME_STEPS } from './ticks.js';

/** The interval selection by which time axes move; charts of one picture that have it move together. */
export const ZOOM = 'zoom';
export const ZOOM_PARAMS: readonly Spec[] = [
  { name: ZOOM, select: { type: 'interval', encodings: ['x'] }, bind: 'scales' },
];

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

/**
 * Encoding of a time axis over `domain`, in seconds: ticks at parts of a minute, labels as librosa's `TimeFormatter`.
 *
 * @param zoom - name of the interval selection that moves the axis; its ticks then follow the view
 * @param field - name of the field on the axis, as the selection knows it
 */
export function timeAxis(domain: [number, number], field: string, zoom?: string): Spec {
  const scale = { domain, nice: false, zero: false };
  const common = { type: 'quantitative', field, title: 'Time', scale };
  if (zoom === undefined) {
    const values = maxNTicks(domain[0], domain[1], { bins: BINS, steps: TIME_STEPS });
    return { ...common, axis: { ...FIXED_TICKS, values, labelExpr: labelExpression(String(domain[1] - domain[0])) } };
  }
  const view = `(${zoom}.${field} || [${domain}])`;
  const span = `(${view}[1] - ${view}[0])`;
  const step = stepExpression(span);
  const values = `sequence(ceil(${view}[0] / (${step})) * (${step}), ${view}[1], ${step})`;
  return { ...common, axis: { ...FIXED_TICKS, values: { expr: values }, labelExpr: labelExpression(span) } };
}
