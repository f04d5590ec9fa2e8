import assert from 'node:assert/strict';
import { type LogEntry, ParameterError, renderPng, renderSvg, type Spec, trainingCurves } from 'onpa';
import { assertNear, axis, tickLabels, warnings } from './drawing.js';

/** Three epochs of ten steps: a logged loss every fifth, an evaluation after each epoch. */
const HISTORY: LogEntry[] = [1, 2, 3].flatMap((epoch): LogEntry[] => [
  { loss: 2 / epoch, grad_norm: 1, learning_rate: 1e-4 / epoch, epoch: epoch - 0.5, step: 10 * epoch - 5 },
  { loss: 1.8 / epoch, grad_norm: 1, learning_rate: 9e-5 / epoch, epoch, step: 10 * epoch },
  {
    eval_loss: 2.2 / epoch,
    eval_accuracy: 0.3 * epoch,
    eval_runtime: 1,
    eval_samples_per_second: 40,
    eval_steps_per_second: 5,
    epoch,
    step: 10 * epoch,
  },
]);

const charts = (spec: Spec): Spec[] => spec.hconcat as Spec[];
const titles = (spec: Spec): string[] => charts(spec).map((chart) => axis(chart, 'y').title);

describe('the curves of a training', () => {
  it('are losses, accuracy and learning rate over the epochs', async () => {
    const spec = trainingCurves(HISTORY, { title: 'Fine-tuning' });
    assert.deepEqual(warnings(spec), []);
    assert.deepEqual(titles(spec), ['loss', 'accuracy', 'learning rate']);
    for (const chart of charts(spec)) assertNear(axis(chart, 'x').domain, [-0.15, 3.15]);
    const svg = await renderSvg(spec);
    for (const text of ['Fine-tuning', 'training', 'validation', 'epoch']) assert.ok(svg.includes(`>${text}</text>`));
    assert.ok((await renderPng(spec)).length > 1000);
  });

  it('have the values that were logged', () => {
    const [loss] = charts(trainingCurves(HISTORY));
    const values = (loss.layer as { data: { values: { x: number[]; y: number[] }[] } }[]).map(
      ({ data }) => data.values[0],
    );
    assert.deepEqual(values[0].x, [0.5, 1, 1.5, 2, 2.5, 3]);
    assert.deepEqual(values.at(-1)!.y, [2.2, 1.1, 0.733333]);
  });

  it('are drawn of a log of 200,000 lines', () => {
    const long = Array.from({ length: 200_001 }, (_, i) => ({ epoch: i / 1000, step: i, loss: 1 }));
    assertNear(axis(charts(trainingCurves(long))[0], 'x').domain, [-10, 210]);
  });

  it('leave out what was not logged', () => {
    const losses = HISTORY.filter((entry) => 'loss' in entry).map(({ learning_rate: _, ...entry }) => entry);
    assert.deepEqual(titles(trainingCurves(losses as LogEntry[])), ['loss']);
  });

  it('show several metrics in one chart with a legend', async () => {
    const entries = HISTORY.map((entry) => ('eval_loss' in entry ? { ...entry, eval_macro_f1: 0.5 } : entry));
    const spec = trainingCurves(entries as LogEntry[]);
    assert.deepEqual(titles(spec), ['loss', 'validation', 'learning rate']);
    const svg = await renderSvg(spec);
    for (const name of ['accuracy', 'macro f1']) assert.ok(svg.includes(`>${name}</text>`), name);
  });

  it('show also the only evaluation of a training', async () => {
    const [, accuracy] = charts(trainingCurves(HISTORY.slice(0, 3)));
    const marks = (accuracy.layer as { layer: { mark: { type: string } }[] }[]).flatMap(({ layer }) =>
      layer.map(({ mark }) => mark.type),
    );
    assert.ok(marks.includes('point'));
    const [x] = await tickLabels({ ...accuracy, config: {} });
    assert.ok(x.length > 1);
  });

  it('need a loss', () => {
    assert.throws(
      () => trainingCurves([{ eval_accuracy: 1, epoch: 1, step: 1 }]),
      (error) => error instanceof ParameterError && /logHistory has no loss/.test(error.message),
    );
  });
});
