import { attribute, type DataType, node } from './graph.js';
import { likesKeptWeights } from './processor.js';

/** In what matrix products are computed; their sums are float32 in either. */
export type Precision = 'float32' | 'bfloat16';

/** What follows a product while it is still in the processor's registers, by the names of TensorFlow. */
export type FusedActivation = 'GeluExact' | 'GeluApproximate' | 'Relu';

/** A matrix product of a {@link GraphWriter}. */
export interface ProductOptions {
  /** The weight is (out, in), as in PyTorch, not (in, out). */
  transposed?: boolean;
  activation?: FusedActivation;
  /**
   * Keep the weight in the processor's order too, which takes as much memory again; by default where that is faster, in
   * bfloat16 everywhere.
   */
  keep?: boolean;
}

/** Which matrices of a {@link GraphWriter.batchProduct} are transposed; default none. */
export interface BatchProductOptions {
  transposeA?: boolean;
  transposeB?: boolean;
}

/** Rows narrower than this are put together faster by ranges than one by one. */
const NARROW = 64;

/**
 * Writes the nodes of a graph around matrix products with weights that stay. Nodes are known by their names; each function
 * gives that of its output.
 *
 * The products keep their weights in the order in which the processor reads them: TensorFlow rewrites a graph's product with
 * a constant to `_MklNativeFusedMatMul`, which does so at its first run. Written by its own name it takes the weight from
 * anywhere, so that the graph needs no copy of it.
 */
export class GraphWriter {
  readonly precision: Precision;
  readonly nodes: Uint8Array[] = [];
  /** What is run once, before all else, where weights lie in the graph. */
  readonly assignments: string[] = [];

  constructor(precision: Precision) {
    this.precision = precision;
  }

  /** What is given to the graph in float32. */
  input(name: string): string {
    return this.add('Placeholder', [], { dtype: attribute.float32() }, name);
  }

  /**
   * A weight of this shape, by default in the products' precision. Where that is float32, it is given to each run; elsewhere
   * once, and kept.
   */
  weight(name: string, shape: readonly number[], precision: Precision = this.precision): string {
    const given = this.input(name);
    if (this.precision === 'float32') return given;
    const dtype = attribute.type(precision);
    const described = {
      dtype,
      shape: attribute.shape(shape),
      container: attribute.string(''),
      shared_name: attribute.string(name),
    };
    const handle = this.add('VarHandleOp', [], described);
    this.assignments.push(this.add('AssignVariableOp', [handle, this.#cast(given, 'float32', precision)], { dtype }));
    return this.add('ReadVariableOp', [handle], { dtype });
  }

  /** From float32 to the products' precision. */
  cast(x: string): string {
    return this.#cast(x, 'float32', this.precision);
  }

  /** From the products' precision to float32. */
  uncast(x: string, name?: string): string {
    if (this.precision === 'float32' && name) return this.rename(x, name);
    return this.#cast(x, this.precision, 'float32', name);
  }

  /** x in float32 under this name, as an output. */
  rename(x: string, name: string): string {
    return this.add('Identity', [x], { T: attribute.float32() }, name);
  }

  /** x · weight + bias for x (N, in) and bias (out), in the products' precision. */
  product(x: string, weight: string, bias: string, { transposed, activation, keep }: ProductOptions = {}): string {
    return this.add('_MklNativeFusedMatMul', [x, weight, bias], {
      ...fused(this.precision, activation ? [activation] : []),
      ...NATIVE,
      is_filter_const: attribute.boolean(keep ?? (this.precision !== 'float32' || likesKeptWeights())),
      transpose_b: attribute.boolean(transposed ?? false),
    });
  }

  /**
   * A convolution along the width and the bias (out), in the products' precision, with so many zeros before and after:
   * x (B, 1, T, in), filter (1, K, in / groups, out) → (B, 1, before + T + after - K + 1, out).
   */
  convolution(x: string, filter: string, bias: string, [before, after]: readonly [number, number]): string {
    return this.add('_MklNativeFusedConv2D', [x, filter, bias], {
      ...fused(this.precision, []),
      ...NATIVE,
      is_filter_const: attribute.boolean(true),
      TArgs: attribute.types([this.precision]),
      strides: attribute.integerList([1, 1, 1, 1]),
      padding: attribute.string('EXPLICIT'),
      explicit_paddings: attribute.integerList([0, 0, 0, 0, before, after, 0, 0]),
    });
  }

  /** a · b of the last two axes, each transposed or not, in the products' precision: (…, N, K), (…, K, M) → (…, N, M). */
  batchProduct(a: string, b: string, { transposeA = false, transposeB = false }: BatchProductOptions = {}): string {
    const transposed = { adj_x: attribute.boolean(transposeA), adj_y: attribute.boolean(transposeB) };
    return this.add('BatchMatMulV2', [a, b], { ...this.#own, ...transposed });
  }

  /** Over the last axis, in the products' precision. */
  softmax(x: string): string {
    return this.add('Softmax', [x], this.#own);
  }

  /** The axes of x in this order, in the products' precision. */
  transpose(x: string, order: number[]): string {
    return this.add('Transpose', [x, this.#integers(order)], { ...this.#own, Tperm: INT32 });
  }

  /** x of a type, by default the products' precision, in this shape: numbers, of which one may be -1, or a node's. */
  reshape(x: string, shape: number[] | string, type: DataType = this.precision): string {
    const sizes = typeof shape === 'string' ? shape : this.#integers(shape);
    return this.add('Reshape', [x, sizes], { T: attribute.type(type) });
  }

  /** The first `count` sizes of x, by default in float32, and these after them. */
  sizes(x: string, count: number, after: number[] = [], type: DataType = 'float32'): string {
    const shape = this.add('Shape', [x], { T: attribute.type(type) });
    const first = this.#slice(shape, [0], [count], 0, 'int32');
    return after.length === 0 ? first : this.#concat([first, this.#integers(after)], 0, 'int32');
  }

  /** a + b, a · b, of a type, by default the products' precision; they broadcast as in NumPy. */
  plus(a: string, b: string, type: DataType = this.precision): string {
    return this.add('AddV2', [a, b], { T: attribute.type(type) });
  }

  times(a: string, b: string, type: DataType = this.precision): string {
    return this.add('Mul', [a, b], { T: attribute.type(type) });
  }

  /** A number in the products' precision. */
  number(value: number, type: Precision = this.precision): string {
    const constant = this.add('Const', [], { dtype: attribute.float32(), value: attribute.scalar(value) });
    return this.#cast(constant, 'float32', type);
  }

  /** Rows (N, C) in float32 of zero mean and unit variance, scaled and shifted. */
  layerNorm(rows: string, scale: string, shift: string, epsilon: number): string {
    const attributes = { T: attribute.float32(), epsilon: attribute.float(epsilon) };
    return this.add('_MklLayerNorm', [rows, scale, shift], attributes);
  }

  /** GELU in float32. */
  gelu(x: string): string {
    const type = 'float32';
    const half = this.times(x, this.number(0.5, type), type);
    const erf = this.add('Erf', [this.times(x, this.number(Math.SQRT1_2, type), type)], { T: attribute.float32() });
    return this.times(half, this.plus(erf, this.number(1, type), type), type);
  }

  /** x · weight + bias through GELU in float32, with another weight at each run. */
  productWithInputs(x: string, weight: string, bias: string): string {
    return this.add('_FusedMatMul', [x, weight, bias], fused('float32', ['GeluExact']));
  }

  /**
   * What each output of a convolution sees: (T, in) → (T', size · in), in the order of taps, then channels. T is as long
   * as T' outputs need and no longer.
   */
  windows(x: string, inputs: number, size: number, stride: number, type: DataType): string {
    return inputs < NARROW
      ? this.#windowsByRanges(x, inputs, size, stride, type)
      : this.#windowsByFrames(x, inputs, size, stride, type);
  }

  #windowsByFrames(x: string, inputs: number, size: number, stride: number, type: DataType): string {
    const frames = this.reshape(this.sizes(x, 1, [], type), [], 'int32'); // ()
    const end = this.plus(frames, this.#integers(1 - size), 'int32');
    const firsts = this.add('Range', [this.#integers(0), end, this.#integers(stride)], { Tidx: INT32 }); // (T')
    const taps = this.#integers(Array.from({ length: size }, (_, tap) => tap)); // (size)
    const indices = this.plus(this.reshape(firsts, [-1, 1], 'int32'), taps, 'int32'); // (T', size)
    const types = { Tparams: attribute.type(type), Tindices: INT32, Taxis: INT32 };
    const windows = this.add('GatherV2', [x, indices, this.#integers(0)], types); // (T', size, in)
    return this.reshape(windows, [-1, size * inputs], type);
  }

  #windowsByRanges(x: string, inputs: number, size: number, stride: number, type: DataType): string {
    const groups: string[] = [];
    for (let tap = 0; tap < size; tap += stride) {
      const taps = Math.min(stride, size - tap);
      // The last, smaller group is the end of a whole one.
      const behind = size - tap - taps;
      const rows = this.#slice(x, [tap - (stride - taps), 0], [-behind, 0], behind === 0 ? 3 : 2, type);
      const frames = this.reshape(rows, [-1, stride * inputs], type);
      groups.push(taps === stride ? frames : this.#slice(frames, [0, (stride - taps) * inputs], [0, 0], 3, type));
    }
    return groups.length === 1 ? groups[0] : this.#concat(groups, 1, type);
  }

  /** x from `begin` to `end`; `open` has a bit for each axis that is taken to its end. */
  #slice(x: string, begin: number[], end: number[], open: number, type: DataType): string {
    const bounds = [begin, end, begin.map(() => 1)].map((values) => this.#integers(values));
    const types = { T: attribute.type(type), Index: INT32 };
    return this.add('StridedSlice', [x, ...bounds], { ...types, end_mask: attribute.integer(open) });
  }

  #concat(parts: string[], axis: number, type: DataType): string {
    const attributes = { T: attribute.type(type), N: attribute.integer(parts.length) };
    return this.add('ConcatV2', [...parts, this.#integers(axis)], attributes);
  }

  add(
    operation: string,
    inputs: string[],
    attributes: Record<string, Uint8Array>,
    name: string = `node${this.nodes.length}`,
  ): string {
    this.nodes.push(node(name, operation, inputs, attributes));
    return name;
  }

  #cast(x: string, from: DataType, to: DataType, name?: string): string {
    if (from === to) return x;
    return this.add('Cast', [x], { SrcT: attribute.type(from), DstT: attribute.type(to) }, name);
  }

  #integers(values: number | number[]): string {
    return this.add('Const', [], { dtype: INT32, value: attribute.integers(values) });
  }

  /** The type of what is in the products' precision. */
  get #own(): Record<string, Uint8Array> {
    return { T: attribute.type(this.precision) };
  }
}

const INT32 = attribute.type('int32');

/** What a node of oneDNN has that TensorFlow has not written itself. */
const NATIVE = { _kernel: attribute.string('MklNameChangeOp') };

function fused(type: DataType, operations: string[]): Record<string, Uint8Array> {
  return {
    T: attribute.type(type),
    num_args: attribute.integer(1),
    fused_ops: attribute.strings(['BiasAdd', ...operations]),
  };
}
