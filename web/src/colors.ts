/** Colours as in onpa's charts. */

const magma = Uint8Array.from(MAGMA.match(/../g)!, (digits) => Number.parseInt(digits, 16));

/** Magma's colour for a share from 0 to 1, into the pixel that begins at `at`. */
export function paint(pixels: Uint8ClampedArray, at: number, share: number): void {
  const color = 3 * Math.min(255, Math.max(0, Math.floor(share * 256)));
  pixels[at] = magma[color];
  pixels[at + 1] = magma[color + 1];
  pixels[at + 2] = magma[color + 2];
  pixels[at + 3] = 255;
}

/** The same, as CSS writes it. */
export function magmaCss(share: number): string {
  const pixel = new Uint8ClampedArray(4);
  paint(pixel, 0, share);
  return `rgb(${pixel.slice(0, 3).join(' ')})`;
}

/** The colour of a label, by its number, and that of text on it. */
export const labelColor = (index: number): { color: string; text: string } => LABEL_COLORS[index % LABEL_COLORS.length];

/** The value of a custom property of the page's style. */
export const themeColor = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name);
