import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { given, type OrNull } from '../options.js';
import { extent, plainAxis } from './axes/axis.js';
import { requireItems, requireSize, requireValues } from './chart-arguments.js';
import { type ChartOptions, CYCLE, chart, FONT_SIZE, rounded, type Spec, table } from './spec.js';
import { listed, short } from './words.js';

export interface ScoreshowOptions extends ChartOptions {
  /** Scores are probabilities, drawn from 0 to 100 % (the default); false: any numbers, such as logits. */
  percent?: boolean;
  /** Title of the axis. Default 'Score', of other numbers than probabilities 'Logit'. */
  xTitle?: string;
  /** Colour of the bars, as CSS writes it. Default matplotlib's blue. */
  color?: string;
}

const WIDTH = 480;

/** Height of a bar with its gap, in pixels. */
const STEP = 26;

/** What a number takes beside its bar, in pixels; where the axis ends before, it stands within the bar. */
const ROOM = 58;

/** Room for the numbers beside the longest bars, in parts of the axis. */
const MARGIN = 0.12;

/**
 * What a classifier said, as bars: the best label on top, and each score at the end of its bar.
 *
 * @param scores - what {@link pipeline} gave, in any order: probabilities in [0, 1], or any finite numbers with `percent: false`
 * @throws ParameterError where there are no scores, one is not finite, or not a probability where those are drawn
 * @see {@link confusionshow} for what a classifier says of a whole data set
 *
 * @example
 * const classify = await pipeline('audio-classification', { model: 'data/models/mini-genres' });
 * await show(scoreshow(await classify('song.flac')));
 */
export function scoreshow(
  scores: readonly { score: number; label: string }[],
  options: OrNull<ScoreshowOptions> = {},
): Spec {
  const chosen = given<ScoreshowOptions>(options);
  requireItems('scores', scores, '{ label, score }', (item) => isObject(item) && typeof item.label === 'string');
  const { percent = true, color = CYCLE[0], width = WIDTH, height = STEP * scores.length } = chosen;
  const numbers = scores.map(({ score }) => score);
  requireValues('scores', numbers);
  requireSize(chosen);
  const wrong = numbers.findIndex((score) => score < 0 || score > 1);
  if (percent && wrong >= 0) {
    const hint = 'give probabilities, or percent: false for logits';
    throw new ParameterError(`scores[${wrong}] ('${scores[wrong].label}') is ${numbers[wrong]}; ${hint}`);
  }
  const sorted = scores.toSorted((a, b) => b.score - a.score);
  const values = sorted.map(({ score }) => (percent ? rounded(100 * score) : rounded(score, 12)));
  const [unit, digits] = percent ? [" + ' %'", '.1f'] : ['', logitFormat(values)];
  const domain: [number, number] = percent ? [0, 100] : barDomain(values, digits === '.2f' ? MARGIN : 1.5 * MARGIN);
  const axis = plainAxis('x', domain, width, chosen.xTitle ?? (percent ? 'Score' : 'Logit'));
  const { data, transform } = table({ score: values });
  const labels = JSON.stringify(sorted.map(({ label }) => label));
  const isInside = percent ? `datum.score > ${rounded(100 * (1 - ROOM / width))}` : 'false';
  const isLeft = `datum.score < 0 || ${isInside}`;
  return chart({
    title: chosen.title,
    description: `Scores: ${listed(sorted.map(({ label }, i) => `${label} ${short(values[i])}${percent ? ' %' : ''}`))}`,
    width,
    height: Math.max(height, STEP),
    data,
    transform: [
      ...transform,
      { calculate: `${labels}[datum.row - 1]`, as: 'label' },
      { calculate: `format(datum.score, '${digits}')${unit}`, as: 'text' },
    ],
    encoding: {
      y: {
        field: 'row',
        type: 'ordinal',
        title: null,
        // Two labels of one name are two bars.
        axis: { labelExpr: `${labels}[datum.value - 1]`, labelLimit: 220, labelPadding: 5, ticks: false },
      },
      x: { ...axis, field: 'score', axis: { ...(axis.axis as Spec), ...(percent ? PERCENT : {}) } },
      tooltip: [
        { field: 'label', title: 'label' },
        { field: 'text', title: percent ? 'score' : 'logit' },
      ],
    },
    layer: [
      { mark: { type: 'bar', color, height: { band: 0.75 } } },
      {
        mark: {
          type: 'text',
          fontSize: FONT_SIZE,
          baseline: 'middle',
          align: { expr: `${isLeft} ? 'right' : 'left'` },
          dx: { expr: `${isLeft} ? -5 : 5` },
        },
        encoding: {
          text: { field: 'text' },
          color: { condition: { test: isInside, value: 'white' }, value: 'black' },
        },
      },
    ],
  });
}

const PERCENT: Spec = { labelExpr: "datum.label + ' %'" };

/** Two digits after the point, but for numbers of which they tell nothing. */
function logitFormat(values: readonly number[]): string {
  const most = Math.max(...extent(values).map(Math.abs));
  return most === 0 || (most >= 0.1 && most < 1e6) ? '.2f' : '.1e';
}

/** The range of the bars from 0, with room for their numbers. */
function barDomain(values: readonly number[], share: number): [number, number] {
  const [low, high] = extent([0, ...values]);
  const margin = share * (high - low || 1);
  return [low < 0 ? low - margin : 0, high > 0 || low === 0 ? high + margin : 0];
}
