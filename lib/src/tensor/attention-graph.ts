import { ByPrecision } from './by-precision.js';
import { loadGraph } from './graph.js';
import { GraphWriter, type Precision } from './graph-writer.js';
import type { tf } from './tensorflow.js';

/** What a graph's attention is made of: queries (B, heads, queries, D), keys and values (B, heads, T, D), bias (B, 1, 1, T). */
interface AttentionNodes {
  queries: string;
  keys: string;
  values: string;
  bias?: string;
}

/** Writes softmax(queries · keysᵀ + bias) · values: (B, heads, queries, D), and the weights (B, heads, queries, T). */
export function writeAttention(
  writer: GraphWriter,
  { queries, keys, values, bias }: AttentionNodes,
): { mixed: string; weights: string } {
  const scores = writer.batchProduct(queries, keys, { transposeB: true });
  const weights = writer.softmax(bias ? writer.plus(scores, bias) : scores);
  return { mixed: writer.batchProduct(weights, values), weights };
}

/** {@link writeAttention} as a graph of its own, where no gradient is recorded. */
export function attend(
  precision: Precision,
  [queries, keys, values]: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
  bias: tf.Tensor4D | undefined,
  output: 'mixed' | 'weights',
): tf.Tensor4D {
  const given = { queries, keys, values, ...(bias && { bias }) };
  return graphs.get(precision).run(given, [nameOf(output, bias !== undefined)])[0] as tf.Tensor4D;
}

const nameOf = (output: string, isMasked: boolean): string => (isMasked ? `masked_${output}` : output);

const graphs = new ByPrecision((precision) => {
  const writer = new GraphWriter(precision);
  const [queries, keys, values, bias] = ['queries', 'keys', 'values', 'bias'].map((name) =>
    writer.cast(writer.input(name)),
  );
  for (const isMasked of [false, true]) {
    const nodes = writeAttention(writer, { queries, keys, values, bias: isMasked ? bias : undefined });
    for (const [name, node] of Object.entries(nodes)) writer.uncast(node, nameOf(name, isMasked));
  }
  return loadGraph(writer.nodes);
});
