import type { OnnxDtype, OnnxExportOptions } from './export-options.js';
import { toFloat16 } from './float16.js';
import { ATTRIBUTE_TYPES, BYTES, TENSOR_TYPES, type TensorType } from './schema.js';

/** What a node gives or takes. */
export interface Value {
  readonly name: string;
  readonly type: TensorType;
}

/** A tensor that lies in the file. */
export interface Initializer extends Value {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Attributes of a node: whole numbers and lists of them, texts, and `{ float }` for others. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string | { readonly float: number }>>;

/** An input or output: whole numbers, and names of sizes that may differ from call to call. */
type Shape = readonly (number | string)[];

/** Parameters of a model by their names. */
export type ParameterSource = (name: string) => { readonly shape: readonly number[]; readonly data: Float32Array };

/** A graph that is being made; all {@link GraphScope}s of a model share one. */
interface Parts {
  readonly settings: Required<OnnxExportOptions>;
  readonly parameters: ParameterSource;
  readonly nodes: object[];
  readonly inputs: object[];
  readonly outputs: object[];
  readonly initializers: Map<string, Initializer>;
  readonly counts: Map<string, number>;
}

/**
 * A graph of ONNX that is being made, node by node, under a prefix for names: that of the parameters that the nodes work
 * with.
 */
export class GraphScope {
  readonly #parts: Parts;
  readonly #prefix: string;

  private constructor(parts: Parts, prefix: string) {
    this.#parts = parts;
    this.#prefix = prefix;
  }

  /** An empty graph. */
  static begin(settings: Required<OnnxExportOptions>, parameters: ParameterSource): GraphScope {
    const lists = { nodes: [], inputs: [], outputs: [], initializers: new Map(), counts: new Map() };
    return new GraphScope({ settings, parameters, ...lists }, '');
  }

  get opset(): number {
    return this.#parts.settings.opset;
  }

  get dtype(): OnnxDtype {
    return this.#parts.settings.dtype;
  }

  /** The same graph, with names under a longer prefix. */
  under(name: string): GraphScope {
    return new GraphScope(this.#parts, `${this.#prefix}${name}.`);
  }

  /** What the graph is given. */
  input(name: string, type: TensorType, shape: Shape): Value {
    this.#parts.inputs.push(valueInfo(name, type, shape));
    return { name, type };
  }

  /** What the graph gives. */
  output(name: string, { name: inner, type }: Value, shape: Shape): void {
    this.#parts.nodes.push({ input: [inner], output: [name], name, opType: 'Identity' });
    this.#parts.outputs.push(valueInfo(name, type, shape));
  }

  /** A node that gives one value, of the type of its first input where nothing else is said. */
  node(
    operator: string,
    inputs: readonly Value[],
    attributes: Attributes = {},
    type: TensorType = inputs[0].type,
  ): Value {
    return this.nodeOf(operator, inputs, attributes, [type])[0];
  }

  /** A node that gives values of these types. */
  nodeOf(
    operator: string,
    inputs: readonly Value[],
    attributes: Attributes,
    types: readonly TensorType[],
  ): readonly Value[] {
    const name = this.#unique(`${this.#prefix}${operator}`);
    const outputs = types.map((type, i) => ({ name: i === 0 ? name : `${name}:${i}`, type }));
    this.#parts.nodes.push({
      input: inputs.map((value) => value.name),
      output: outputs.map((value) => value.name),
      name,
      opType: operator,
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return outputs;
  }

  /** A parameter of the model as it is, of this type. */
  parameter(name: string, type: 'float32' | 'float16'): Value {
    const { shape, data } = this.read(name);
    return this.initializer(name, type, shape, data);
  }

  /** The numbers of a parameter. */
  read(name: string): ReturnType<ParameterSource> {
    return this.#parts.parameters(this.#prefix + name);
  }

  /** A tensor in the file, under this name. */
  initializer(name: string, type: TensorType, shape: readonly number[], data: Float32Array | Int8Array): Value {
    const own = this.#prefix + name;
    const numbers = type === 'float16' ? toFloat16(data as Float32Array) : data;
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    this.#parts.initializers.set(own, { name: own, type, shape, bytes });
    return { name: own, type };
  }

  /** Numbers that belong to the graph: equal ones are one tensor. A single number has no axes. */
  constant(values: number | readonly number[], type: 'int64' | 'float32' | 'float16'): Value {
    const list = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [list.length];
    const name = `constant.${type}.${JSON.stringify(values)}`;
    const bytes = new Uint8Array(list.length * BYTES[type]);
    if (type === 'int64') new BigInt64Array(bytes.buffer).set(list.map(BigInt));
    else if (type === 'float32') new Float32Array(bytes.buffer).set(list);
    else new Uint16Array(bytes.buffer).set(toFloat16(Float32Array.from(list)));
    this.#parts.initializers.set(name, { name, type, shape, bytes });
    return { name, type };
  }

  /** The graph as a message, without its tensors, and these. */
  finish(name: string): { graph: object; initializers: readonly Initializer[] } {
    const { nodes, inputs, outputs, initializers } = this.#parts;
    return {
      graph: { name, node: nodes, input: inputs, output: outputs },
      initializers: [...initializers.values()],
    };
  }

  #unique(name: string): string {
    const count = this.#parts.counts.get(name) ?? 0;
    this.#parts.counts.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}

function attribute(name: string, value: Attributes[string]): object {
  if (typeof value === 'number') return { name, type: ATTRIBUTE_TYPES.int, i: BigInt(value) };
  if (typeof value === 'string') return { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(value) };
  if ('float' in value) return { name, type: ATTRIBUTE_TYPES.float, f: value.float };
  return { name, type: ATTRIBUTE_TYPES.ints, ints: value.map(BigInt) };
}

function valueInfo(name: string, type: TensorType, shape: Shape): object {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: BigInt(size) }));
  return { name, type: { tensorType: { elemType: TENSOR_TYPES[type], shape: { dim } } } };
}
