import type { FloatMatrix } from '../../dsp/matrix.js';
import type { FrequencyScale } from '../axes/frequency-axis.js';
import { rounded, type Spec, table } from '../spec.js';
import { pixelCells } from './raster.js';

/** Fields of the grid under the pointer: at most 40 × 40. */
const ACROSS = 40;
const UP = 40;

export interface HoverOptions {
  /** Range of the time axis, in its own units. */
  x: [number, number];
  /** Units of the time axis per column. */
  perColumn: number;
  xAxis: 'time' | 'frames';
  unit: string;
}

/**
 * An invisible layer over a spectrogram which tells time, frequency and level of the loudest cell in the field under the
 * pointer, so that a partial can be read off without hitting its row.
 */
export function hover(matrix: FloatMatrix, y: FrequencyScale, { x, perColumn, xAxis, unit }: HoverOptions): Spec {
  const across = Math.min(ACROSS, matrix.columns);
  const up = Math.min(UP, matrix.rows);
  const step = { x: (x[1] - x[0]) / across, y: (y.domain[1] - y.domain[0]) / up };
  const rows = pixelCells(y.edges, up, (field) => y.toHz(y.domain[0] + field * step.y), 0);
  const columnEdges = Float64Array.from({ length: matrix.columns + 1 }, (_, i) => i);
  const columns = pixelCells(columnEdges, across, (field) => (field / across) * matrix.columns, 0);
  const loud: { hz: number[]; frame: number[]; level: number[] } = { hz: [], frame: [], level: [] };
  for (let row = 0; row < up; row++) {
    for (let column = 0; column < across; column++) {
      const cell = loudest(matrix, rows.start[row], rows.end[row], columns.start[column], columns.end[column]);
      loud.hz.push(Math.round(y.centers[cell.row]));
      loud.frame.push(cell.column);
      loud.level.push(rounded(cell.value, 3));
    }
  }
  const fields = table(loud);
  const column = `((datum.row - 1) % ${across})`;
  const row = `floor((datum.row - 1) / ${across})`;
  return {
    data: fields.data,
    transform: [
      ...fields.transform,
      { calculate: `${x[0]} + ${column} * ${step.x}`, as: 'left' },
      { calculate: `datum.left + ${step.x}`, as: 'right' },
      { calculate: `${y.domain[0]} + ${row} * ${step.y}`, as: 'bottom' },
      { calculate: `datum.bottom + ${step.y}`, as: 'top' },
      { calculate: `datum.frame * ${perColumn}`, as: 'time' },
    ],
    mark: { type: 'rect', opacity: 0, clip: true },
    encoding: {
      x: { field: 'left', type: 'quantitative' },
      x2: { field: 'right' },
      y: { field: 'bottom', type: 'quantitative' },
      y2: { field: 'top' },
      tooltip: [
        xAxis === 'time'
          ? { field: 'time', type: 'quantitative', title: 'Time (s)', format: '.2f' }
          : { field: 'time', type: 'quantitative', title: 'Frame', format: 'd' },
        { field: 'hz', type: 'quantitative', title: 'Hz', format: 'd' },
        { field: 'level', type: 'quantitative', title: unit, format: '.3~g' },
      ],
    },
  };
}

interface Cell {
  row: number;
  column: number;
  value: number;
}

/** The largest number among the rows [top, bottom) and the columns [left, right). */
function loudest(matrix: FloatMatrix, top: number, bottom: number, left: number, right: number): Cell {
  const best: Cell = { row: top, column: left, value: Number.NEGATIVE_INFINITY };
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const value = matrix.data[row * matrix.columns + column];
      if (value > best.value) Object.assign(best, { row, column, value });
    }
  }
  return best;
}
