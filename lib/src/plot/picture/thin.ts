import { extent } from '../axes/axis.js';

/** Pixels are split in two: a chart that is shown at twice its size keeps its shape. */
const COLUMNS_PER_PIXEL = 2;

/**
 * The points of a long curve that show: of each column of pixels the first, the lowest, the highest and the last.
 * The line through them covers the same pixels as the line through all. (Jugel et al., "M4", VLDB 2014.)
 *
 * @param x - positions along the axis, ascending; on a log axis their logarithms
 * @param pixels - width of the axis
 * @returns indices of the points to keep, ascending; of a short curve all but those inside a level stretch
 */
export function thin(x: ArrayLike<number>, y: ArrayLike<number>, pixels: number): number[] {
  const columns = pixels * COLUMNS_PER_PIXEL;
  const level = (i: number): boolean => y[i] === y[i - 1] && y[i] === y[i + 1];
  if (x.length <= 4 * pixels) return Array.from({ length: x.length }, (_, i) => i).filter((i) => !level(i));
  const [left, right] = extent(x);
  const kept: number[] = [];
  let start = 0;
  while (start < x.length) {
    const column = Math.floor(((x[start] - left) / (right - left)) * columns);
    let [end, lowest, highest] = [start, start, start];
    for (; end < x.length && Math.floor(((x[end] - left) / (right - left)) * columns) === column; end++) {
      if (y[end] < y[lowest]) lowest = end;
      if (y[end] > y[highest]) highest = end;
    }
    kept.push(...[...new Set([start, lowest, highest, end - 1])].sort((a, b) => a - b));
    start = end;
  }
  return kept;
}
