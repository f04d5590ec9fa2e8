import { tf } from '../../tensor/tensorflow.js';
import type { OptimArgs } from '../arguments/optimizer-arguments.js';
import { copied, decays } from './adamw.js';
import type { Optimizer, ParameterState, StepOptions } from './optimizer.js';

/** What {@link SGD} needs of the training arguments. */
export type SGDOptions = Required<OptimArgs> & { weightDecay: number };

const BUFFER = 'momentum_buffer';

/** Stochastic gradient descent with momentum (Sutskever et al. 2013) and weight decay, in PyTorch's arithmetic. */
export class SGD implements Optimizer {
  readonly remembers: readonly string[];
  readonly #parameters: ReadonlyMap<string, tf.Variable>;
  readonly #options: SGDOptions;
  readonly #buffers = new Map<string, { buffer: tf.Tensor; steps: number }>();

  constructor(parameters: ReadonlyMap<string, tf.Variable>, options: SGDOptions) {
    this.#parameters = parameters;
    this.#options = options;
    this.remembers = options.momentum > 0 ? [BUFFER] : [];
  }

  step(gradients: tf.NamedTensorMap, { learningRate, scale }: StepOptions): void {
    for (const [name, gradient] of Object.entries(gradients)) {
      tf.tidy(() => {
        const parameter = this.#parameters.get(name)!;
        const scaled = scale === 1 ? gradient : tf.mul(gradient, scale);
        const { weightDecay } = this.#options;
        const slope = weightDecay > 0 && decays(name) ? tf.add(scaled, tf.mul(parameter, weightDecay)) : scaled;
        parameter.assign(tf.sub(parameter, tf.mul(this.#direction(name, slope), learningRate)));
      });
    }
  }

  state(): Map<string, ParameterState> {
    return new Map(
      Array.from(this.#buffers, ([name, { buffer, steps }]) => {
        return [name, { shape: buffer.shape, steps, values: { [BUFFER]: buffer.dataSync() as Float32Array } }];
      }),
    );
  }

  restore(name: string, { shape, steps, values }: ParameterState): void {
    this.#buffers.set(name, { buffer: tf.tidy(() => tf.keep(copied(values[BUFFER], shape))), steps });
  }

  dispose(): void {
    for (const { buffer } of this.#buffers.values()) buffer.dispose();
    this.#buffers.clear();
  }

  /** Where the momentum leads to. */
  #direction(name: string, slope: tf.Tensor): tf.Tensor {
    const { momentum, dampening, nesterov } = this.#options;
    if (momentum === 0) return slope;
    const before = this.#buffers.get(name);
    // The first gradient comes whole, whatever the dampening is.
    const sum = before ? tf.add(tf.mul(before.buffer, momentum), tf.mul(slope, 1 - dampening)) : tf.clone(slope);
    before?.buffer.dispose();
    const buffer = tf.keep(sum);
    this.#buffers.set(name, { buffer, steps: (before?.steps ?? 0) + 1 });
    return nesterov ? tf.add(slope, tf.mul(buffer, momentum)) : buffer;
  }
}
