import type { FloatMatrix } from '../../dsp/matrix.js';
import { type Colormap, colorIndex, palette } from './colormap.js';
import { encodePng } from './png.js';

/** Above so many cells per pixel, a pixel shows the largest of its cells instead of the one at its centre. */
const CROWDED = 4;

/** Which rows or columns of the matrix a pixel shows: from `start`, up to but not including `end`. */
export interface PixelCells {
  start: Int32Array;
  end: Int32Array;
}

/**
 * The cells that each of `pixels` pixels shows.
 *
 * A pixel shows the cell at its centre, as matplotlib draws it. Where a pixel holds more than four cells on average, it
 * shows the largest of all its cells, so that no partial and no click is lost.
 *
 * @param edges - the cells' borders
 * @param at - the value on the axis at a position in pixels, from the axis' low end
 * @param crowd - above so many cells per pixel, the largest is shown
 */
export function pixelCells(
  edges: Float64Array,
  pixels: number,
  at: (position: number) => number,
  crowd: number = CROWDED,
): PixelCells {
  const last = edges.length - 2;
  const start = new Int32Array(pixels);
  const end = new Int32Array(pixels);
  const crowded = (last + 1) / pixels > crowd;
  let cell = 0;
  const advance = (value: number): number => {
    while (cell < last && edges[cell + 1] <= value) cell++;
    return cell;
  };
  for (let pixel = 0; pixel < pixels; pixel++) {
    start[pixel] = advance(at(crowded ? pixel : pixel + 0.5));
    end[pixel] = (crowded ? advance(at(pixel + 1)) : start[pixel]) + 1;
  }
  return { start, end };
}

/** The largest number of `matrix` among the rows [top, bottom) and the columns [left, right). */
function largest(matrix: FloatMatrix, top: number, bottom: number, left: number, right: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const value = matrix.data[row * matrix.columns + column];
      if (value > most) most = value;
    }
  }
  return most;
}

export interface RasterOptions {
  /** Cells of each row of pixels, from the bottom up. */
  rows: PixelCells;
  /** Cells of each column of pixels, from the left. */
  columns: PixelCells;
  colormap: Colormap;
  /** Value of the first and of the last colour. */
  range: [number, number];
}

/** A matrix as a picture: the data URI of a PNG. */
export function raster(matrix: FloatMatrix, { rows, columns, colormap, range }: RasterOptions): string {
  const width = columns.start.length;
  const height = rows.start.length;
  const indices = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = height - 1 - y;
    for (let x = 0; x < width; x++) {
      const value = largest(matrix, rows.start[row], rows.end[row], columns.start[x], columns.end[x]);
      indices[y * width + x] = colorIndex(value, range[0], range[1]);
    }
  }
  const png = encodePng(indices, width, height, palette(colormap));
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
