import type { FloatMatrix } from '../../dsp/float-matrix.js';
import type { FrequencyScale } from '../axes/frequency-axis.js';
import { rounded, type Spec, table } from '../spec.js';
import { evenCells, largestOf, pixelCells } from './raster.js';

/** Fields of the grid under the pointer: at most 40 × 40. */
const ACROSS = 40;
const UP = 40;

export interface TooltipOptions {
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
export function tooltips(values: FloatMatrix, y: FrequencyScale, { x, perColumn, xAxis, unit }: TooltipOptions): Spec {
  const across = Math.min(ACROSS, values.columns);
  const up = Math.min(UP, values.rows);
  const step = { x: (x[1] - x[0]) / across, y: (y.domain[1] - y.domain[0]) / up };
  const rows = pixelCells(y.edges, up, (field) => y.toHz(y.domain[0] + field * step.y), 0);
  const cells = { rows, columns: evenCells(values.columns, across, 0) };
  const loud: { hz: number[]; frame: number[]; level: number[] } = { hz: [], frame: [], level: [] };
  for (let row = 0; row < up; row++) {
    for (let column = 0; column < across; column++) {
      const loudest = largestOf(values, cells, row, column);
      loud.hz.push(Math.round(y.centers[Math.floor(loudest / values.columns)]));
      loud.frame.push(loudest % values.columns);
      loud.level.push(rounded(values.data[loudest], 3));
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
