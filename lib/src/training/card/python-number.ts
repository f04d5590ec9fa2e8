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
  // Halves go to the even digit; in binary only multiples of 1/32 are halves of the fourth one.
  const thirtySeconds = x * 32;
  const half = Number.isInteger(thirtySeconds) && thirtySeconds % 2 !== 0;
  return (half ? (2 * Math.round((x * 1e4) / 2)) / 1e4 : x).toFixed(4);
}
