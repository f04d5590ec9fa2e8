import { attribute, functionDefinition, type Graph, loadGraph, node, placeholder } from './graph.js';
import { releaseLibraryPages } from './library-pages.js';
import { isSupported, usesGpu } from './native.js';
import { tf } from './tensorflow.js';

/** What a compiled function is made of; arguments broadcast as in NumPy. */
export interface Operations<X> {
  constant(value: number): X;
  add(a: X, b: X): X;
  sub(a: X, b: X): X;
  mul(a: X, b: X): X;
  square(x: X): X;
  exp(x: X): X;
  erf(x: X): X;
  tanh(x: X): X;
  /** 1 where a ≥ b, otherwise 0. */
  greaterEqual(a: X, b: X): X;
}

/** From tensors to tensors; the results belong to the caller. */
export type CompiledFunction = (...inputs: tf.Tensor[]) => tf.Tensor[];

/**
 * A function of tensors, element by element, that TensorFlow's compiler XLA makes one pass over memory of, where each
 * operation alone would be a pass: for large tensors, memory is what takes the time.
 *
 * It is compiled for each new shape of its inputs, in some hundredths of a second, if they are large. Where they are not,
 * or there is no compiler (as there may be none for a GPU), the operations run one by one. It has no gradient.
 *
 * @example
 * const axpy = compiled(['a', 'x', 'y'], (o, a, x, y) => [o.add(o.mul(a, x), y)]);
 * const [sum] = tf.tidy(() => axpy(tf.scalar(2), x, y));
 * sum.dispose();
 */
export function compiled(
  parameters: string[],
  define: <X>(operations: Operations<X>, ...inputs: X[]) => X[],
): CompiledFunction {
  let program: { graph: Graph; outputs: string[] } | undefined;
  const shapes = new Set<string>();
  return (...inputs) => {
    const isLarge = inputs.some(({ size }) => size >= LARGE);
    if (!isLarge || !canCompile()) return tf.tidy(() => define(TENSORS, ...inputs));
    program ??= compile(parameters, define);
    const given = Object.fromEntries(inputs.map((input, i) => [parameters[i], input]));
    const results = program.graph.run(given, program.outputs);
    const shape = JSON.stringify(inputs.map((input) => input.shape));
    if (!shapes.has(shape)) {
      shapes.add(shape);
      // The compiler has run.
      releaseLibraryPages();
    }
    return results;
  };
}

/** Entries of a tensor from which on a pass over memory takes longer than it takes to begin one. */
const LARGE = 2 ** 18;

const canCompile = isSupported(() => {
  if (usesGpu()) return false;
  const x = tf.tensor1d([-1, 0.5, 2]);
  const { graph, outputs } = compile(['x'], everyOperation);
  const found = graph.run({ x }, outputs);
  return everyOperation(TENSORS, x).every(
    (expected, i) => tf.max(tf.abs(tf.sub(found[i], expected))).dataSync()[0] < 1e-5,
  );
});

/** All that a compiled function may be made of. */
function everyOperation<X>(o: Operations<X>, x: X): X[] {
  const half = o.constant(0.5);
  const binary = [o.add(x, half), o.sub(x, half), o.mul(x, half), o.greaterEqual(x, half)];
  return [...binary, o.square(x), o.exp(x), o.erf(x), o.tanh(x)];
}

function compile(
  parameters: string[],
  define: <X>(operations: Operations<X>, ...inputs: X[]) => X[],
): { graph: Graph; outputs: string[] } {
  const { nodes, operations } = functionBody();
  const results = define(operations, ...parameters);
  const mustCompile = { _XlaMustCompile: attribute.boolean(true) };
  const call = node('call', 'PartitionedCall', parameters, {
    Tin: attribute.float32s(parameters.length),
    Tout: attribute.float32s(results.length),
    f: attribute.functionName('compiled'),
    ...mustCompile,
  });
  const definition = functionDefinition('compiled', parameters, nodes, results, mustCompile);
  return {
    graph: loadGraph([...parameters.map(placeholder), call], [definition]),
    outputs: results.map((_, i) => `call:${i}`),
  };
}

/** Operations that write themselves as nodes of a function, and are known by the names of their outputs. */
function functionBody(): { nodes: Uint8Array[]; operations: Operations<string> } {
  const nodes: Uint8Array[] = [];
  const float32 = { T: attribute.float32() };
  const append = (
    operation: string,
    inputs: string[],
    output: string,
    attributes: Record<string, Uint8Array>,
  ): string => {
    const name = `node${nodes.length}`;
    nodes.push(node(name, operation, inputs, attributes, 3));
    return `${name}:${output}:0`;
  };
  const unary = (operation: string) => (x: string) => append(operation, [x], 'y', float32);
  const binary = (operation: string) => (a: string, b: string) => append(operation, [a, b], 'z', float32);
  return {
    nodes,
    operations: {
      constant: (value) =>
        append('Const', [], 'output', { dtype: attribute.float32(), value: attribute.scalar(value) }),
      add: binary('AddV2'),
      sub: binary('Sub'),
      mul: binary('Mul'),
      square: unary('Square'),
      exp: unary('Exp'),
      erf: unary('Erf'),
      tanh: unary('Tanh'),
      greaterEqual: (a, b) =>
        append('Cast', [binary('GreaterEqual')(a, b)], 'y', { SrcT: attribute.bool(), DstT: attribute.float32() }),
    },
  };
}

/** The same operations at once on tensors. */
const TENSORS: Operations<tf.Tensor> = {
  constant: (value) => tf.scalar(value),
  add: (a, b) => tf.add(a, b),
  sub: (a, b) => tf.sub(a, b),
  mul: (a, b) => tf.mul(a, b),
  square: (x) => tf.square(x),
  exp: (x) => tf.exp(x),
  erf: (x) => tf.erf(x),
  tanh: (x) => tf.tanh(x),
  greaterEqual: (a, b) => tf.cast(tf.greaterEqual(a, b), 'float32'),
};
