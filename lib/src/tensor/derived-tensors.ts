import { freeWhenForgotten } from './forgotten.js';
import { isTaping } from './gradient-tape.js';
import { tf } from './tensorflow.js';

/** Tensors computed from parameters, kept until one of the parameters is assigned anew. */
export class DerivedTensors {
  readonly #parameters: () => tf.Tensor[];
  readonly #compute: () => tf.NamedTensorMap;
  readonly #kept: { sources: object[]; tensors: tf.NamedTensorMap } = { sources: [], tensors: {} };

  constructor(parameters: () => tf.Tensor[], compute: () => tf.NamedTensorMap) {
    this.#parameters = parameters;
    this.#compute = compute;
    freeWhenForgotten(this, this.#kept);
    // Now, so that no call of the model leaves more tensors than it found.
    this.get();
  }

  get(): tf.NamedTensorMap {
    // A gradient flows back to the parameters themselves.
    if (isTaping()) return tf.tidy(this.#compute);
    const sources = this.#parameters().map(({ dataId }) => dataId);
    const isFresh =
      sources.length === this.#kept.sources.length && sources.every((source, i) => source === this.#kept.sources[i]);
    if (!isFresh) {
      this.dispose();
      const tensors = tf.tidy(this.#compute);
      for (const tensor of Object.values(tensors)) tf.keep(tensor);
      Object.assign(this.#kept, { sources, tensors });
    }
    return this.#kept.tensors;
  }

  dispose(): void {
    tf.dispose(this.#kept.tensors);
    Object.assign(this.#kept, { sources: [], tensors: {} });
  }
}
