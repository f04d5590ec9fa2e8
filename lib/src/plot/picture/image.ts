import type { Spec } from '../spec.js';

/**
 * A layer of one picture that fills both axes.
 *
 * @param url - the picture, as `raster` makes it
 * @param axes - encodings of x and y without a field
 */
export function image(url: string, axes: { x: Spec; y: Spec }): Spec {
  const [[left, right], [bottom, top]] = [axes.x, axes.y].map(({ scale }) => (scale as Spec).domain as number[]);
  return {
    data: { values: [{ url, left, right, bottom, top }] },
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
