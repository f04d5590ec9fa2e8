/** A float as Python prints it: `1.0`, `5e-05`, `0.001`. */
export function pythonFloat(x: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'nan' : x < 0 ? '-inf' : 'inf';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = x.toExponential().split('e');
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(x) ? `${x}.0` : String(x);
}

/** A float as Transformers' model cards print it: to four digits after the point where there are more. */
export function roundedFloat(x: number): string {
  const text = pythonFloat(x);
  if ((text.split('.')[1]?.length ?? 0) <= 4) return text;
  return fixed(x, 4);
}

/** A number with so many digits after the point, as Python rounds it: halves go to the even digit. */
export function fixed(x: number, digits: number): string {
  // In binary, only odd multiples of such a power of two lie in the middle.
  const parts = x * 2 ** (digits + 1);
  const isHalf = Number.isInteger(parts) && parts % 2 !== 0;
  return (isHalf ? (2 * Math.round((x * 10 ** digits) / 2)) / 10 ** digits : x).toFixed(digits);
}
