/** ln √(2π) */
const LOG_ROOT_2_PI = 0.5 * Math.log(2 * Math.PI);

/** Of the continued fraction, which is exact to float64's digits from {@link FAR} on. */
const TERMS = 100;
const FAR = 2.5;

/** ln of the density of the standard normal distribution. */
export const logNormalDensity = (z: number): number => -0.5 * z * z - LOG_ROOT_2_PI;

/**
 * ln of the probability that a standard normal variable lies between `a` and `b`, `a < b`; right where that is far
 * smaller than the least float64, too.
 */
export function logNormalMass(a: number, b: number): number {
  if (a >= 0) {
    const tail = logUpperTail(a);
    return tail + Math.log1p(-Math.exp(logUpperTail(b) - tail));
  }
  if (b <= 0) return logNormalMass(-b, -a);
  return Math.log1p(-Math.exp(logUpperTail(-a)) - Math.exp(logUpperTail(b)));
}

/** ln P(Z > z), for z ≥ 0. */
function logUpperTail(z: number): number {
  if (z === Infinity) return -Infinity;
  if (z < FAR) return Math.log(0.5 - massFromZero(z));
  // Laplace's continued fraction of Mills' ratio: 1 / (z + 1 / (z + 2 / (z + 3 / …))).
  let denominator = z;
  for (let k = TERMS; k > 0; k--) denominator = z + k / denominator;
  return logNormalDensity(z) - Math.log(denominator);
}

/** P(0 < Z < z): the series φ(z) · (z + z³/3 + z⁵/(3·5) + …), whose terms are all positive. */
function massFromZero(z: number): number {
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * Number.EPSILON; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return sum * Math.exp(logNormalDensity(z));
}
