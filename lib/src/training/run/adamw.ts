import { applyAdam, nativeVariable, readNativeVariable, sumOfSquares } from '../../tensor/native-variable.js';
import { tf } from '../../tensor/tensorflow.js';
import type { Optimizer, ParameterState, StepOptions } from './optimizer.js';

/** What {@link AdamW} needs of the training arguments. */
export interface AdamWOptions {
  weightDecay: number;
  adamBeta1: number;
  adamBeta2: number;
  adamEpsilon: number;
}

/** The moments of a parameter's gradient, and how many steps are in them. */
interface Moments {
  /** Handles of native variables. */
  m: tf.Tensor;
  v: tf.Tensor;
  steps: number;
}

/** Names of the parameters that keep their size, as Transformers tells them. */
const WITHOUT_DECAY = /bias|layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)/;

/** Whether weight decay makes a parameter smaller: not a bias, and not a norm's scale. */
export function decays(name: string): boolean {
  return !WITHOUT_DECAY.test(name.toLowerCase());
}

/** The norm of all gradients, taken as one long vector. */
export function gradientNorm(gradients: tf.NamedTensorMap): number {
  const all = Object.values(gradients);
  if (all.length === 0) return 0;
  return Math.sqrt(tf.tidy(() => tf.addN(all.map(sumOfSquares)).dataSync()[0]));
}

/** AdamW: Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019), in PyTorch's arithmetic. */
export class AdamW implements Optimizer {
  readonly remembers: readonly string[] = ['exp_avg', 'exp_avg_sq'];
  readonly #parameters: ReadonlyMap<string, tf.Variable>;
  readonly #options: AdamWOptions;
  readonly #moments = new Map<string, Moments>();

  constructor(parameters: ReadonlyMap<string, tf.Variable>, options: AdamWOptions) {
    this.#parameters = parameters;
    this.#options = options;
  }

  step(gradients: tf.NamedTensorMap, { learningRate, scale }: StepOptions): void {
    const settings = new Map<number, tf.Tensor[]>();
    try {
      for (const [name, gradient] of Object.entries(gradients)) {
        const moments = this.#momentsOf(name, gradient.shape);
        moments.steps++;
        const given = settings.get(moments.steps) ?? this.#settings(moments.steps, learningRate);
        settings.set(moments.steps, given);
        this.#update(this.#parameters.get(name)!, moments, gradient, scale, given, this.#shrinkage(name, learningRate));
      }
    } finally {
      for (const scalars of settings.values()) tf.dispose(scalars);
    }
  }

  state(): Map<string, ParameterState> {
    const numbers = (handle: tf.Tensor) => tf.tidy(() => readNativeVariable(handle).dataSync() as Float32Array);
    return new Map(
      Array.from(this.#moments, ([name, { m, v, steps }]) => {
        const { shape } = this.#parameters.get(name)!;
        return [name, { shape, steps, values: { exp_avg: numbers(m), exp_avg_sq: numbers(v) } }];
      }),
    );
  }

  restore(name: string, { shape, steps, values }: ParameterState): void {
    const variable = (moment: Float32Array) => tf.tidy(() => tf.keep(nativeVariable(copied(moment, shape))));
    const { exp_avg: m, exp_avg_sq: v } = values;
    this.#moments.set(name, { m: variable(m), v: variable(v), steps });
  }

  dispose(): void {
    for (const { m, v } of this.#moments.values()) tf.dispose([m, v]);
    this.#moments.clear();
  }

  #momentsOf(name: string, shape: number[]): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      const zero = () => tf.tidy(() => tf.keep(nativeVariable(tf.fill(shape, 0))));
      moments = { m: zero(), v: zero(), steps: 0 };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  /** What weight decay multiplies a parameter with. */
  #shrinkage(name: string, learningRate: number): number {
    return decays(name) ? 1 - learningRate * this.#options.weightDecay : 1;
  }

  /** As {@link applyAdam} takes them. */
  #settings(steps: number, learningRate: number): tf.Tensor[] {
    const { adamBeta1, adamBeta2, adamEpsilon } = this.#options;
    const [power1, power2] = [adamBeta1 ** steps, adamBeta2 ** steps];
    // PyTorch adds epsilon after it has corrected the second moment, TensorFlow before.
    const epsilon = adamEpsilon * Math.sqrt(1 - power2);
    return [power1, power2, learningRate, adamBeta1, adamBeta2, epsilon].map((value) => tf.scalar(value));
  }

  #update(
    parameter: tf.Variable,
    { m, v }: Moments,
    gradient: tf.Tensor,
    scale: number,
    settings: readonly tf.Tensor[],
    shrinkage: number,
  ): void {
    tf.tidy(() => {
      const decayed = shrinkage === 1 ? undefined : tf.mul(parameter, shrinkage);
      const variable = nativeVariable(decayed ?? parameter);
      // Nobody else holds the decayed weights now, so that they change in place.
      decayed?.dispose();
      applyAdam(variable, m, v, settings, scale === 1 ? gradient : tf.mul(gradient, scale));
      parameter.assign(readNativeVariable(variable));
    });
  }
}

/** A tensor with numbers of its own: one made of an array may share the array's. */
export function copied(values: Float32Array, shape: readonly number[]): tf.Tensor {
  return tf.mul(tf.tensor(values, [...shape]), 1);
}
