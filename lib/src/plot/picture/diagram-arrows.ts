import type { Spec } from '../spec.js';
import { DETAIL_SIZE, type Place } from './diagram-layout.js';

/** An arrow between boxes, or out of one into the open below it (to: null). */
export interface Arrow {
  from: Place;
  to: Place | null;
  label?: string;
  dashed: boolean;
}

type Point = readonly [x: number, y: number];

/** Between an arrow's head and its box. */
const CLEARANCE = 3;
const HEAD = 90;
/** How far an arrow goes down from a box before it turns, or ends in the open. */
const TAIL = 24;
/** Between a box and an arrow that passes by. */
const GAP = 22;

/**
 * The corners of an arrow's way: straight to a neighbour; to a box further away down, along below the row, and through
 * the gap between the columns.
 */
function way({ from, to }: Arrow): Point[] {
  const start: Point = [from.center, from.bottom];
  const below = from.bottom + TAIL;
  if (to === null) return [start, [from.center, below]];
  const across = Math.sign(to.column - from.column);
  const middle = (to.top + to.bottom) / 2;
  const side = across > 0 ? to.left - CLEARANCE : to.right + CLEARANCE;
  if (to.row === from.row)
    return [
      [across > 0 ? from.right : from.left, middle],
      [side, middle],
    ];
  if (across !== 0 && Math.abs(to.row - from.row) > 1) {
    const gap = side - across * (GAP - CLEARANCE);
    return [start, [from.center, below], [gap, below], [gap, middle], [side, middle]];
  }
  return to.row > from.row
    ? [start, [to.center, to.top - CLEARANCE]]
    : [
        [from.center, from.top],
        [to.center, to.bottom + CLEARANCE],
      ];
}

/** A font size that shrinks with a drawing that is narrower than `width`: text stays within its box. */
export function scaledFont(size: number, width: number): Spec {
  return { expr: `${size} * min(1, item.mark.group.width / ${width})` };
}

/** Lines, heads and labels of the arrows, as layers on the given axes of a drawing of this width. */
export function arrowLayers(arrows: readonly Arrow[], { x, y }: { x: Spec; y: Spec }, width: number): Spec[] {
  const ways = arrows.map(way);
  const lines = arrows.flatMap(({ dashed }, i) =>
    ways[i].map((point, k) => ({ arrow: i, k, x: point[0], y: point[1], dashed })),
  );
  const heads = ways.map((points) => {
    const [[x0, y0], [x1, y1]] = points.slice(-2);
    // The symbol points up, and its centre lies behind the tip.
    const length = Math.hypot(x1 - x0, y1 - y0);
    const back = 4;
    return {
      x: x1 - (back * (x1 - x0)) / length,
      y: y1 - (back * (y1 - y0)) / length,
      angle: (Math.atan2(x1 - x0, y0 - y1) * 180) / Math.PI,
    };
  });
  const labels = arrows.flatMap(({ label }, i) => {
    if (label === undefined) return [];
    const [[x0, y0], [x1, y1]] = ways[i];
    const isLevel = Math.abs(y1 - y0) < 1;
    return {
      label,
      x: isLevel ? (x0 + x1) / 2 : (x0 + x1) / 2 + 8,
      y: isLevel ? y0 - 8 : (y0 + y1) / 2,
      align: isLevel ? 'center' : 'left',
    };
  });
  const position = { x: { ...x, field: 'x' }, y: { ...y, field: 'y' } };
  return [
    ...[false, true].map((dashed) => ({
      data: { values: lines.filter((point) => point.dashed === dashed) },
      mark: { type: 'line', color: 'black', strokeWidth: 1, tooltip: null, ...(dashed ? { strokeDash: [4, 3] } : {}) },
      encoding: { ...position, detail: { field: 'arrow' }, order: { field: 'k' } },
    })),
    {
      data: { values: heads },
      mark: {
        type: 'point',
        shape: 'triangle-up',
        filled: true,
        color: 'black',
        opacity: 1,
        size: HEAD,
        tooltip: null,
      },
      encoding: { ...position, angle: { field: 'angle', type: 'quantitative', scale: null } },
    },
    ...(['left', 'center'] as const).map((align) => ({
      data: { values: labels.filter((label) => label.align === align) },
      mark: {
        type: 'text',
        align,
        baseline: 'middle',
        fontSize: scaledFont(DETAIL_SIZE, width),
        color: '#444',
        tooltip: null,
      },
      encoding: { ...position, text: { field: 'label' } },
    })),
  ];
}
