/**
 * Whole numbers as text: in a notebook, which has each number of a list on a line of its own, a fifth of their size.
 * What stands for the digits are the printable characters that JSON writes as they are.
 */
export const DIGITS: string = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
  .filter((character) => character !== '"' && character !== '\\')
  .join('');

/** So many digits there are. */
export const BASE: number = DIGITS.length;

/** `count` whole numbers from 0 to below {@link BASE} to the power of `places`, with so many digits each. */
export function encodeNumbers(count: number, places: number, number: (index: number) => number): string {
  const bytes = Buffer.alloc(count * places);
  for (let i = 0; i < count; i++) {
    let rest = number(i);
    for (let place = places - 1; place >= 0; place--) {
      bytes[i * places + place] = DIGITS.charCodeAt(rest % BASE);
      rest = Math.floor(rest / BASE);
    }
  }
  return bytes.toString('latin1');
}

/** The number at the index `at` of such a text, as a Vega expression; `digits` is one that gives {@link DIGITS}. */
export function decodeExpression(digits: string, text: string, at: string, places: number): string {
  const terms = Array.from({ length: places }, (_, place) => {
    const from = `${places} * ${at} + ${place}`;
    return `${BASE ** (places - 1 - place)} * indexof(${digits}, substring(${text}, ${from}, ${from} + 1))`;
  });
  return `(${terms.join(' + ')})`;
}
