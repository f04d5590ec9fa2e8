import { freeGraphWhenForgotten } from './forgotten.js';
import { attribute, type Graph, loadGraph } from './graph.js';
import { GraphWriter, type Precision } from './graph-writer.js';
import type { tf } from './tensorflow.js';

/** What runs before all else where weights lie in the graph. */
const READY = 'ready';

/** The node of a weight, by default in the products' precision. */
export type DescribedWeight = (name: string, precision?: Precision) => string;

/** Writes a graph around weights. */
type Description = (writer: GraphWriter, weight: DescribedWeight) => void;

/** What has been loaded, and of which weights. */
interface Loaded {
  sources: object[];
  graph?: Graph;
}

/**
 * A graph around the weights of a model. It is loaded at the first run, and again once one of the weights has been
 * assigned anew: what it keeps of them was made of the old ones.
 */
export class WeightGraph {
  readonly #precision: Precision;
  readonly #weights: () => tf.NamedTensorMap;
  readonly #describe: Description;
  readonly #loaded: Loaded = { sources: [] };

  /**
   * @param weights - by the names under which they are described
   * @param describe - writes the graph
   */
  constructor(precision: Precision, weights: () => tf.NamedTensorMap, describe: Description) {
    this.#precision = precision;
    this.#weights = weights;
    this.#describe = describe;
    freeGraphWhenForgotten(this, this.#loaded);
  }

  /** @param names - of the weights that the outputs depend on */
  run(inputs: tf.NamedTensorMap, outputs: string[], names: readonly string[]): tf.Tensor[] {
    const weights = this.#weights();
    const graph = this.#fresh(weights);
    if (this.#precision !== 'float32') return graph.run(inputs, outputs);
    return graph.run({ ...inputs, ...Object.fromEntries(names.map((name) => [name, weights[name]])) }, outputs);
  }

  dispose(): void {
    this.#loaded.graph?.dispose();
    Object.assign(this.#loaded, { sources: [], graph: undefined });
  }

  #fresh(weights: tf.NamedTensorMap): Graph {
    const sources = Object.values(weights).map(({ dataId }) => dataId);
    const { graph: before, sources: known } = this.#loaded;
    if (before && sources.every((source, i) => source === known[i])) return before;
    this.dispose();
    const writer = new GraphWriter(this.#precision);
    const nodes = new Map<string, string>();
    this.#describe(writer, (name, precision) => {
      const known = nodes.get(name) ?? writer.weight(name, weights[name].shape, precision);
      nodes.set(name, known);
      return known;
    });
    const { assignments } = writer;
    if (assignments.length > 0) {
      const after = assignments.map((name) => `^${name}`);
      writer.add('Const', after, { dtype: attribute.float32(), value: attribute.scalar(1) }, READY);
    }
    const graph = loadGraph(writer.nodes);
    if (assignments.length > 0) graph.run(weights as Record<string, tf.Tensor>, [READY])[0].dispose();
    Object.assign(this.#loaded, { sources, graph });
    return graph;
  }
}
