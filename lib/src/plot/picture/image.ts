import type { Spec } from '../spec.js';

/** A rectangle in the units of two axes: left, right, bottom, top. */
export interface Extent {
  x: [number, number];
  y: [number, number];
}

/**
 * A layer of one picture stretched over a rectangle.
 *
 * @param url - the picture, as `raster` makes it
 * @param axes - encodings of x and y without a field
 */
export function image(url: string, at: Extent, axes: { x: Spec; y: Spec }): Spec {
  return {
    data: { values: [{ url, left: at.x[0], right: at.x[1], bottom: at.y[0], top: at.y[1] }] },
    mark: { type: 'image', aspect: false, smooth: false, clip: true, tooltip: null },
    encoding: {
      url: { field: 'url' },
      x: { ...axes.x, field: 'left' },
      x2: { field: 'right' },
      y: { ...axes.y, field: 'bottom' },
      y2: { field: 'top' },
    },
  };
}
