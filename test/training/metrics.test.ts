import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  accuracy,
  argmax,
  type ClassScores,
  classificationReport,
  confusionMatrix,
  Matrix,
  type Mistake,
  mostConfidentMistakes,
  ParameterError,
  wilsonInterval,
} from 'onpa';
import { inRepository } from '../fixtures.js';

type Scores = Record<'precision' | 'recall' | 'f1-score' | 'support', number>;

interface Case {
  names: string[];
  labels: number[];
  predictions: number[];
  accuracy: number;
  confusion: number[][];
  report: Record<string, Scores>;
  text: string;
}

/** What scikit-learn gave, and SciPy. */
const reference: {
  cases: Record<string, Case>;
  mistakes: { logits: number[][]; labels: number[]; mistakes: Mistake[] };
  wilson: { count: number; trials: number; low: number; high: number }[];
} = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'metrics.json'), 'utf8'));

const near = (actual: number, expected: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${what} is ${actual}, not ${expected}`);

function assertScores(actual: ClassScores, expected: Scores, name: string): void {
  near(actual.precision, expected.precision, `precision of ${name}`);
  near(actual.recall, expected.recall, `recall of ${name}`);
  near(actual.f1Score, expected['f1-score'], `F1 of ${name}`);
  assert.equal(actual.support, expected.support);
}

const fails = (work: () => unknown, message: RegExp): void =>
  assert.throws(work, (error) => error instanceof ParameterError && message.test(error.message));

describe('metrics', () => {
  for (const [name, { names, labels, predictions, ...expected }] of Object.entries(reference.cases)) {
    it(`are those of scikit-learn: ${name}`, () => {
      const confusion = confusionMatrix(labels, predictions, { numClasses: names.length });
      assert.deepEqual(confusion.to2DArray(), expected.confusion);
      near(accuracy(labels, predictions), expected.accuracy, 'accuracy');
      const report = classificationReport(confusion, names);
      near(report.accuracy, expected.accuracy, "the report's accuracy");
      const { 'macro avg': macro, 'weighted avg': weighted, ...classes } = expected.report;
      assert.deepEqual(Object.keys(report.classes), Object.keys(classes));
      for (const [genre, scores] of Object.entries(classes)) assertScores(report.classes[genre], scores, genre);
      assertScores(report.macroAvg, macro, 'macro avg');
      assertScores(report.weightedAvg, weighted, 'weighted avg');
    });

    it(`are written as scikit-learn writes them: ${name}`, () => {
      const report = classificationReport(confusionMatrix(labels, predictions, { numClasses: names.length }), names);
      // Where nothing is right, scikit-learn counts in 1.0.
      assert.equal(`${report}\n`, expected.text.replace(/ {2}(\d+)\.0$/gm, '    $1'));
    });
  }

  it('count true classes in rows and predictions in columns', () => {
    const confusion = confusionMatrix([0, 0, 1], [1, 1, 1], { numClasses: 2 });
    assert.ok(confusion instanceof Matrix);
    assert.equal(confusion.get(0, 1), 2);
  });

  it('name what is wrong with labels and predictions', () => {
    fails(() => accuracy([], []), /labels has 0 entries and predictions has 0/);
    fails(() => accuracy([1, 2], [1]), /labels has 2 entries and predictions has 1/);
    fails(
      () => confusionMatrix([0, 2], [0, 1], { numClasses: 2 }),
      /labels\[1\] is 2; give a whole number from 0 to 1/,
    );
    fails(() => confusionMatrix([0, 1], [0, -1], { numClasses: 2 }), /predictions\[1\] is -1/);
    fails(() => confusionMatrix([0], [0.5], { numClasses: 2 }), /predictions\[0\] is 0\.5/);
    fails(() => confusionMatrix([0], [0], { numClasses: 0 }), /numClasses is 0/);
  });

  it('name what is wrong with a confusion matrix and its names', () => {
    fails(() => classificationReport(Matrix.eye(3), ['a', 'b']), /confusion is 3 × 3 and names has 2 entries/);
    fails(() => classificationReport(Matrix.ones(2, 3), ['a', 'b']), /confusion is 2 × 3/);
    fails(() => classificationReport(Matrix.zeros(2, 2), ['a', 'b']), /confusion counts nothing/);
  });
});

describe('the largest logit', () => {
  it('is the first of several, as in NumPy', () => {
    assert.equal(argmax([1, 3, 3, 2]), 1);
    assert.equal(argmax(Float32Array.of(-5, -3, -4)), 1);
  });

  it('is found for each row by map', () => {
    assert.deepEqual([Float32Array.of(0, 1), Float32Array.of(1, 0)].map(argmax), [1, 0]);
  });
});

describe('the most confident mistakes', () => {
  const { logits, labels, mistakes } = reference.mistakes;
  const rows = logits.map((row) => Float32Array.from(row));

  it('are the wrong predictions by their probability, also for logits that overflow', () => {
    const found = mostConfidentMistakes(rows, labels, { count: 40 });
    assert.deepEqual(
      found.map(({ probability: _, ...mistake }) => mistake),
      mistakes.map(({ probability: _, ...mistake }) => mistake),
    );
    for (const [i, { probability }] of found.entries()) near(probability, mistakes[i].probability, `mistake ${i}`);
  });

  it('are five unless more are asked for, and none where all is right', () => {
    assert.deepEqual(
      mostConfidentMistakes(rows, labels).map(({ index }) => index),
      mistakes.slice(0, 5).map(({ index }) => index),
    );
    assert.deepEqual(mostConfidentMistakes(rows, rows.map(argmax)), []);
  });

  it('name what is wrong with the arguments', () => {
    fails(() => mostConfidentMistakes(rows, labels.slice(1)), /labels has 39 entries and predictions has 40/);
    fails(() => mostConfidentMistakes(rows, labels, { count: 0 }), /count is 0/);
  });
});

describe("Wilson's interval", () => {
  it("is SciPy's, and ends at 0 and 1 where none or all succeed", () => {
    for (const { count, trials, low, high } of reference.wilson) {
      const [from, to] = wilsonInterval(count, trials);
      near(from, low, `lower end of ${count} of ${trials}`);
      near(to, high, `upper end of ${count} of ${trials}`);
    }
    assert.deepEqual([wilsonInterval(0, 7)[0], wilsonInterval(7, 7)[1]], [0, 1]);
  });

  it('names what is wrong with the counts', () => {
    fails(() => wilsonInterval(3, 2), /count is 3; give at most the number of trials, 2/);
    fails(() => wilsonInterval(0, 0), /trials is 0/);
    fails(() => wilsonInterval(-1, 5), /count is -1/);
    fails(() => wilsonInterval(0.5, 5), /count is 0\.5/);
  });
});
