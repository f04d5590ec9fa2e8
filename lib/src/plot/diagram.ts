import { ParameterError } from '../errors.js';
import { isObject } from '../json.js';
import { given, type OrNull } from '../options.js';
import { requireInteger } from '../validation.js';
import { requireItems } from './chart-arguments.js';
import { type Arrow, arrowLayers, scaledFont } from './picture/diagram-arrows.js';
import { DETAIL_SIZE, type GridBox, measure, type Place } from './picture/diagram-layout.js';
import { chart, FONT_SIZE, type Spec } from './spec.js';
import { listed } from './words.js';

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

const RECT: Spec = { type: 'rect', stroke: 'black', strokeWidth: 0.8, cornerRadius: 4, tooltip: null };

/**
 * A drawing of boxes on a grid and arrows between them: the parts of a model and the shapes of what flows through.
 *
 * Boxes stand one below the other unless they say where else; each column is as wide as its widest text.
 *
 * @throws ParameterError where there are no boxes, two have one name or place, or an arrow names none
 *
 * @example
 * await show(diagram([
 *   { label: 'Waveform', output: '16000' },
 *   { label: 'Feature encoder', detail: '7 convolutions', output: '49 × 512' },
 *   { label: 'Transformer', detail: '2 layers', output: '49 × 768' },
 * ]));
 */
export function diagram(boxes: readonly OrNull<DiagramBox>[], options: OrNull<DiagramOptions> = {}): Spec {
  const chosen = given<DiagramOptions>(options);
  const isBox = (item: unknown) => isObject(item) && typeof item.label === 'string';
  requireItems('boxes', boxes, 'boxes, { label }', isBox);
  const cells = onGrid(boxes.map((box) => given<DiagramBox>(box)));
  const { places, width, height } = measure(cells);
  const arrows = [...steps(cells), ...(chosen.arrows ?? []).map((arrow) => ({ ...arrow, dashed: true }))];
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
  const values = cells.map(({ id, label, detail = '', group = '' }) => {
    const { left, right, top, bottom, center } = places.get(id)!;
    const [at, below] = [detail ? top + 17 : (top + bottom) / 2, bottom - 12];
    return { left, right, top, bottom, center, label, detail, group, at, below };
  });
  const groups = [...new Set(cells.flatMap(({ group }) => group ?? []))];
  const fill = {
    field: 'group',
    type: 'nominal',
    scale: { domain: groups, range: groups.map((_, i) => FILLS[i % FILLS.length]) },
    legend: { title: null, orient: 'bottom', symbolType: 'square', symbolSize: 160, symbolStrokeColor: 'black' },
  };
  const text = (field: string, at: string, style: { fontSize: number; color?: string }): Spec => ({
    data: { values: values.filter((value) => value[field as 'label'] !== '') },
    mark: { type: 'text', tooltip: null, baseline: 'middle', ...style, fontSize: scaledFont(style.fontSize, width) },
    encoding: { x: { ...x, field: 'center' }, y: { ...y, field: at }, text: { field } },
  });
  const rects = (isGrouped: boolean): Spec => ({
    data: { values: values.filter(({ group }) => (group !== '') === isGrouped) },
    mark: { ...RECT, ...(isGrouped ? {} : { fill: 'white' }) },
    encoding: {
      x: { ...x, field: 'left' },
      x2: { field: 'right' },
      y: { ...y, field: 'top' },
      y2: { field: 'bottom' },
      ...(isGrouped ? { fill } : {}),
    },
  });
  const named = (id: string | null): string => cells.find((cell) => cell.id === id)?.label ?? '';
  const ways = arrows.filter(({ to }) => to !== null).map(({ from, to }) => `${named(from)} to ${named(to)}`);
  return chart({
    title: chosen.title,
    description:
      ways.length > 0 ? `Diagram, arrows ${ways.join(', ')}` : `Diagram, ${listed(cells.map(({ label }) => label))}`,
    width,
    height,
    view: { stroke: null },
    layer: [
      ...arrowLayers(ends, { x, y }, width),
      ...[true, false].filter((grouped) => values.some(({ group }) => (group !== '') === grouped)).map(rects),
      text('label', 'at', { fontSize: FONT_SIZE }),
      text('detail', 'below', { fontSize: DETAIL_SIZE, color: '#444' }),
    ],
  });
}

type Cell = DiagramBox & GridBox;

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
    cells.push({ ...box, id, column, row, from });
  }
  return cells;
}

/** The solid arrows: to each box from those it names, and out of each box that nothing follows but has an output. */
function steps(cells: readonly Cell[]): { from: string; to: string | null; label?: string; dashed: boolean }[] {
  const arrows = cells.flatMap(({ id, from }) => from.map((start) => ({ from: start, to: id as string | null })));
  for (const { id } of cells) if (!arrows.some(({ from }) => from === id)) arrows.push({ from: id, to: null });
  const seen = new Set<string>();
  return arrows.flatMap((arrow) => {
    const label = seen.has(arrow.from) ? undefined : cells.find(({ id }) => id === arrow.from)?.output;
    seen.add(arrow.from);
    return arrow.to === null && label === undefined ? [] : [{ ...arrow, label, dashed: false }];
  });
}
