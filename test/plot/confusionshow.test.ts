import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type ChartOptions, confusionMatrix, confusionshow, Matrix, ParameterError, renderPng, renderSvg } from 'onpa';
import { inRepository } from '../fixtures.js';
import { tickLabels, warnings } from './drawing.js';

const file = inRepository('test', 'fixtures', 'metrics.json');
const { names, labels, predictions, confusion } = JSON.parse(readFileSync(file, 'utf8')).cases['ten genres'];
const genres = confusionMatrix(labels, predictions, { numClasses: 10 });

/** The texts within the plot, in the order in which they are drawn. */
async function counts(svg: string): Promise<number[]> {
  const [, group] = /<g class="mark-text role-mark layer_1_marks".*?>(.*?)<\/g>/.exec(svg)!;
  return [...group.matchAll(/>(\d+)<\/text>/g)].map(([, text]) => Number(text));
}

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
