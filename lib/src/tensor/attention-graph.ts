import { attribute, type Graph, loadGraph } from './graph.js';
import { GraphWriter } from './graph-writer.js';
import type { tf } from './tensorflow.js';

let graph: Graph | undefined;

/**
 * softmax(queries · keysᵀ + bias) · values in bfloat16, where no gradient is recorded: queries (B, heads, queries, D), keys
 * and values (B, heads, T, D), bias (B, 1, 1, T) → (B, heads, queries, D).
 */
export function attendInBfloat16(
  [queries, keys, values]: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
  bias?: tf.Tensor4D,
): tf.Tensor4D {
  graph ??= describe();
  const given = { queries, keys, values };
  const [mixed] = bias ? graph.run({ ...given, bias }, ['masked']) : graph.run(given, ['plain']);
  return mixed as tf.Tensor4D;
}

function describe(): Graph {
  const writer = new GraphWriter('bfloat16');
  const T = attribute.type('bfloat16');
  const [queries, keys, values, bias] = ['queries', 'keys', 'values', 'bias'].map((name) =>
    writer.cast(writer.input(name)),
  );
  const scores = writer.add('BatchMatMulV2', [queries, keys], { T, adj_y: attribute.boolean(true) });
  const mix = (biased: string, name: string) => {
    const weights = writer.add('Softmax', [biased], { T });
    writer.uncast(writer.add('BatchMatMulV2', [weights, values], { T }), name);
  };
  mix(scores, 'plain');
  mix(writer.add('AddV2', [scores, bias], { T }), 'masked');
  return loadGraph(writer.nodes);
}
