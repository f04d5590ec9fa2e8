import type { FloatMatrix } from '../../dsp/float-matrix.js';
import { rounded, type Spec, table } from '../spec.js';
import { evenCells, largestOf, type PixelCells } from './raster.js';

/** Fields of the grid under the pointer: at most 32 × 32. */
export const MOST_FIELDS = 32;

export interface TooltipOptions {
  /** Ends of the axes, in their own units: left and right, bottom and top. */
  x: [number, number];
  y: [number, number];
  /** Rows of the matrix in each row of fields, from the bottom up; at most {@link MOST_FIELDS} of them. */
  rows: PixelCells;
  /** What is told of a row of the matrix. */
  line: { title: string; at(row: number): number };
  /** What is told of a column: the position of the first, and the step to the next. */
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
  const cells = { rows, columns: evenCells(values.columns, across, 0) };
  const largest: { line: number[]; column: number[]; value: number[] } = { line: [], column: [], value: [] };
  for (let i = 0; i < up; i++) {
    for (let j = 0; j < across; j++) {
      const at = largestOf(values, cells, i, j);
      largest.line.push(line.at(Math.floor(at / values.columns)));
      largest.column.push(at % values.columns);
      largest.value.push(rounded(values.data[at], 3));
    }
  }
  const fields = table(largest);
  return {
    data: fields.data,
    transform: [
      ...fields.transform,
      { calculate: `${x[0]} + ((datum.row - 1) % ${across}) * ${step.x}`, as: 'left' },
      { calculate: `datum.left + ${step.x}`, as: 'right' },
      { calculate: `${y[0]} + floor((datum.row - 1) / ${across}) * ${step.y}`, as: 'bottom' },
      { calculate: `datum.bottom + ${step.y}`, as: 'top' },
      { calculate: `${column.first} + datum.column * ${column.step}`, as: 'column' },
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
