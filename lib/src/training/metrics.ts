import { Matrix } from 'ml-matrix';
import { ParameterError } from '../errors.js';
import { requireNumbers, requireReal, told } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { softmax } from '../softmax.js';
import { requireInteger } from '../validation.js';
import { fixed } from './python-number.js';

/** What a model said about a data set. */
export interface Prediction {
  /** The logits: (examples, classes). */
  predictions: Float32Array[];
  /** What the examples are labelled. */
  labelIds: number[];
}

/** Numbers that tell how good predictions are, by their names: `{ accuracy: 0.8 }`. */
export type ComputeMetrics = (
  prediction: Prediction,
) => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>;

/** Precision, recall and F1 of a class or of an average over classes, as `sklearn.metrics` defines them. */
export interface ClassScores {
  /** Of what was taken for this class, the share that belongs to it; 0 if nothing was. */
  precision: number;
  /** Of what belongs to this class, the share that was found; 0 if nothing does. */
  recall: number;
  /** The harmonic mean of both. */
  f1Score: number;
  /** How many examples belong to it. */
  support: number;
}

/** What {@link classificationReport} finds. */
export interface ClassificationReport {
  /** By name, in the order of the classes. */
  classes: Readonly<Record<string, ClassScores>>;
  accuracy: number;
  /** Each class counts the same. */
  macroAvg: ClassScores;
  /** Each example counts the same. */
  weightedAvg: ClassScores;
  /** A table, as `sklearn.metrics.classification_report` writes it. */
  toString(): string;
}

/** A prediction that is wrong. */
export interface Mistake {
  /** Of the example. */
  index: number;
  /** Its class. */
  label: number;
  predicted: number;
  /** How sure the model was of it, in [0, 1]. */
  probability: number;
}

/**
 * The position of the largest value, the first of several; `np.argmax`.
 *
 * @param values - (n); 0 is the answer where there are none
 *
 * @example
 * argmax([0.1, 2.5, -1]); // 1
 */
export function argmax(values: ArrayLike<number>): number {
  requireNumbers('values', values);
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * The share of predictions that are right, in [0, 1]; `sklearn.metrics.accuracy_score`.
 *
 * @param labels - (n), the true classes
 * @param predictions - (n), the predicted ones
 * @throws ParameterError where the two differ in length, or are empty
 *
 * @example
 * const computeMetrics = ({ predictions, labelIds }) => ({ accuracy: accuracy(labelIds, predictions.map(argmax)) });
 * @see {@link confusionMatrix}, {@link classificationReport} for each class
 */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  requirePairs(labels, predictions);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}

/**
 * How often each class was taken for each other: rows are true classes, columns predictions;
 * `sklearn.metrics.confusion_matrix`.
 *
 * @param labels - (n), the true classes, from 0 to `numClasses` − 1
 * @param predictions - (n), the predicted ones
 * @returns counts (numClasses, numClasses), whose sum is n
 * @throws ParameterError for classes out of range, and where labels and predictions differ in length or are empty
 *
 * @example
 * confusionMatrix([0, 1, 1], [0, 1, 0], { numClasses: 2 }).to2DArray(); // [[1, 0], [1, 1]]
 * @see {@link confusionshow} for its picture, {@link classificationReport}
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  { numClasses }: { numClasses: number },
): Matrix {
  requireInteger('numClasses', numClasses);
  requirePairs(labels, predictions);
  const counts = Matrix.zeros(numClasses, numClasses);
  for (let i = 0; i < labels.length; i++) {
    for (const [name, values] of Object.entries({ labels, predictions })) {
      const value = values[i];
      if (!Number.isInteger(value) || value < 0 || value >= numClasses) {
        throw new ParameterError(`${name}[${i}] is ${value}; give a whole number from 0 to ${numClasses - 1}`);
      }
    }
    counts.set(labels[i], predictions[i], counts.get(labels[i], predictions[i]) + 1);
  }
  return counts;
}

/**
 * Precision, recall and F1 of each class, and their averages; `sklearn.metrics.classification_report`.
 *
 * @param confusion - (C, C), what {@link confusionMatrix} gave
 * @param names - of the classes, in their order
 * @throws ParameterError unless there is a name for each class, and a prediction
 *
 * @example
 * console.log(String(classificationReport(confusion, ['blues', 'disco'])));
 * @see {@link accuracy}, {@link confusionMatrix}
 */
export function classificationReport(confusion: Matrix, names: readonly string[]): ClassificationReport {
  requireReal('confusion', confusion);
  if (!Array.isArray(names) || names.some((name) => typeof name !== 'string')) {
    throw new ParameterError(`names is ${told(names)}; give the names of the classes`);
  }
  if (names.length !== confusion.rows || confusion.rows !== confusion.columns) {
    throw new ParameterError(
      `confusion is ${confusion.rows} × ${confusion.columns} and names has ${names.length} entries; ` +
        'give a square matrix and a name for each row',
    );
  }
  const supports = confusion.sum('row');
  const predicted = confusion.sum('column');
  const scores = names.map((_, i): ClassScores => {
    const right = confusion.get(i, i);
    const [precision, recall] = [right / (predicted[i] || 1), right / (supports[i] || 1)];
    return { precision, recall, f1Score: (2 * precision * recall) / (precision + recall || 1), support: supports[i] };
  });
  const total = confusion.sum();
  if (!(total > 0)) throw new ParameterError('confusion counts nothing; give one prediction at least');
  const average = (weight: (one: ClassScores) => number): ClassScores => {
    const mean = (key: keyof ClassScores) => scores.reduce((sum, one) => sum + weight(one) * one[key], 0);
    return { precision: mean('precision'), recall: mean('recall'), f1Score: mean('f1Score'), support: total };
  };
  const report = {
    classes: Object.fromEntries(names.map((name, i) => [name, scores[i]])),
    accuracy: confusion.trace() / total,
    macroAvg: average(() => 1 / names.length),
    weightedAvg: average(({ support }) => support / total),
  };
  return Object.assign(report, { toString: () => written(report) });
}

/**
 * The wrong predictions that the model was surest of, surest first.
 *
 * @param predictions - (n, C), a row of logits for each example
 * @param labels - (n), the true classes
 * @param options - `count`: how many of them at most
 * @throws ParameterError where the two differ in length or are empty, and unless `count` is a whole number above 0
 *
 * @example
 * const [worst] = mostConfidentMistakes(predictions, labelIds); // { index, label, predicted, probability }
 * @see {@link Trainer.predict} for both, {@link confusionMatrix}
 */
export function mostConfidentMistakes(
  predictions: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  options: OrNull<{ count?: number }> = {},
): Mistake[] {
  const { count = 5 } = given<{ count?: number }>(options);
  requireInteger('count', count);
  if (!Array.isArray(predictions)) throw new ParameterError(`predictions is ${told(predictions)}; give rows of logits`);
  for (const [i, logits] of predictions.entries()) requireNumbers(`predictions[${i}]`, logits);
  requireNumbers('labels', labels);
  requireSameCount(labels, predictions);
  return predictions
    .map((logits, index) => {
      const predicted = argmax(logits);
      return { index, label: labels[index], predicted, probability: softmax(Array.from(logits))[predicted] };
    })
    .filter(({ label, predicted }) => label !== predicted)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, count);
}

function requirePairs(labels: ArrayLike<number>, predictions: ArrayLike<number>): void {
  requireNumbers('labels', labels);
  requireNumbers('predictions', predictions);
  requireSameCount(labels, predictions);
}

function requireSameCount(labels: ArrayLike<number>, predictions: ArrayLike<unknown>): void {
  if (labels.length !== predictions.length || labels.length === 0) {
    throw new ParameterError(
      `labels has ${labels.length} entries and predictions has ${predictions.length}; give one of each per example`,
    );
  }
}

function written({ classes, accuracy, macroAvg, weightedAvg }: Omit<ClassificationReport, 'toString'>): string {
  const width = Math.max(...Object.keys(classes).map((name) => name.length), 'weighted avg'.length);
  const cell = (text: string) => text.padStart(10);
  const row = (name: string, cells: string[]) => `${name.padStart(width)} ${cells.map(cell).join('')}`;
  const scores = (name: string, { precision, recall, f1Score, support }: ClassScores) =>
    row(name, [...[precision, recall, f1Score].map((value) => fixed(value, 2)), String(support)]);
  return [
    row('', ['precision', 'recall', 'f1-score', 'support']),
    '',
    ...Object.entries(classes).map(([name, one]) => scores(name, one)),
    '',
    row('accuracy', ['', '', fixed(accuracy, 2), String(macroAvg.support)]),
    scores('macro avg', macroAvg),
    scores('weighted avg', weightedAvg),
  ].join('\n');
}
