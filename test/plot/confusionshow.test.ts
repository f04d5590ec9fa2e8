import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type ChartOptions, confusionMatrix, confusionshow, Matrix, ParameterError, renderPng, renderSvg } from 'onpa';
import { inRepository } from '../fixtures.js';
import { tickLabels, warnings } from './drawing.js';

const file = inRepository('test', 'fixtures', 'metrics.json');
const { names, labels, predictions, confusion } = JSON.parse(readFileSync(file, 'utf8')).cases['ten genres'];
const genres = confusionMatrix(labels, predictions, { numClasses: 10 });

/** The texts within the plot, in the order in which they are drawn. */
function cells(svg: string): string[] {
  const [, group] = /<g class="mark-text role-mark layer_1_marks".*?>(.*?)<\/g>/.exec(svg)!;
  return [...group.matchAll(/>([^<]*)<\/text>/g)].map(([, text]) => text);
}

const counts = async (svg: string): Promise<number[]> => cells(svg).map(Number);

describe('a confusion matrix as a chart', () => {
  it('has the count of each cell, row after row', async () => {
    const spec = confusionshow(genres, names);
    assert.deepEqual(warnings(spec), []);
    assert.deepEqual(await counts(await renderSvg(spec)), confusion.flat());
  });

  it('names true classes at the left and predictions below, in their order', async () => {
    const spec = confusionshow(genres, names, { title: 'Genres' });
    const [predicted, label] = await tickLabels(spec);
    assert.deepEqual(predicted, names);
    assert.deepEqual(label, names);
    const svg = await renderSvg(spec);
    for (const title of ['Genres', 'Predicted', 'True']) assert.ok(svg.includes(`>${title}</text>`), title);
  });

  it('is a picture of a moderate size at ten classes', async () => {
    const png = Buffer.from(await renderPng(confusionshow(genres, names)));
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    assert.ok(width > 400 && width < 600 && height > 400 && height < 600, `${width} × ${height}`);
  });

  it('writes light text on dark cells and dark text on light ones', async () => {
    const svg = await renderSvg(
      confusionshow(
        new Matrix([
          [9, 0],
          [1, 8],
        ]),
        ['a', 'b'],
      ),
    );
    const [, group] = /<g class="mark-text role-mark layer_1_marks".*?>(.*?)<\/g>/.exec(svg)!;
    const colors = [...group.matchAll(/fill="([^"]*)"[^>]*>(\d+)</g)].map(([, color, count]) => [Number(count), color]);
    assert.deepEqual(colors, [
      [9, 'white'],
      [0, 'black'],
      [1, 'black'],
      [8, 'white'],
    ]);
  });

  it('has shares to two digits, as scikit-learn writes them, where the matrix is normalised', async () => {
    const shares: [number[][], string[]][] = [
      [
        [
          [0.123456, 0.876544],
          [0.5, 0.5],
        ],
        ['0.12', '0.88', '0.5', '0.5'],
      ],
      [
        [
          [1, 0],
          [1 / 3, 2 / 3],
        ],
        ['1', '0', '0.33', '0.67'],
      ],
      [
        [
          [0.0012345, 0.9987655],
          [0, 1],
        ],
        ['0.0012', '1', '0', '1'],
      ],
      [
        [
          [99.61, 0.39],
          [12.345, 87.655],
        ],
        ['99.6', '0.39', '12.3', '87.7'],
      ],
    ];
    for (const [rows, expected] of shares) {
      const spec = confusionshow(new Matrix(rows), ['a', 'b']);
      assert.deepEqual(warnings(spec), []);
      assert.deepEqual(cells(await renderSvg(spec)), expected);
    }
  });

  it('has whole counts of any size', async () => {
    const spec = confusionshow(
      new Matrix([
        [1234567, 0],
        [100, 12],
      ]),
      ['a', 'b'],
    );
    assert.deepEqual(cells(await renderSvg(spec)), ['1234567', '0', '100', '12']);
    const many = Array.from({ length: 400 }, (_, i) => String(i));
    assert.equal(
      (confusionshow(Matrix.eye(400, 400), many).data as { values: { count: number[] }[] }).values[0].count.length,
      160_000,
    );
  });

  it('has a row and a column for each class, also for two of one name and for names like numbers', async () => {
    for (const classes of [
      ['a', 'a', 'b'],
      ['1', '01', '1'],
      ['', '', 'no'],
      ['null', 'true', 'null'],
    ]) {
      const spec = confusionshow(
        new Matrix([
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 9],
        ]),
        classes,
      );
      assert.deepEqual(warnings(spec), []);
      assert.deepEqual(await counts(await renderSvg(spec)), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
      const shown = classes.filter(Boolean);
      assert.deepEqual(
        (await tickLabels(spec)).map((axis) => axis.filter(Boolean)),
        [shown, shown],
      );
    }
  });

  it('draws a matrix of zeros', async () => {
    assert.deepEqual(await counts(await renderSvg(confusionshow(Matrix.zeros(2, 2), ['a', 'b']))), [0, 0, 0, 0]);
  });

  it('names what is wrong with its arguments', () => {
    const fails = (matrix: Matrix, classes: string[], message: RegExp, options: ChartOptions = {}): void =>
      assert.throws(
        () => confusionshow(matrix, classes, options),
        (error) => error instanceof ParameterError && message.test(error.message),
      );
    fails(genres, ['a'], /confusion is 10 × 10 and names has 1 entries/);
    fails(Matrix.ones(2, 3), ['a', 'b'], /confusion is 2 × 3/);
    fails(new Matrix([[Number.NaN]]), ['a'], /confusion has NaN at row 0, column 0/);
    fails(Matrix.ones(1, 1), ['a'], /width is 1/, { width: 1 });
  });
});
