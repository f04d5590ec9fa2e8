import type { Spec } from '../spec.js';

/** How the points of a curve are drawn: joined, as steps that hold each value, as dots, or as dots on stems from 0. */
export type CurveMark = 'line' | 'step' | 'points' | 'stems';

/** Whether the points are joined. */
export const isJoined = ({ mark }: { mark: CurveMark }): boolean => mark === 'line' || mark === 'step';

interface DashedLine {
  name?: string;
  mark: CurveMark;
  dashed?: boolean;
  dash: readonly number[];
}

export const SOLID: readonly number[] = [1, 0];
export const DASHED: readonly number[] = [5, 3];
/** Lines that lie upon each other all show: through the gaps of those above. */
const DASHES: readonly (readonly number[])[] = [SOLID, [7, 3], [2, 2], [9, 3, 2, 3]];

/** Gives two to four lines with names dashes of their own, unless one of the curves says whether it is dashed. */
export function withDashes<T extends DashedLine>(lines: readonly T[]): T[] {
  const named = lines.filter((line) => line.name && isJoined(line));
  const isOpen = named.length > 1 && named.length <= DASHES.length && lines.every(({ dashed }) => dashed === undefined);
  return lines.map((line) => {
    const place = named.indexOf(line);
    return isOpen && place >= 0 ? { ...line, dash: DASHES[place] } : line;
  });
}

/** Vega-Lite marks of a curve; `base` where the mark reaches down to 0. */
export function curveMarks({ mark, lineWidth }: { mark: CurveMark; lineWidth: number }): (Spec & { base?: boolean })[] {
  const dots = { type: 'point', filled: true, size: 25, opacity: 1 };
  if (mark === 'points') return [dots];
  if (mark === 'stems') return [{ type: 'rule', strokeWidth: 1, base: true }, dots];
  const line = { type: 'line', strokeWidth: lineWidth, strokeJoin: 'round' };
  return [mark === 'step' ? { ...line, interpolate: 'step-after' } : line];
}
