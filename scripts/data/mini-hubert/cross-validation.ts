import { MersenneTwister } from 'onpa/dist/dsp/mersenne-twister.js';
import { fitLogisticRegression, type Labelled } from './logistic-regression.js';

const FOLDS = 5;
/** The inverse of how much large weights cost. */
const C = 0.1;

/** The share of rows that a logistic regression gets right which has learnt from the other folds. */
export function crossValidate({ rows, labels }: Labelled, seed: number): number {
  const classes = Math.max(...labels) + 1;
  const folds = foldsOf(labels, classes, seed);
  const right = Array.from({ length: FOLDS }, (_, fold) => {
    const learnt = folds.flatMap((own, i) => (own === fold ? [] : [i]));
    const part = { rows: learnt.map((i) => rows[i]), labels: learnt.map((i) => labels[i]) };
    const classify = fitLogisticRegression(part, classes, C);
    return labels.filter((label, i) => folds[i] === fold && classify(rows[i]) === label).length;
  });
  return right.reduce((a, b) => a + b) / labels.length;
}

/** The fold of each row; the rows of a class are spread evenly, in random order. */
function foldsOf(labels: readonly number[], classes: number, seed: number): number[] {
  const random = new MersenneTwister(seed);
  const folds = new Array<number>(labels.length).fill(0);
  for (let k = 0; k < classes; k++) {
    const own = labels.flatMap((label, i) => (label === k ? [{ i, key: random.next() }] : []));
    own.sort((a, b) => a.key - b.key);
    for (const [place, { i }] of own.entries()) folds[i] = place % FOLDS;
  }
  return folds;
}
