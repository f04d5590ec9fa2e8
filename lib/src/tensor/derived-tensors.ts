import { isTaping } from './gradient-tape.js';
import { tf } from './tensorflow.js';

/** Tensors computed from parameters, kept until one of the parameters is assigned anew. */
export class DerivedTensors {
  readonly #parameters: () => tf.Tensor[];
  readonly #compute: () => tf.NamedTensorMap;
  #kept: { sources: object[]; tensors: tf.NamedTensorMap } | undefined;

  constructor(parameters: () => tf.Tensor[], compute: () => tf.NamedTensorMap) {
    this.#parameters = parameters;
    this.#compute = compute;
    // Now, so that no call of the model leaves more tensors than it found.
    this.get();
  }

  get(): tf.NamedTensorMap {
    // A gradient flows back to the parameters themselves.
    if (isTaping()) return tf.tidy(this.#compute);
    const sources = this.#parameters().map(({ dataId }) => dataId);
    if (this.#kept?.sources.every((source, i) => source === sources[i]) !== true) {
      this.dispose();
      const tensors = tf.tidy(this.#compute);
      for (const tensor of Object.values(tensors)) tf.keep(tensor);
      this.#kept = { sources, tensors };
    }
    return this.#kept!.tensors;
  }

  dispose(): void {
    tf.dispose(this.#kept?.tensors ?? []);
    this.#kept = undefined;
  }
}
