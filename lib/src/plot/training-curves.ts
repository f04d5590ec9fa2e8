import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { given, type OrNull } from '../options.js';
import { extent, withMargin } from './axes/axis.js';
import { requireItems } from './chart-arguments.js';
import { hconcat } from './concat.js';
import { type Curve, curves } from './curves.js';
import { type ChartOptions, CYCLE, chart, type Spec } from './spec.js';
import { short } from './words.js';

/** A log entry of training, as `trainer.state.logHistory` has them. */
type Entry = Readonly<Record<string, number>>;

/**
 * How training went: the losses, what was measured at each evaluation, and the learning rate, over the epochs.
 *
 * @param logHistory - of `trainer.state`
 * @param options - width and height are those of each of the charts, by default 230 by 200 pixels
 * @throws ParameterError where no loss was logged
 * @see {@link curves}
 *
 * @example
 * await show(trainingCurves(trainer.state.logHistory));
 */
export function trainingCurves(logHistory: readonly Entry[], options: OrNull<ChartOptions> = {}): Spec {
  const { width = 230, height = 200, title } = given<ChartOptions>(options);
  requireItems('logHistory', logHistory, 'log entries', isObject);
  const losses = curvesOf(logHistory, { loss: 'training', eval_loss: 'validation' });
  if (losses.length === 0) {
    throw new ParameterError('logHistory has no loss; train first, with loggingSteps below the number of steps');
  }
  const keys = measures(logHistory);
  const measured = curvesOf(logHistory, Object.fromEntries(keys.map((key) => [key, titleOf(key)])));
  const charts = [
    { lines: losses, yTitle: 'loss' },
    { lines: measured, yTitle: keys.length === 1 ? titleOf(keys[0]) : 'validation' },
    { lines: curvesOf(logHistory, { learning_rate: 'learning rate' }), yTitle: 'learning rate' },
  ].filter(({ lines }) => lines.length > 0);
  // One axis for all: also the first point lies at its epoch.
  const [, last] = extent(logHistory.map(({ epoch }) => epoch).filter(Number.isFinite));
  const xDomain = withMargin(0, last);
  const panels = charts.map(({ lines, yTitle }) => curves(lines, { width, height, xTitle: 'epoch', yTitle, xDomain }));
  return chart({ ...hconcat(panels), title, description: describeTraining(logHistory) });
}

/** Up to so many points a curve has dots, and so one of a single point is seen. */
const FEW = 30;

/** A curve for each key that was logged; where there are several, with a legend of their names. */
function curvesOf(logHistory: readonly Entry[], names: Readonly<Record<string, string>>): Curve[] {
  const logged = Object.entries(names)
    .map(([key, name]) => ({
      name,
      entries: logHistory.filter((entry) => Number.isFinite(entry[key]) && Number.isFinite(entry.epoch)),
      key,
    }))
    .filter(({ entries }) => entries.length > 0);
  return logged.flatMap(({ name, entries, key }, i): Curve[] => {
    const points = { x: entries.map(({ epoch }) => epoch), y: entries.map((entry) => entry[key]) };
    const line: Curve = { ...points, color: CYCLE[i % CYCLE.length], ...(logged.length > 1 && { name }) };
    return entries.length > FEW ? [line] : [line, { ...points, color: line.color, mark: 'points' }];
  });
}

const titleOf = (key: string): string => key.slice('eval_'.length).replaceAll('_', ' ');

/** What evaluations measured, apart from their loss and speed. */
function measures(logHistory: readonly Entry[]): string[] {
  const keys = new Set(logHistory.flatMap((entry) => Object.keys(entry)));
  const ofSpeed = /^eval_(loss|runtime|.*_per_second)$/;
  return [...keys].filter((key) => key.startsWith('eval_') && !ofSpeed.test(key));
}

/** From where to where each of the numbers went, in words. */
export function describeTraining(logHistory: readonly Entry[]): string {
  const ways = ['loss', 'eval_loss', ...measures(logHistory)].flatMap((key) => {
    const values = logHistory.map((entry) => entry[key]).filter(Number.isFinite);
    const name = key === 'loss' ? 'training loss' : key === 'eval_loss' ? 'validation loss' : titleOf(key);
    return values.length > 0 ? [`${name} from ${short(values[0])} to ${short(values[values.length - 1])}`] : [];
  });
  return ['Curves of the training', ...(ways.length > 0 ? [ways.join(', ')] : [])].join(': ');
}
