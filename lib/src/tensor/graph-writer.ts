import { attribute, type DataType, node } from './graph.js';

/** In what matrix products are computed; their sums are float32 in either. */
export type Precision = 'float32' | 'bfloat16';

/** A matrix product of a {@link GraphWriter}. */
export interface ProductOptions {
  /** The weight is (out, in), as in PyTorch, not (in, out). */
  transposed?: boolean;
  /** GELU of the sum, while it is still in the processor's registers. */
  gelu?: boolean;
  /** Keep the weight in the processor's order too, which takes as much memory again; default true. */
  keep?: boolean;
}

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

  /** A weight of this shape in the products' precision: given to each run in float32, or once and kept in bfloat16. */
  weight(name: string, shape: readonly number[]): string {
    const given = this.input(name);
    if (this.precision === 'float32') return given;
    const dtype = attribute.type(this.precision);
    const described = {
      dtype,
      shape: attribute.shape(shape),
      container: attribute.string(''),
      shared_name: attribute.string(name),
    };
    const handle = this.add('VarHandleOp', [], described);
    this.assignments.push(this.add('AssignVariableOp', [handle, this.cast(given)], { dtype }));
    return this.add('ReadVariableOp', [handle], { dtype });
  }

  /** From float32 to the products' precision. */
  cast(x: string): string {
    return this.#cast(x, 'float32', this.precision);
  }

  /** From the products' precision to float32. */
  uncast(x: string, name?: string): string {
    if (this.precision === 'float32' && name) return this.add('Identity', [x], { T: attribute.float32() }, name);
    return this.#cast(x, this.precision, 'float32', name);
  }

  /** x · weight + bias for x (N, in) and bias (out), in the products' precision. */
  product(x: string, weight: string, bias: string, { transposed, gelu, keep = true }: ProductOptions = {}): string {
    return this.add('_MklNativeFusedMatMul', [x, weight, bias], {
      ...fused(this.precision, gelu ? ['GeluExact'] : []),
      ...NATIVE,
      is_filter_const: attribute.boolean(keep),
      transpose_b: attribute.boolean(transposed ?? false),
    });
  }

  /**
   * A convolution along the width and the bias (out), in the products' precision: x (B, 1, T, in), filter (1, K, in / groups,
   * out) → (B, 1, T - K + 1, out).
   */
  convolution(x: string, filter: string, bias: string, keep = true): string {
    return this.add('_MklNativeFusedConv2D', [x, filter, bias], {
      ...fused(this.precision, []),
      ...NATIVE,
      is_filter_const: attribute.boolean(keep),
      TArgs: attribute.types([this.precision]),
      strides: attribute.integerList([1, 1, 1, 1]),
      padding: attribute.string('VALID'),
    });
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
    const T = attribute.type(type);
    const groups: string[] = [];
    for (let tap = 0; tap < size; tap += stride) {
      const taps = Math.min(stride, size - tap);
      // The last, smaller group is the end of a whole one.
      const behind = size - tap - taps;
      const rows = this.#slice(x, [tap - (stride - taps), 0], [-behind, 0], behind === 0 ? 3 : 2, type);
      const frames = this.add('Reshape', [rows, this.#integers([-1, stride * inputs])], { T });
      groups.push(taps === stride ? frames : this.#slice(frames, [0, (stride - taps) * inputs], [0, 0], 3, type));
    }
    if (groups.length === 1) return groups[0];
    return this.add('ConcatV2', [...groups, this.#integers(1)], { T, N: attribute.integer(groups.length) });
  }

  /** x from `begin` to `end`; `open` has a bit for each axis that is taken to its end. */
  #slice(x: string, begin: number[], end: number[], open: number, type: DataType): string {
    const bounds = [begin, end, begin.map(() => 1)].map((values) => this.#integers(values));
    const types = { T: attribute.type(type), Index: attribute.type('int32') };
    return this.add('StridedSlice', [x, ...bounds], { ...types, end_mask: attribute.integer(open) });
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
    return this.add('Const', [], { dtype: attribute.type('int32'), value: attribute.integers(values) });
  }
}

/** What a node of oneDNN has that TensorFlow has not written itself. */
const NATIVE = { _kernel: attribute.string('MklNameChangeOp') };

function fused(type: DataType, operations: string[]): Record<string, Uint8Array> {
  return {
    T: attribute.type(type),
    num_args: attribute.integer(1),
    fused_ops: attribute.strings(['BiasAdd', ...operations]),
  };
}
