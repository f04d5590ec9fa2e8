import { autoTicks, tickFormat } from '../axes/ticks.js';
import { FONT_SIZE, type Spec } from '../spec.js';
import { type ColorScale, cssColors } from './colormap.js';

/** So many colours between the ends make the bar's blend equal to the 256-colour map to the eye. */
const STOPS = 33;

/**
 * A layer that draws nothing but a colour bar: two invisible points carry the colour scale of the picture, which is an
 * image and so has none of its own.
 */
export function colorbar({ colormap, domain: [low, high] }: ColorScale, height: number, title: string | null): Spec {
  const domain = Array.from({ length: STOPS }, (_, i) => low + (i / (STOPS - 1)) * (high - low));
  const values = autoTicks(low, high, height, 2 * FONT_SIZE);
  return {
    data: { values: [low, high] },
    mark: { type: 'point', opacity: 0, tooltip: null },
    encoding: {
      color: {
        field: 'data',
        type: 'quantitative',
        title,
        scale: { domain, range: cssColors(colormap, STOPS) },
        legend: {
          values,
          format: tickFormat(values),
          tickCount: 100,
          labelOverlap: false,
          titleOrient: 'right',
          gradientLength: height,
          gradientThickness: 18,
        },
      },
    },
  };
}
