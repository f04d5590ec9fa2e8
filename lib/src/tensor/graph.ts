import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { nativeBackend, type tf } from './tensorflow.js';

/**
 * TensorFlow.js runs single operations, and of those only the ones that it knows. A graph that is loaded as a SavedModel
 * may hold any operation and function of the native library. This writes such a graph in Protocol Buffers, field by field
 * as in TensorFlow's saved_model.proto, graph.proto, function.proto and attr_value.proto.
 */
export interface Graph {
  /** @param outputs - names of nodes, `node:1` for a second output */
  run(inputs: Record<string, tf.Tensor>, outputs: string[]): tf.Tensor[];
  /** Frees it, and what its nodes keep. It cannot be run afterwards. */
  dispose(): void;
}

/** The types of tensors here, by their numbers in types.proto. */
const DATA_TYPES = { float32: 1, int32: 3, bool: 10, bfloat16: 14 } as const;
const DT_FLOAT = DATA_TYPES.float32;

/** The type of a tensor within a graph. TensorFlow.js knows no bfloat16: such tensors stay within. */
export type DataType = keyof typeof DATA_TYPES;

/** The values of a node's attributes. */
export const attribute = {
  type: (type: DataType): Uint8Array => number(6, DATA_TYPES[type]),
  float32: (): Uint8Array => number(6, DT_FLOAT),
  types: (types: DataType[]): Uint8Array =>
    bytes(
      1,
      bytes(
        6,
        Uint8Array.from(types, (type) => DATA_TYPES[type]),
      ),
    ),
  float32s: (count: number): Uint8Array => bytes(1, bytes(6, new Uint8Array(count).fill(DT_FLOAT))),
  bool: (): Uint8Array => number(6, DATA_TYPES.bool),
  integer: (value: number): Uint8Array => number(3, value),
  float: (value: number): Uint8Array => float32(4, value),
  boolean: (value: boolean): Uint8Array => number(5, value ? 1 : 0),
  string: (value: string): Uint8Array => text(2, value),
  strings: (values: string[]): Uint8Array => bytes(1, ...values.map((value) => text(2, value))),
  integerList: (values: number[]): Uint8Array => bytes(1, ...values.map((value) => number(3, value))),
  functionName: (name: string): Uint8Array => bytes(10, text(1, name)),
  shape: (sizes: readonly number[]): Uint8Array => bytes(7, ...sizes.map((size) => bytes(2, number(1, size)))),
  /** A tensor of integers, (count); of a single one that is no list, (). */
  integers: (values: number | readonly number[]): Uint8Array => {
    const shape = typeof values === 'number' ? [] : [bytes(2, number(1, values.length))];
    return bytes(8, number(1, DATA_TYPES.int32), bytes(2, ...shape), int32s(4, [values].flat()));
  },
  /** A tensor of one number. */
  scalar: (value: number): Uint8Array => bytes(8, number(1, DT_FLOAT), bytes(2), float32(5, value)),
};

/** A node of a graph or, in the field 3 of its message, of a function. */
export function node(
  name: string,
  operation: string,
  inputs: string[],
  attributes: Record<string, Uint8Array>,
  field: 1 | 3 = 1,
): Uint8Array {
  const entries = Object.entries(attributes).map(([key, value]) => bytes(5, text(1, key), bytes(2, value)));
  return bytes(field, text(1, name), text(2, operation), ...inputs.map((input) => text(3, input)), ...entries);
}

/** What is to be given to a graph under this name. */
export function placeholder(name: string): Uint8Array {
  return node(name, 'Placeholder', [], { dtype: attribute.float32() });
}

/**
 * A function of a graph.
 *
 * @param nodes - made with the field 3; they name their inputs as a parameter, or as `node:output:0`
 * @param results - what it returns, as the nodes name their inputs
 */
export function functionDefinition(
  name: string,
  parameters: string[],
  nodes: Uint8Array[],
  results: string[],
  attributes: Record<string, Uint8Array>,
): Uint8Array {
  const argument = (field: number, of: string) => bytes(field, text(1, of), number(3, DT_FLOAT));
  const outputs = results.map((_, i) => `result${i}`);
  const signature = [
    text(1, name),
    ...parameters.map((of) => argument(2, of)),
    ...outputs.map((of) => argument(3, of)),
  ];
  const returned = results.map((result, i) => bytes(4, text(1, outputs[i]), text(2, result)));
  const entries = Object.entries(attributes).map(([key, value]) => bytes(5, text(1, key), bytes(2, value)));
  return bytes(1, bytes(1, ...signature), ...nodes, ...returned, ...entries);
}

/** Loads a graph of these nodes and functions. */
export function loadGraph(nodes: Uint8Array[], functions: Uint8Array[] = []): Graph {
  const graphDef = bytes(2, ...nodes, bytes(2, ...functions), bytes(4, number(1, 1882)));
  const savedModel = Buffer.concat([number(1, 1), bytes(2, bytes(1, text(4, 'serve')), graphDef)]);
  const backend = nativeBackend();
  const folder = mkdtempSync(path.join(tmpdir(), 'onpa-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), savedModel);
    const id = backend.binding.loadSavedModel(folder, 'serve');
    return {
      run: (inputs, outputs) => {
        // TensorFlow.js takes a digit at the beginning of a name for an output's number, where there is none.
        const output = (name: string) => (name.includes(':') ? name : `${name}:0`);
        const infos = Object.keys(inputs).map((name) => ({ name: output(name) }));
        return backend.runSavedModel(id, Object.values(inputs), infos, outputs.map(output));
      },
      dispose: () => backend.binding.deleteSavedModel(id),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fields of a message: one that begins, and whole ones of each kind. */
const field = (number: number, type: WireType): BinaryWriter => new BinaryWriter().tag(number, type);
const number = (at: number, value: number): Uint8Array => field(at, WireType.Varint).uint32(value).finish();
const float32 = (at: number, value: number): Uint8Array => field(at, WireType.Bit32).float(value).finish();
/** As they lie in memory: TensorFlow runs on little-endian machines alone. */
const int32s = (at: number, values: readonly number[]): Uint8Array =>
  field(at, WireType.LengthDelimited)
    .bytes(new Uint8Array(Int32Array.from(values).buffer))
    .finish();
const text = (at: number, value: string): Uint8Array => field(at, WireType.LengthDelimited).string(value).finish();
const bytes = (at: number, ...parts: Uint8Array[]): Uint8Array =>
  field(at, WireType.LengthDelimited).bytes(Buffer.concat(parts)).finish();
