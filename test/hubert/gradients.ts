import assert from 'node:assert/strict';
import { type HubertForSequenceClassification, tf } from 'onpa';
import type { Fixture } from '../fixtures.js';
import { inputOf, type Run } from './models.js';

/** What a fixture knows of the gradients of the loss. */
export interface Gradients {
  labels: number[];
  loss: number;
  /** At most so many entries of each gradient are there, evenly spread. */
  entriesEach: number;
  /** Parameters that have no gradient. */
  without: string[];
}

/** So much of a gradient's largest value may its entries be off, and so much of its norm the norm. */
const TOLERANCE = 1e-4;

/** The loss, and its gradient with respect to every parameter that has one, by the parameter's name. */
export function gradientsOf(
  model: HubertForSequenceClassification,
  run: Run,
  labels: number[],
): { loss: number; gradients: Map<string, Float32Array> } {
  const input = { ...inputOf(run), labels };
  const variables = [...model.parameters.values()];
  const { value, grads } = tf.variableGrads(() => model.forward(input).loss!, variables);
  const named = [...model.parameters].filter(([, { name }]) => grads[name]);
  const gradients = new Map(named.map(([key, { name }]) => [key, grads[name].dataSync() as Float32Array]));
  const [loss] = value.dataSync();
  tf.dispose([value, grads]);
  return { loss, gradients };
}

/**
 * Compares loss and gradients with those of a fixture.
 *
 * @param tensors - the shapes of the checkpoint's tensors, in whose order the fixture's gradients stand
 * @param smallest - a gradient counts as if its largest value were at least so much of the largest of all
 */
export function assertGradients(
  { loss, gradients }: ReturnType<typeof gradientsOf>,
  { tensor }: Pick<Fixture<unknown>, 'tensor'>,
  title: string,
  expected: Gradients,
  tensors: Record<string, number[]>,
  smallest = 0,
): void {
  // The rounding of float32 is relative.
  const rounding = Math.max(1e-5, 1e-6 * expected.loss);
  assert.ok(Math.abs(loss - expected.loss) <= rounding, `the loss is ${loss} instead of ${expected.loss}`);
  const [entries, peaks, norms] = ['entries', 'peaks', 'norms'].map((part) => tensor(`${title}/${part}`, 'F32').data);
  const largest = peaks.reduce((most, peak) => Math.max(most, peak), 0);
  const names = Object.keys(tensors).filter((name) => isLearnable(name) && !expected.without.includes(name));
  assert.equal(names.length, peaks.length);
  const needed = names.filter((_, i) => peaks[i] > 0);
  assert.deepEqual(
    needed.filter((name) => !gradients.has(name)),
    [],
    'without a gradient',
  );
  assert.deepEqual(
    [...gradients.keys()].filter((name) => !names.includes(name)),
    [],
    'with a gradient that Transformers does not have',
  );
  let position = 0;
  names.forEach((name, i) => {
    const size = tensors[name].reduce((product, length) => product * length, 1);
    const values = gradients.get(name) ?? new Float32Array(size);
    const taken = Math.min(expected.entriesEach, size);
    // Zero but for rounding: softmax takes away the bias of the keys, the group norm that of its convolution.
    const vanishes = peaks[i] === 0;
    const scale = vanishes ? 0.1 * largest : Math.max(peaks[i], smallest * largest);
    for (let j = 0; j < taken; j++) {
      const reference = vanishes ? 0 : entries[position + j];
      const off = Math.abs(values[Math.floor((j * size) / taken)] - reference) / scale;
      assert.ok(off <= TOLERANCE, `${name}: entry ${j} is off by ${off}`);
    }
    position += taken;
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const apart = Math.abs(norm - (vanishes ? 0 : norms[i])) / Math.max(norms[i], scale);
    assert.ok(apart <= TOLERANCE, `${name}: the norm is ${norm} instead of ${norms[i]}`);
  });
  assert.equal(position, entries.length);
}

/** Whether a tensor of a checkpoint is learned: a batch norm's statistics are not. */
const isLearnable = (name: string): boolean => !/\.(running_mean|running_var|num_batches_tracked)$/.test(name);
