import { isTaping } from './gradient-tape.js';
import { type Graph, loadGraph } from './graph.js';
import { GraphWriter, type Precision } from './graph-writer.js';
import { nativeMatMul } from './native.js';
import { tf } from './tensorflow.js';

let current: Precision = 'float32';

/** The precision of {@link matMul} now. */
export const autocastPrecision = (): Precision => current;

/** Has {@link matMul} multiply in this precision while `work` runs, like `torch.autocast`. */
export function autocast<T>(precision: Precision, work: () => T): T {
  const before = current;
  current = precision;
  try {
    return work();
  } finally {
    current = before;
  }
}

/** `tf.matMul`, in the precision of {@link autocast}; what comes out is float32 in either. */
export function matMul<T extends tf.Tensor>(a: T, b: T, transposeA: boolean = false, transposeB: boolean = false): T {
  if (current === 'float32') {
    if (a.rank !== 2 || transposeB || isTaping()) return tf.matMul(a, b, transposeA, transposeB);
    return nativeMatMul(a as tf.Tensor as tf.Tensor2D, b as tf.Tensor as tf.Tensor2D, transposeA) as tf.Tensor as T;
  }
  graph ??= products();
  return graph.run({ a, b }, [nameOf(transposeA, transposeB)])[0] as T;
}

let graph: Graph | undefined;

const nameOf = (transposeA: boolean, transposeB: boolean): string => `product_${transposeA}_${transposeB}`;

function products(): Graph {
  const writer = new GraphWriter('bfloat16');
  const [a, b] = ['a', 'b'].map((name) => writer.cast(writer.input(name)));
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const product = writer.batchProduct(a, b, { transposeA, transposeB });
      writer.uncast(product, nameOf(transposeA, transposeB));
    }
  }
  return loadGraph(writer.nodes);
}
