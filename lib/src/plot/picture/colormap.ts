import { requireChoice } from '../../validation.js';
import { extent } from '../axes/axis.js';
import { autoTicks, tickFormat } from '../axes/ticks.js';
import { requireRange } from '../chart-arguments.js';
import { FONT_SIZE, type Spec } from '../spec.js';

/** Colours for numbers, from low to high. `magma` is librosa's default, `coolwarm` its choice around zero. */
export type Colormap = 'magma' | 'coolwarm' | 'gray';

/** matplotlib's magma: 256 colours of six hexadecimal digits. By N. Smith and S. van der Walt, public domain (CC0). */
const MAGMA =
  '00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e090720' +
  '0a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c1044' +
  '1d11471e114920114b21114e22115024125325125527125829115a2a115c2c115f2d11612f1163311165331067341069' +
  '36106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b' +
  '51127c52137c54137d56147d57157e59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c81' +
  '6a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e2482802582812581' +
  '8326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f' +
  '9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad347cae347bb0357bb2357bb3367ab5367a' +
  'b73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070' +
  'd0416fd2426fd3436ed5446dd6456cd8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064' +
  'e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf4695c' +
  'f56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761' +
  'fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd9b6bfe9d6cfe9f6dfea16efea36ffea571' +
  'fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287' +
  'fec488fec68afec88cfeca8dfecc8ffecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1' +
  'fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfdbf';

/** K. Moreland's diverging map, which matplotlib calls coolwarm: 33 colours, evenly spaced. */
const COOLWARM =
  '3b4cc0445acc4d68d75775e16282ea6c8ef1779af782a5fb8db0fe98b9ffa3c2ffaec9fdb8d0f9c2d5f4ccd9eed5dbe6' +
  'dddddde5d8d1ecd3c5f1ccb9f5c4adf7bba0f7b194f7a687f49a7bf18d6fec7f63e57058de604dd55042cb3e38c0282f' +
  'b40426';

const STOPS: Record<Colormap, string> = { magma: MAGMA, coolwarm: COOLWARM, gray: '000000ffffff' };

/** How numbers become colours. */
export interface ColorOptions {
  /** Value of the first and the last colour. Default the extremes, in `matrix` symmetric around 0 where both signs occur. */
  vMin?: number;
  vMax?: number;
  /** Default `'magma'`, in `matrix` `'coolwarm'` where both signs occur. */
  colormap?: Colormap;
  /** Draw the colour bar. Default true; false for all but one of several charts with the same `vMin` and `vMax`. */
  colorbar?: boolean;
  /** Title of the colour bar. Default `'dB'` in `specshow`, none in `matrix`. */
  unit?: string;
}

/** The numbers from the first to the last colour of a map. */
export interface ColorScale {
  colormap: Colormap;
  domain: [number, number];
}

/** The scale that the options ask for; one that `diverges` is symmetric around 0 where both signs occur. */
export function colorScale(values: ArrayLike<number>, options: ColorOptions, diverges: boolean): ColorScale {
  const [least, most] = extent(values);
  const signed = diverges && least < 0 && most > 0;
  const bound = Math.max(-least, most);
  const { colormap = signed ? 'coolwarm' : 'magma' } = options;
  const { vMin = signed ? -bound : least, vMax = signed ? bound : least === most ? least + 1 : most } = options;
  requireChoice('colormap', colormap, Object.keys(STOPS) as Colormap[]);
  requireRange('vMin', vMin, 'vMax', vMax);
  return { colormap, domain: [vMin, vMax] };
}

/** The 256 colours of a map as bytes: red, green, blue of the first, of the second, … */
export function palette(name: Colormap): Uint8Array {
  const stops = Buffer.from(STOPS[name], 'hex');
  const last = stops.length / 3 - 1;
  const bytes = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * last;
    const stop = Math.min(Math.floor(at), last - 1);
    for (let c = 0; c < 3; c++) {
      const [from, to] = [stops[stop * 3 + c], stops[stop * 3 + 3 + c]];
      bytes[i * 3 + c] = Math.round(from + (at - stop) * (to - from));
    }
  }
  return bytes;
}

/** The map's colour for `value`, as matplotlib's `Normalize(low, high)` and a 256-colour map choose it: 0 to 255. */
export function colorIndex(value: number, [low, high]: readonly [number, number]): number {
  return Math.min(255, Math.max(0, Math.floor(((value - low) / (high - low)) * 256)));
}

/** `count` colours from the map's first to its last, as CSS writes them. */
export function cssColors(name: Colormap, count: number): string[] {
  const bytes = Buffer.from(palette(name));
  return Array.from({ length: count }, (_, i) => {
    const at = Math.round((i / (count - 1)) * 255) * 3;
    return `#${bytes.toString('hex', at, at + 3)}`;
  });
}

/** So many colours between the ends make the bar's blend equal to the 256-colour map to the eye. */
const BAR_STOPS = 33;

/**
 * A layer that draws nothing but a colour bar: two invisible points carry the colour scale of the picture, which is an
 * image and so has none of its own.
 */
export function colorbar({ colormap, domain: [low, high] }: ColorScale, height: number, title: string | null): Spec {
  const domain = Array.from({ length: BAR_STOPS }, (_, i) => low + (i / (BAR_STOPS - 1)) * (high - low));
  const values = autoTicks(low, high, height, 2 * FONT_SIZE);
  return {
    data: { values: [low, high] },
    mark: { type: 'point', opacity: 0, tooltip: null },
    encoding: {
      color: {
        field: 'data',
        type: 'quantitative',
        title,
        scale: { domain, range: cssColors(colormap, BAR_STOPS) },
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
