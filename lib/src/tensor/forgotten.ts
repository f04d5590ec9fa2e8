import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimMemorySoon } from '../trim-memory.js';
import type { tf } from './tensorflow.js';

/** How long after a call of {@link collectSoon} memory is looked through (ms): by then a notebook's cell has its new value. */
const SOON = 500;

let willCollect = false;

const registry = new FinalizationRegistry<{ tensors: tf.NamedTensorMap }>(({ tensors }) => {
  for (const tensor of Object.values(tensors)) {
    if (!tensor.isDisposed) tensor.dispose();
  }
  trimMemorySoon();
});

/**
 * Frees tensors once nothing can reach their owner any more, as Python does: a cell of a notebook that makes a model again
 * leaves the former to nobody.
 *
 * @param held - what its tensors are when that happens; must not reach the owner, or that lives for ever
 */
export function freeWhenForgotten(owner: object, held: { tensors: tf.NamedTensorMap }): void {
  registry.register(owner, held);
}

const graphs = new FinalizationRegistry<{ graph?: { dispose(): void } }>(({ graph }) => {
  graph?.dispose();
  trimMemorySoon();
});

/** Frees a graph likewise; `held` must not reach the owner. */
export function freeGraphWhenForgotten(owner: object, held: { graph?: { dispose(): void } }): void {
  graphs.register(owner, held);
}

/**
 * Has JavaScript look for what nobody can reach, in a moment: it does so by itself only when its own memory runs short, and
 * knows nothing of the hundreds of megabytes that tensors hold outside of it.
 */
export function collectSoon(): void {
  if (willCollect) return;
  willCollect = true;
  const collect = () => {
    willCollect = false;
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
  };
  setTimeout(collect, SOON).unref();
}
