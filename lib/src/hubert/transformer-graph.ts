import { activate, activationAfterProduct } from '../tensor/activation.js';
import type { ParameterLookup } from '../tensor/functional.js';
import type { Precision } from '../tensor/graph-writer.js';
import { tf } from '../tensor/tensorflow.js';
import { WeightGraph } from '../tensor/weight-graph.js';
import type { ModelConfig } from './config.js';

const PROJECTIONS = ['attention.q_proj', 'attention.k_proj', 'attention.v_proj'];
const JOINED = 'attention.out_proj';
const WIDENING = 'feed_forward.intermediate_dense';
const NARROWING = 'feed_forward.output_dense';
const LINEAR = [...PROJECTIONS, JOINED, WIDENING, NARROWING];

/** The matrix products of a layer with weights that stay, where no gradient is recorded. */
export interface LayerGraph {
  readonly precision: Precision;
  /** Queries, keys and values: rows (N, C) → 3 × (N, C). */
  project(rows: tf.Tensor2D): tf.Tensor2D[];
  /** What is made of the heads: rows (N, C) → (N, C). */
  join(rows: tf.Tensor2D): tf.Tensor2D;
  /** The feed-forward part: rows (N, C) → (N, C). */
  feedForward(rows: tf.Tensor2D): tf.Tensor2D;
}

/** The {@link LayerGraph} of each layer. */
export class TransformerGraph {
  readonly #config: ModelConfig;
  readonly #precision: Precision;
  readonly #graph: WeightGraph;

  /** @param parameters - those under `encoder` */
  constructor(config: ModelConfig, precision: Precision, parameters: ParameterLookup) {
    this.#config = config;
    this.#precision = precision;
    const modules = Array.from({ length: config.numHiddenLayers }, (_, i) => LINEAR.map((name) => nameOf(i, name)));
    const weights = () =>
      Object.fromEntries(modules.flat().flatMap((module) => weightsOf(module).map((name) => [name, parameters(name)])));
    this.#graph = new WeightGraph(precision, weights, (writer, weight) => {
      const rows = writer.cast(writer.input('rows')); // (N, in)
      const linear = (x: string, module: string, gelu = false) => {
        const [own, bias] = weightsOf(module);
        return writer.product(x, weight(own), weight(bias), { transposed: true, gelu, keep: precision !== 'float32' }); // (N, out)
      };
      for (const [i, names] of modules.entries()) {
        for (const module of names) writer.uncast(linear(rows, module), outputOf(module));
        const wide = linear(rows, nameOf(i, WIDENING), true); // (N, intermediate)
        writer.uncast(linear(wide, nameOf(i, NARROWING)), fedOf(i)); // (N, C)
      }
    });
  }

  layer(index: number): LayerGraph {
    const run = (rows: tf.Tensor2D, outputs: string[], names: string[]) => {
      const weights = names.flatMap((name) => weightsOf(nameOf(index, name)));
      return this.#graph.run({ rows }, outputs, weights) as tf.Tensor2D[];
    };
    const linear = (rows: tf.Tensor2D, names: string[]) =>
      run(
        rows,
        names.map((name) => outputOf(nameOf(index, name))),
        names,
      );
    const { hiddenAct } = this.#config;
    return {
      precision: this.#precision,
      project: (rows) => linear(rows, PROJECTIONS),
      join: (rows) => linear(rows, [JOINED])[0],
      feedForward: (rows) => {
        if (activationAfterProduct(hiddenAct).isFused) return run(rows, [fedOf(index)], [WIDENING, NARROWING])[0];
        return tf.tidy(() => linear(activate(linear(rows, [WIDENING])[0], hiddenAct), [NARROWING])[0]);
      },
    };
  }

  dispose(): void {
    this.#graph.dispose();
  }
}

const nameOf = (layer: number, name: string): string => `layers.${layer}.${name}`;
const weightsOf = (module: string): string[] => [`${module}.weight`, `${module}.bias`];
const outputOf = (module: string): string => `${module}.output`;
const fedOf = (layer: number): string => `layers.${layer}.feed_forward.output`;
