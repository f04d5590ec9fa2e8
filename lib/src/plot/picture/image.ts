import type { Spec } from '../spec.js';

/**
 * A layer of one picture that fills both axes.
 *
 * @param url - the picture, as `raster` makes it
 * @param axes - encodings of x and y; without a field it is that of its left, or of its lower end
 * @param params - selections that move the axes
 */
export function image(url: string, axes: { x: Spec; y: Spec }, params: readonly Spec[] = []): Spec {
  const [[left, right], [bottom, top]] = [axes.x, axes.y].map(({ scale }) => (scale as Spec).domain as number[]);
  const [x, y] = [axes.x.field ?? 'left', axes.y.field ?? 'bottom'] as string[];
  return {
    data: { values: [{ url, [x]: left, right, [y]: bottom, top }] },
    ...(params.length > 0 ? { params } : {}),
    mark: { type: 'image', aspect: false, smooth: false, clip: true, tooltip: null },
    encoding: {
      url: { field: 'url' },
      x: { ...axes.x, field: x },
      x2: { field: 'right' },
      y: { ...axes.y, field: y },
      y2: { field: 'top' },
    },
  };
}
