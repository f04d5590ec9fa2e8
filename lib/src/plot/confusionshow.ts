import type { AbstractMatrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { given, type OrNull } from '../options.js';
import { extent } from './axes/axis.js';
import { requireItems, requireMatrix, requireSize } from './chart-arguments.js';
import { type ChartOptions, chart, rounded, type Spec, table } from './spec.js';
import { counted, listed, short } from './words.js';

/** Side of a cell in pixels. */
const CELL = 38;

/**
 * A confusion matrix, as scikit-learn's `ConfusionMatrixDisplay` draws it: rows are true classes, columns predictions,
 * and each cell has its count, or of a matrix that is normalised its share to two digits.
 *
 * @param confusion - (classes, classes): how many clips of each class (row) were taken for which (column)
 * @param names - of the classes, in the order of the rows
 * @param options - width and height are by default 38 pixels a class
 * @throws ParameterError unless the matrix is square and finite, and has a name for each row
 * @see {@link confusionMatrix} and {@link classificationReport}; {@link scoreshow} for a single clip
 *
 * @example
 * await show(confusionshow(confusionMatrix(labels, predictions, { numClasses: 10 }), dataset.features.genre.names));
 */
export function confusionshow(
  confusion: AbstractMatrix,
  names: readonly string[],
  options: OrNull<ChartOptions> = {},
): Spec {
  const chosen = given<ChartOptions>(options);
  const { data, rows, columns } = requireMatrix('confusion', confusion);
  requireItems('names', names, 'names');
  if (rows !== columns || names.length !== rows) {
    throw new ParameterError(
      `confusion is ${rows} × ${columns} and names has ${names.length} entries; give a square matrix and a name for each row`,
    );
  }
  requireSize(chosen);
  const cells = Array.from(data.keys());
  const [, largest] = extent(data);
  const most = largest > 0 ? largest : 1;
  const isCount = data.every(Number.isInteger);
  const format = isCount ? "'d'" : "abs(datum.count) < 10 ? '.2~g' : abs(datum.count) < 100 ? '.3~g' : '.0f'";
  const { data: values, transform } = table({
    label: cells.map((cell) => Math.floor(cell / columns)),
    predicted: cells.map((cell) => cell % columns),
    count: Array.from(data, (count) => (isCount ? count : rounded(count))),
  });
  const name = (field: string) => ({ calculate: `${JSON.stringify(names)}[datum.${field}]`, as: `${field}Name` });
  // Classes are known by their places: two of one name are two rows.
  const labelExpr = `${JSON.stringify(names)}[datum.value]`;
  const axis = { domain: false, ticks: false, labelLimit: 120, labelExpr };
  const scale = { domain: names.map((_, place) => place) };
  const text = { calculate: `format(datum.count, ${format})`, as: 'text' };
  const { title, width = CELL * rows, height = CELL * rows } = chosen;
  return chart({
    title,
    description: described(data, names, isCount),
    width,
    height,
    data: values,
    transform: [...transform, name('label'), name('predicted'), text],
    encoding: {
      x: {
        field: 'predicted',
        type: 'ordinal',
        scale,
        title: 'Predicted',
        axis: { ...axis, labelAngle: -45 },
      },
      y: { field: 'label', type: 'ordinal', scale, title: 'True', axis },
      tooltip: [
        { field: 'labelName', title: 'true' },
        { field: 'predictedName', title: 'predicted' },
        { field: 'count', title: isCount ? 'clips' : 'share' },
      ],
    },
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          color: {
            field: 'count',
            type: 'quantitative',
            legend: null,
            scale: { range: ['#f7fbff', '#08519c'], domain: [0, most] },
          },
        },
      },
      {
        mark: { type: 'text', fontSize: 12 },
        encoding: {
          text: { field: 'text' },
          color: { condition: { test: `datum.count > ${most / 2}`, value: 'white' }, value: 'black' },
          opacity: { condition: { test: 'datum.count === 0', value: 0.25 }, value: 1 },
        },
      },
    ],
  });
}

/** How much lies on the diagonal, and the cells beside it that hold the most. */
function described(data: Float32Array, names: readonly string[], isCount: boolean): string {
  const size = names.length;
  const sum = data.reduce((total, count) => total + count, 0);
  const right = names.reduce((total, _, i) => total + data[i * size + i], 0);
  const score = isCount ? `, ${right} of ${sum} right` : sum > 0 ? `, ${short((100 * right) / sum)} % right` : '';
  const wrong = Array.from(data.keys()).filter((cell) => cell % size !== Math.floor(cell / size) && data[cell] > 0);
  const worst = wrong.sort((a, b) => data[b] - data[a]).slice(0, 3);
  const mistakes = worst.map(
    (cell) => `${names[Math.floor(cell / size)]} taken for ${names[cell % size]} (${short(data[cell])})`,
  );
  return `Confusion matrix, ${counted(size, 'class', 'classes')}${score}${mistakes.length > 0 ? `; most often ${listed(mistakes)}` : ''}`;
}
