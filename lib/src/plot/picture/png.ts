import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(body.length + 12);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, body.length + 8)), body.length + 8);
  return bytes;
}

/**
 * A PNG file of one byte per pixel: the number of its colour. (PNG Specification, third edition, W3C 2025.)
 *
 * PNG libraries write no palette, or deflate in JavaScript: five times slower than zlib, and no smaller.
 *
 * @param indices - `width` × `height` colour numbers, row after row from the top
 * @param palette - red, green, blue of each colour; at most 256 colours
 */
export function encodePng(indices: Uint8Array, width: number, height: number, palette: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, palette, deflate, no special filter, not interlaced
  const rows = Buffer.alloc(height * (width + 1)); // each row begins with its filter: 0, none
  for (let y = 0; y < height; y++) rows.set(indices.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  const body = [chunk('IHDR', header), chunk('PLTE', palette), chunk('IDAT', deflateSync(rows, { level: 9 }))];
  return Buffer.concat([SIGNATURE, ...body, chunk('IEND', new Uint8Array(0))]);
}

/** Of a PNG file's palette. */
const MOST_COLORS = 256;

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
  const indices = Uint8Array.from(pixels, (pixel) => index.get(pixel)!);
  return encodePng(indices, width, height, palette);
}

/** At most 256 of the colours, such that every other is near to one of them: the nearer, the fewer colours there are. */
function representatives(colors: readonly number[]): number[] {
  for (let radius = 0; ; radius += 2) {
    const kept: number[] = [];
    for (const color of colors) {
      if (nearest(kept, color).distance > radius * radius && kept.push(color) > MOST_COLORS) break;
    }
    if (kept.length <= MOST_COLORS) return kept;
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
