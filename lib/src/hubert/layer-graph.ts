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
const FED = 'feed_forward';

/** The matrix products of a transformer's layer, where no gradient is recorded and nothing is dropped. */
export class LayerGraph {
  readonly precision: Precision;
  readonly #config: ModelConfig;
  readonly #graph: WeightGraph;

  /** @param parameters - those of the layer */
  constructor(config: ModelConfig, precision: Precision, parameters: ParameterLookup) {
    this.precision = precision;
    this.#config = config;
    const modules = [...PROJECTIONS, JOINED, WIDENING, NARROWING];
    const weights = () => Object.fromEntries(modules.flatMap(weightsOf).map((name) => [name, parameters(name)]));
    // In float32, a second copy of all weights would make a model some 5 % faster.
    const keep = precision !== 'float32';
    this.#graph = new WeightGraph(precision, weights, (writer, weight) => {
      const rows = writer.cast(writer.input('rows')); // (N, in)
      const linear = (x: string, module: string, gelu = false) => {
        const [own, bias] = weightsOf(module);
        return writer.product(x, weight(own), weight(bias), { transposed: true, gelu, keep }); // (N, out)
      };
      for (const module of modules) writer.uncast(linear(rows, module), `${module}.output`);
      const wide = linear(rows, WIDENING, true); // (N, intermediate)
      writer.uncast(linear(wide, NARROWING), `${FED}.output`); // (N, C)
    });
  }

  /** Queries, keys and values: rows (N, C) → 3 × (N, C). */
  project(rows: tf.Tensor2D): tf.Tensor2D[] {
    return this.#run(rows, PROJECTIONS);
  }

  /** What is made of the heads: rows (N, C) → (N, C). */
  join(rows: tf.Tensor2D): tf.Tensor2D {
    return this.#run(rows, [JOINED])[0];
  }

  /** The feed-forward part: rows (N, C) → (N, C). */
  feedForward(rows: tf.Tensor2D): tf.Tensor2D {
    const { hiddenAct } = this.#config;
    if (activationAfterProduct(hiddenAct).isFused) return this.#run(rows, [FED], [WIDENING, NARROWING])[0];
    return tf.tidy(() => this.#run(activate(this.#run(rows, [WIDENING])[0], hiddenAct), [NARROWING])[0]);
  }

  dispose(): void {
    this.#graph.dispose();
  }

  /** @param modules - whose weights the outputs need */
  #run(rows: tf.Tensor2D, outputs: string[], modules: string[] = outputs): tf.Tensor2D[] {
    const names = outputs.map((name) => `${name}.output`);
    return this.#graph.run({ rows }, names, modules.flatMap(weightsOf)) as tf.Tensor2D[];
  }
}

const weightsOf = (module: string): string[] => [`${module}.weight`, `${module}.bias`];
