import { FONT_SIZE } from '../spec.js';
import { CHARACTER_WIDTH, EAST_ASIAN } from './render.js';

/** Of what stands below or beside a label, in pixels. */
export const DETAIL_SIZE = 11;
const PADDING = 12;
const ROW_GAP = 34;
const COLUMN_GAP = 44;

/** Where a box of a diagram lies: on the grid, and in pixels from the top left. */
export interface Place {
  column: number;
  row: number;
  left: number;
  right: number;
  center: number;
  top: number;
  bottom: number;
}

/** A box on the grid. */
export interface GridBox {
  id: string;
  label: string;
  detail?: string;
  output?: string;
  column: number;
  row: number;
  /** The boxes from which arrows lead here. */
  from: readonly string[];
}

function textWidth(text: string, size: number): number {
  return Array.from(text).reduce((sum, letter) => sum + size * (EAST_ASIAN.test(letter) ? 1 : CHARACTER_WIDTH), 0);
}

/** Where the boxes lie, in pixels. */
export function measure(boxes: readonly GridBox[]): { places: Map<string, Place>; width: number; height: number } {
  const columns = 1 + Math.max(...boxes.map(({ column }) => column));
  const rows = 1 + Math.max(...boxes.map(({ row }) => row));
  const boxHeight = boxes.some(({ detail }) => detail) ? 46 : 30;
  const widths = Array.from({ length: columns }, (_, c) => {
    const own = boxes.filter(({ column }) => column === c);
    const inside = own.map((box) =>
      Math.max(textWidth(box.label, FONT_SIZE), textWidth(box.detail ?? '', DETAIL_SIZE)),
    );
    const beside = own.map((box) => 2 * (textWidth(box.output ?? '', DETAIL_SIZE) + PADDING));
    return {
      box: Math.ceil(Math.max(0, ...inside) + 2 * PADDING),
      cell: Math.ceil(Math.max(0, ...inside.map((w) => w + 2 * PADDING), ...beside)),
    };
  });
  const lefts = widths.map((_, c) => widths.slice(0, c).reduce((sum, { cell }) => sum + cell + COLUMN_GAP, 0));
  const places = new Map(
    boxes.map(({ id, column, row }) => {
      const center = lefts[column] + widths[column].cell / 2;
      const half = widths[column].box / 2;
      const top = row * (boxHeight + ROW_GAP);
      return [id, { column, row, left: center - half, right: center + half, center, top, bottom: top + boxHeight }];
    }),
  );
  // Below the last row, arrows may turn or end.
  const isBusy = boxes.some(({ id, row, output }) => {
    const followers = boxes.filter(({ from }) => from.includes(id));
    return row === rows - 1 && (followers.length === 0 ? output : followers.some((next) => next.row < row - 1));
  });
  const last = columns - 1;
  return {
    places,
    width: lefts[last] + widths[last].cell,
    height: rows * (boxHeight + ROW_GAP) - (isBusy ? 0 : ROW_GAP),
  };
}
