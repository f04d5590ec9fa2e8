/** Red, green and blue of a colour of six hexadecimal digits. */
const channels = (color: string): number[] => [...Buffer.from(color.slice(1), 'hex')];

/** A colour with so much of white in it. */
export function blended(color: string, white: number): string {
  const bytes = channels(color).map((channel) => Math.round(channel + white * (255 - channel)));
  return `#${Buffer.from(bytes).toString('hex')}`;
}

/** On these white letters are read, on the others black ones. */
export function isDark(color: string): boolean {
  return luminance(color) < 0.2;
}

/** Relative luminance, 0 to 1. (WCAG 2.2) */
function luminance(color: string): number {
  const [r, g, b] = channels(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
