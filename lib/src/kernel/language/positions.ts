// Jupyter counts Unicode code points, JavaScript UTF-16 units: an emoji is one of the former and two of the latter.
// Upstream tslab takes one for the other.

/** Where in a string the code point of a number is. */
export function toUtf16(text: string, codePoints: number): number {
  let index = 0;
  for (let i = 0; i < codePoints && index < text.length; i++) index += text.codePointAt(index)! > 0xffff ? 2 : 1;
  return index;
}

/** How many code points there are before an index of a string. */
export function toCodePoints(text: string, index: number): number {
  return [...text.slice(0, index)].length;
}
