import { ParameterError } from '../errors.js';
import { requireInteger } from '../validation.js';
import { type Arrow, arrowLayers, type Place } from './picture/diagram-arrows.js';
import { CHARACTER_WIDTH, EAST_ASIAN } from './picture/render.js';
import { chart, FONT_SIZE, type Spec } from './spec.js';

/** A step of a {@link diagram}. */
export interface DiagramBox {
  /** What it is. */
  label: string;
  /** What else there is to know, in smaller letters below. */
  detail?: string;
  /** What it gives, such as a shape: written beside the arrow that leaves it. */
  output?: string;
  /** Boxes of a group have one colour, which the legend names. */
  group?: string;
  /** What arrows call it; default its label. */
  id?: string;
  /** Where it stands, counted from 0 at the left; default the column of the box before. */
  column?: number;
  /** Where it stands, counted from 0 at the top; default one below the box before, or 0 in another column. */
  row?: number;
  /** The boxes from which arrows lead here; default the box before. */
  from?: readonly string[];
}

/** An arrow that is not a step of the data's way. */
export interface DiagramArrow {
  from: string;
  to: string;
  /** Written beside it. */
  label?: string;
}

export interface DiagramOptions {
  /** Heading over the drawing; none by default. */
  title?: string;
  /** Dashed arrows, beside the solid ones that each box's `from` makes. */
  arrows?: readonly DiagramArrow[];
}

/** Fill colours of the groups: light enough for black text. */
const FILLS = ['#c6dbef', '#fdd0a2', '#c7e9c0', '#dadaeb', '#fcc5c0', '#e5d8bd', '#f2f0a1', '#d9d9d9'];

const DETAIL_SIZE = 11;
const PADDING = 12;
const ROW_GAP = 34;
const COLUMN_GAP = 44;

/**
 * A drawing of boxes on a grid and arrows between them: the parts of a model and the shapes of what flows through.
 *
 * Boxes stand one below the other unless they say where else; each column is as wide as its widest text.
 *
 * @throws ParameterError where there are no boxes, two have one name or place, or an arrow names none
 * @example
 * await show(diagram([
 *   { label: 'Waveform', output: '16000' },
 *   { label: 'Feature encoder', detail: '7 convolutions', output: '49 × 512' },
 *   { label: 'Transformer', detail: '2 layers', output: '49 × 768' },
 * ]));
 */
export function diagram(boxes: readonly DiagramBox[], options: DiagramOptions = {}): Spec {
  const cells = onGrid(boxes);
  const { places, width, height } = measure(cells);
  const arrows = [...steps(cells), ...(options.arrows ?? []).map((arrow) => ({ ...arrow, dashed: true }))];
  const placed = (id: string): Place => {
    const place = places.get(id);
    if (place) return place;
    throw new ParameterError(`an arrow names '${id}'; the boxes are ${[...places.keys()].join(', ')}`);
  };
  const ends = arrows.map(
    ({ from, to, ...arrow }): Arrow => ({ ...arrow, from: placed(from), to: to === null ? null : placed(to) }),
  );
  const scale = (length: number): Spec => ({ domain: [0, length], nice: false, zero: false });
  const x = { type: 'quantitative', axis: null, scale: scale(width) };
  const y = { type: 'quantitative', axis: null, scale: { ...scale(height), reverse: true } };
  const rectangles = cells.map(({ id, box }) => {
    const { left, right, top, bottom, center } = places.get(id)!;
    const { label, detail = '', group = '' } = box;
    return {
      left,
      right,
      top,
      bottom,
      center,
      label,
      detail,
      group,
      at: detail ? top + 17 : (top + bottom) / 2,
      below: bottom - 12,
    };
  });
  const groups = [...new Set(cells.flatMap(({ box }) => box.group ?? []))];
  const fill = {
    field: 'group',
    type: 'nominal',
    scale: { domain: groups, range: groups.map((_, i) => FILLS[i % FILLS.length]) },
    legend: { title: null, orient: 'bottom', symbolType: 'square', symbolSize: 160, symbolStrokeColor: 'black' },
  };
  const text = (field: string, at: string, style: Spec): Spec => ({
    data: { values: rectangles.filter((rectangle) => rectangle[field as 'label'] !== '') },
    mark: { type: 'text', tooltip: null, baseline: 'middle', ...style },
    encoding: { x: { ...x, field: 'center' }, y: { ...y, field: at }, text: { field } },
  });
  const frames = (isGrouped: boolean): Spec => ({
    data: { values: rectangles.filter(({ group }) => (group !== '') === isGrouped) },
    mark: {
      type: 'rect',
      stroke: 'black',
      strokeWidth: 0.8,
      cornerRadius: 4,
      tooltip: null,
      ...(isGrouped ? {} : { fill: 'white' }),
    },
    encoding: {
      x: { ...x, field: 'left' },
      x2: { field: 'right' },
      y: { ...y, field: 'top' },
      y2: { field: 'bottom' },
      ...(isGrouped ? { fill } : {}),
    },
  });
  return chart({
    title: options.title,
    width,
    height,
    view: { stroke: null },
    layer: [
      ...arrowLayers(ends, { x, y }),
      ...[true, false].filter((grouped) => rectangles.some(({ group }) => (group !== '') === grouped)).map(frames),
      text('label', 'at', { fontSize: FONT_SIZE }),
      text('detail', 'below', { fontSize: DETAIL_SIZE, color: '#444' }),
    ],
  });
}

interface Cell {
  id: string;
  box: DiagramBox;
  column: number;
  row: number;
  from: readonly string[];
}

/** The boxes with what they leave out. */
function onGrid(boxes: readonly DiagramBox[]): Cell[] {
  if (boxes.length === 0) throw new ParameterError('boxes is empty; give at least one box');
  const cells: Cell[] = [];
  for (const [i, box] of boxes.entries()) {
    const before = cells.at(-1);
    const { id = box.label, column = before?.column ?? 0, from = before ? [before.id] : [] } = box;
    const { row = before && before.column === column ? before.row + 1 : 0 } = box;
    requireInteger(`boxes[${i}].column`, column, 0);
    requireInteger(`boxes[${i}].row`, row, 0);
    const twin = cells.find((cell) => cell.id === id);
    if (twin) throw new ParameterError(`two boxes are called '${id}'; give one of them another id`);
    const other = cells.find((cell) => cell.column === column && cell.row === row);
    if (other) throw new ParameterError(`'${other.id}' and '${id}' both stand in column ${column}, row ${row}`);
    cells.push({ id, box, column, row, from });
  }
  return cells;
}

/** The solid arrows: to each box from those it names, and out of each box that nothing follows but has an output. */
function steps(cells: readonly Cell[]): { from: string; to: string | null; label?: string; dashed: boolean }[] {
  const arrows = cells.flatMap(({ id, from }) => from.map((start) => ({ from: start, to: id as string | null })));
  for (const { id } of cells) if (!arrows.some(({ from }) => from === id)) arrows.push({ from: id, to: null });
  const seen = new Set<string>();
  return arrows.flatMap((arrow) => {
    const label = seen.has(arrow.from) ? undefined : cells.find(({ id }) => id === arrow.from)?.box.output;
    seen.add(arrow.from);
    return arrow.to === null && label === undefined ? [] : [{ ...arrow, label, dashed: false }];
  });
}

function textWidth(text: string, size: number): number {
  return Array.from(text).reduce((sum, letter) => sum + size * (EAST_ASIAN.test(letter) ? 1 : CHARACTER_WIDTH), 0);
}

/** Where the boxes lie, in pixels. */
function measure(cells: readonly Cell[]): { places: Map<string, Place>; width: number; height: number } {
  const columns = 1 + Math.max(...cells.map(({ column }) => column));
  const rows = 1 + Math.max(...cells.map(({ row }) => row));
  const boxHeight = cells.some(({ box }) => box.detail) ? 46 : 30;
  const widths = Array.from({ length: columns }, (_, c) => {
    const own = cells.filter(({ column }) => column === c).map(({ box }) => box);
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
    cells.map(({ id, column, row }) => {
      const center = lefts[column] + widths[column].cell / 2;
      const half = widths[column].box / 2;
      const top = row * (boxHeight + ROW_GAP);
      return [id, { column, row, left: center - half, right: center + half, center, top, bottom: top + boxHeight }];
    }),
  );
  // Below the last row, arrows may turn or end.
  const isBusy = cells.some(({ id, row, box }) => {
    const followers = cells.filter(({ from }) => from.includes(id));
    return row === rows - 1 && (followers.length === 0 ? box.output : followers.some((next) => next.row < row - 1));
  });
  const last = columns - 1;
  return {
    places,
    width: lefts[last] + widths[last].cell,
    height: rows * (boxHeight + ROW_GAP) - (isBusy ? 0 : ROW_GAP),
  };
}
