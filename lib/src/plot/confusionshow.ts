import type { AbstractMatrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { requireMatrix, requireSize } from './chart-arguments.js';
import { type ChartOptions, chart, type Spec, table } from './spec.js';

/** Side of a cell in pixels. */
const CELL = 38;

/**
 * A confusion matrix, as scikit-learn's `ConfusionMatrixDisplay` draws it: rows are true classes, columns predictions,
 * and each cell has its count.
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
export function confusionshow(confusion: AbstractMatrix, names: readonly string[], options: ChartOptions = {}): Spec {
  const { data, rows, columns } = requireMatrix('confusion', confusion);
  if (rows !== columns || names.length !== rows) {
    throw new ParameterError(
      `confusion is ${rows} × ${columns} and names has ${names.length} entries; give a square matrix and a name for each row`,
    );
  }
  requireSize(options);
  const cells = Array.from(data.keys());
  const most = Math.max(1, ...data);
  const { data: values, transform } = table({
    label: cells.map((cell) => Math.floor(cell / columns)),
    predicted: cells.map((cell) => cell % columns),
    count: Array.from(data),
  });
  const name = (field: string) => ({ calculate: `${JSON.stringify(names)}[datum.${field}]`, as: `${field}Name` });
  const axis = { domain: false, ticks: false, labelLimit: 120 };
  const { title, width = CELL * rows, height = CELL * rows } = options;
  return chart({
    title,
    width,
    height,
    data: values,
    transform: [...transform, name('label'), name('predicted')],
    encoding: {
      x: {
        field: 'predictedName',
        type: 'nominal',
        sort: names,
        title: 'Predicted',
        axis: { ...axis, labelAngle: -45 },
      },
      y: { field: 'labelName', type: 'nominal', sort: names, title: 'True', axis },
      tooltip: [
        { field: 'labelName', title: 'true' },
        { field: 'predictedName', title: 'predicted' },
        { field: 'count', title: 'clips' },
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
          text: { field: 'count', type: 'quantitative' },
          color: { condition: { test: `datum.count > ${most / 2}`, value: 'white' }, value: 'black' },
          opacity: { condition: { test: 'datum.count === 0', value: 0.25 }, value: 1 },
        },
      },
    ],
  });
}
