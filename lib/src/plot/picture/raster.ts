import type { FloatMatrix } from '../../dsp/float-matrix.js';
import { type ColorScale, colorIndex, palette } from './colormap.js';
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

/** {@link pixelCells} of `count` cells of one size. */
export function evenCells(count: number, pixels: number, crowd?: number): PixelCells {
  const edges = Float64Array.from({ length: count + 1 }, (_, i) => i);
  return pixelCells(edges, pixels, (position) => (position / pixels) * count, crowd);
}

/** What the pixels of a picture show. */
export interface PictureCells {
  /** Cells of each row of pixels, from the bottom up. */
  rows: PixelCells;
  /** Cells of each column of pixels, from the left. */
  columns: PixelCells;
}

/** Where in `values.data` the largest of the cells of one pixel is. */
export function largestOf(values: FloatMatrix, { rows, columns }: PictureCells, row: number, column: number): number {
  let best = rows.start[row] * values.columns + columns.start[column];
  for (let i = rows.start[row]; i < rows.end[row]; i++) {
    for (let j = columns.start[column]; j < columns.end[column]; j++) {
      if (values.data[i * values.columns + j] > values.data[best]) best = i * values.columns + j;
    }
  }
  return best;
}

/** A matrix as a picture: the data URI of a PNG. */
export function raster(values: FloatMatrix, cells: PictureCells, { colormap, domain }: ColorScale): string {
  const width = cells.columns.start.length;
  const height = cells.rows.start.length;
  const indices = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = values.data[largestOf(values, cells, height - 1 - y, x)];
      indices[y * width + x] = colorIndex(value, domain);
    }
  }
  const png = encodePng(indices, width, height, palette(colormap));
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
