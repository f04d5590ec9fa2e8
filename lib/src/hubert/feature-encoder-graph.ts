import { activationAfterProduct } from '../tensor/activation.js';
import { canKeepWeights } from '../tensor/can-keep-weights.js';
import type { GraphWriter, Precision } from '../tensor/graph-writer.js';
import type { tf } from '../tensor/tensorflow.js';
import { WeightGraph } from '../tensor/weight-graph.js';
import type { ModelConfig } from './config.js';

/** Whether the convolutions can be a {@link FeatureEncoderGraph}: of group norm and GELU. */
export function hasFeatureEncoderGraph(config: ModelConfig, precision: Precision): boolean {
  return (
    config.featExtractNorm === 'group' &&
    activationAfterProduct(config.featExtractActivation).isFused === true &&
    config.convKernel.every((size, i) => size >= config.convStride[i]) &&
    canKeepWeights(precision)
  );
}

/**
 * The feature encoder's convolutions as a graph, in two parts: the first `piecewise` layers, and those after them. Its first
 * product, which is small, is float32 in either precision: it sees the samples themselves.
 */
export class FeatureEncoderGraph {
  readonly #config: ModelConfig;
  readonly #piecewise: number;
  readonly #graph: WeightGraph;

  /** @param tensors - kernels (size · in, out) and biases (out), under `i.kernel.0` and `i.bias` */
  constructor(config: ModelConfig, precision: Precision, piecewise: number, tensors: () => tf.NamedTensorMap) {
    this.#config = config;
    this.#piecewise = piecewise;
    const weights = () => {
      const found = tensors();
      const names = this.#weightsOf(1, config.convDim.length);
      return Object.fromEntries(names.map((name) => [name, found[name]]));
    };
    this.#graph = new WeightGraph(precision, weights, (writer, weight) => this.#describe(writer, weight));
  }

  /** Samples (N, 1), as many as the frames need, and the first kernel (size, out) and bias (out) → (T, C). */
  first(samples: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor): tf.Tensor2D {
    const names = this.#weightsOf(1, this.#piecewise);
    return this.#graph.run({ samples, kernel, bias }, ['coarse'], names)[0] as tf.Tensor2D;
  }

  /** What the first layers give, as many frames as are needed → features (T, C). */
  rest(frames: tf.Tensor2D): tf.Tensor2D {
    const names = this.#weightsOf(this.#piecewise, this.#config.convDim.length);
    return this.#graph.run({ frames }, ['features'], names)[0] as tf.Tensor2D;
  }

  dispose(): void {
    this.#graph.dispose();
  }

  #describe(writer: GraphWriter, weight: (name: string) => string): void {
    const { convDim, convKernel, convStride } = this.#config;
    const layers = (x: string, from: number, to: number) => {
      let frames = x;
      for (let i = from; i < to; i++) {
        const windows = writer.windows(frames, convDim[i - 1], convKernel[i], convStride[i], writer.precision); // (T, size · in)
        frames = writer.product(windows, weight(`${i}.kernel.0`), weight(`${i}.bias`), { activation: 'GeluExact' }); // (T, C)
      }
      return frames;
    };
    const windows = writer.windows(writer.input('samples'), 1, convKernel[0], convStride[0], 'float32'); // (T, size)
    const first = writer.productWithInputs(windows, writer.input('kernel'), writer.input('bias')); // (T, C)
    writer.uncast(layers(writer.cast(first), 1, this.#piecewise), 'coarse');
    writer.uncast(layers(writer.cast(writer.input('frames')), this.#piecewise, convDim.length), 'features');
  }

  #weightsOf(from: number, to: number): string[] {
    return Array.from({ length: Math.max(0, to - from) }, (_, i) => [
      `${from + i}.kernel.0`,
      `${from + i}.bias`,
    ]).flat();
  }
}
