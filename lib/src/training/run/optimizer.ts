import type { tf } from '../../tensor/tensorflow.js';

/** What a step is taken with. */
export interface StepOptions {
  learningRate: number;
  /** What the gradients are multiplied with. */
  scale: number;
}

/** What an optimiser remembers of a parameter, as numbers. */
export interface ParameterState {
  shape: readonly number[];
  /** Steps in which the parameter had a gradient. */
  steps: number;
  /** By PyTorch's names. */
  values: Readonly<Record<string, Float32Array>>;
}

/** What moves the parameters. One without a gradient stays as it is, and so does what is remembered of it. */
export interface Optimizer {
  /** What is remembered of a parameter, by PyTorch's names. */
  readonly remembers: readonly string[];
  /** Moves each parameter that has a gradient. */
  step(gradients: tf.NamedTensorMap, options: StepOptions): void;
  /** What is remembered of every parameter that has had a gradient. */
  state(): Map<string, ParameterState>;
  /** Goes on from what {@link Optimizer.state} gave. */
  restore(name: string, state: ParameterState): void;
  dispose(): void;
}
