import type { FloatMatrix } from '../../dsp/float-matrix.js';
import { extent } from '../axes/axis.js';
import type { Spec } from '../spec.js';
import { BASE, DIGITS, decodeExpression, encodeNumbers } from './digits.js';
import { evenCells, largestOf, type PixelCells } from './raster.js';

/** Fields of the grid under the pointer: at most 32 × 32. */
export const MOST_FIELDS = 32;

export interface TooltipOptions {
  /** Ends of the axes, in their own units: left and right, bottom and top. */
  x: [number, number];
  y: [number, number];
  /** Rows of the matrix in each row of fields, from the bottom up; at most {@link MOST_FIELDS} of them. */
  rows: PixelCells;
  /** What is told of a row of the matrix: `first` and so many steps as `count` says, at most 70 million; default its index. */
  line: { title: string; first: number; step: number; count?: (row: number) => number };
  /** What is told of a column. */
  column: { title: string; first: number; step: number; format: string };
  /** What the values are. */
  value: string;
}

/**
 * An invisible layer over a picture which tells place and value of the largest cell in the field under the pointer, so
 * that a partial can be read off without hitting its row.
 */
export function tooltips(values: FloatMatrix, { x, y, rows, line, column, value }: TooltipOptions): Spec {
  const across = Math.min(MOST_FIELDS, values.columns);
  const up = rows.start.length;
  const step = { x: (x[1] - x[0]) / across, y: (y[1] - y[0]) / up };
  const cells = { rows, columns: evenCells(values.columns, across, 1) };
  const places = Array.from({ length: up * across }, (_, field) =>
    largestOf(values, cells, Math.floor(field / across), field % across),
  );
  const [low, high] = extent(values.data);
  const unit = (high - low) / (BASE ** 2 - 1);
  const count = line.count ?? ((row: number) => row);
  const encoded = {
    digits: DIGITS,
    lines: encodeNumbers(places.length, 4, (i) => count(Math.floor(places[i] / values.columns))),
    columns: encodeNumbers(places.length, 4, (i) => places[i] % values.columns),
    values: encodeNumbers(places.length, 2, (i) => (unit > 0 ? Math.round((values.data[places[i]] - low) / unit) : 0)),
  };
  const decoded = (text: string, digits: number): string =>
    decodeExpression('datum.digits', `datum.${text}`, 'datum.field', digits);
  return {
    data: { values: [encoded] },
    transform: [
      { calculate: `sequence(${places.length})`, as: 'field' },
      { flatten: ['field'] },
      { calculate: `${x[0]} + (datum.field % ${across}) * ${step.x}`, as: 'left' },
      { calculate: `datum.left + ${step.x}`, as: 'right' },
      { calculate: `${y[0]} + floor(datum.field / ${across}) * ${step.y}`, as: 'bottom' },
      { calculate: `datum.bottom + ${step.y}`, as: 'top' },
      { calculate: `${column.first} + ${column.step} * ${decoded('columns', 4)}`, as: 'column' },
      { calculate: `${line.first} + ${line.step} * ${decoded('lines', 4)}`, as: 'line' },
      { calculate: `${low} + ${unit} * ${decoded('values', 2)}`, as: 'value' },
    ],
    mark: { type: 'rect', opacity: 0, clip: true },
    encoding: {
      x: { field: 'left', type: 'quantitative' },
      x2: { field: 'right' },
      y: { field: 'bottom', type: 'quantitative' },
      y2: { field: 'top' },
      tooltip: [
        { field: 'column', type: 'quantitative', title: column.title, format: column.format },
        { field: 'line', type: 'quantitative', title: line.title, format: '.6~g' },
        { field: 'value', type: 'quantitative', title: value, format: '.3~g' },
      ],
    },
  };
}
