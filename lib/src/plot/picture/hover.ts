import type { Spec } from '../spec.js';

/** In square pixels: a point is told from a few pixels away. */
const REACH = 200;

/** An invisible layer of points over a curve, which tell their numbers under the pointer. */
export function hover(fields: readonly { field: string; title: string }[]): Spec {
  const tooltip = fields.map(({ field, title }) => ({ field, title, type: 'quantitative', format: '.5~g' }));
  return { mark: { type: 'point', filled: true, opacity: 0, size: REACH, clip: true }, encoding: { tooltip } };
}
