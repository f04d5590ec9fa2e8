/** Rows of measurements, and the class of each. */
export interface Labelled {
  rows: readonly (readonly number[])[];
  labels: readonly number[];
}

/** A classifier: from a row to its class. */
export type Classify = (row: readonly number[]) => number;

/** Steps, of which half would do for hundreds of rows. */
const STEPS = 1000;

/**
 * Multinomial logistic regression on standardised measurements, with the penalty |w|² / (2C) on the weights and none on
 * the intercepts, as scikit-learn's; found by Nesterov's accelerated gradient (1983).
 */
export function fitLogisticRegression({ rows, labels }: Labelled, classes: number, c: number): Classify {
  const width = rows[0].length;
  const mean = average(rows);
  const deviation = average(rows.map((row) => row.map((x, i) => (x - mean[i]) ** 2))).map(Math.sqrt);
  // A column of ones is for the intercepts.
  const prepare = (row: readonly number[]) =>
    Float64Array.of(...row.map((x, i) => (x - mean[i]) / (deviation[i] || 1)), 1);
  const inputs = rows.map(prepare);
  const size = width + 1;
  const steepest = 0.5 * inputs.length * size + 1 / c; // no second derivative is above it
  let weights = new Float64Array(classes * size);
  let ahead = weights;
  for (let step = 0; step < STEPS; step++) {
    const gradient = gradientAt(ahead, inputs, labels, classes, c);
    const next = ahead.map((w, i) => w - gradient[i] / steepest);
    ahead = next.map((w, i) => w + (step / (step + 3)) * (w - weights[i]));
    weights = next;
  }
  return (row) => {
    const scores = scoresOf(weights, prepare(row), classes);
    return scores.indexOf(Math.max(...scores));
  };
}

/** Of the cross-entropy of all rows and the penalty. */
function gradientAt(
  weights: Float64Array,
  inputs: readonly Float64Array[],
  labels: readonly number[],
  classes: number,
  c: number,
): Float64Array {
  const size = weights.length / classes;
  const gradient = weights.map((w, i) => ((i + 1) % size === 0 ? 0 : w / c));
  for (const [row, input] of inputs.entries()) {
    const scores = scoresOf(weights, input, classes);
    const most = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - most));
    const sum = powers.reduce((a, b) => a + b);
    for (let k = 0; k < classes; k++) {
      const error = powers[k] / sum - Number(labels[row] === k);
      for (let i = 0; i < size; i++) gradient[k * size + i] += error * input[i];
    }
  }
  return gradient;
}

function scoresOf(weights: Float64Array, input: Float64Array, classes: number): number[] {
  return Array.from({ length: classes }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < input.length; i++) sum += weights[k * input.length + i] * input[i];
    return sum;
  });
}

function average(rows: readonly (readonly number[])[]): number[] {
  const sums = rows[0].map(() => 0);
  for (const row of rows) for (const [i, x] of row.entries()) sums[i] += x;
  return sums.map((sum) => sum / rows.length);
}
