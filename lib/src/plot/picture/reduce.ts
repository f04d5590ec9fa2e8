import { encodePng } from './png.js';

const MOST = 256;

/**
 * A PNG file of an opaque RGBA picture in at most 256 colours: a third of the size of 32 bits per pixel.
 *
 * Charts have few colours, so this loses no more than some shades at the edges of letters.
 *
 * @param rgba - red, green, blue and (ignored) opacity of each pixel
 */
export function encodeReduced(rgba: Uint8Array, width: number, height: number): Uint8Array {
  const pixels = new Uint32Array(width * height);
  const counts = new Map<number, number>();
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = (rgba[4 * i] << 16) | (rgba[4 * i + 1] << 8) | rgba[4 * i + 2];
    counts.set(pixels[i], (counts.get(pixels[i]) ?? 0) + 1);
  }
  const colors = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)!);
  const kept = representatives(colors);
  const index = new Map(colors.map((color) => [color, nearest(kept, color).index]));
  const palette = Uint8Array.from(kept.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]));
  return encodePng(
    Uint8Array.from(pixels, (pixel) => index.get(pixel)!),
    width,
    height,
    palette,
  );
}

/** At most 256 of the colours, such that every other is near to one of them: the nearer, the fewer colours there are. */
function representatives(colors: readonly number[]): number[] {
  for (let radius = 0; ; radius += 2) {
    const kept: number[] = [];
    for (const color of colors) {
      if (nearest(kept, color).distance > radius * radius && kept.push(color) > MOST) break;
    }
    if (kept.length <= MOST) return kept;
  }
}

function nearest(colors: readonly number[], color: number): { index: number; distance: number } {
  const best = { index: -1, distance: Number.POSITIVE_INFINITY };
  const [r, g, b] = [color >> 16, (color >> 8) & 255, color & 255];
  for (let index = 0; index < colors.length; index++) {
    const other = colors[index];
    const distance = ((other >> 16) - r) ** 2 + (((other >> 8) & 255) - g) ** 2 + ((other & 255) - b) ** 2;
    if (distance < best.distance) Object.assign(best, { index, distance });
  }
  return best;
}
