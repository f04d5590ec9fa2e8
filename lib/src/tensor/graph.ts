import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nativeBackend, type tf } from './tensorflow.js';

/**
 * TensorFlow.js runs single operations, and of those only the ones that it knows. A graph that is loaded as a SavedModel
 * may hold any operation and function of the native library. This writes such a graph in Protocol Buffers, field by field
 * as in TensorFlow's saved_model.proto, graph.proto, function.proto and attr_value.proto.
 */
export interface Graph {
  /** @param outputs - names of nodes, `node:1` for a second output */
  run(inputs: Record<string, tf.Tensor>, outputs: string[]): tf.Tensor[];
}

/** The type of all tensors here. */
const DT_FLOAT = 1;

/** The values of a node's attributes. */
export const attribute = {
  float32: (): Buffer => number(6, DT_FLOAT),
  float32s: (count: number): Buffer => bytes(1, bytes(6, Buffer.alloc(count, DT_FLOAT))),
  bool: (): Buffer => number(6, 10),
  integer: (value: number): Buffer => number(3, value),
  float: (value: number): Buffer => Buffer.concat([varint((4 << 3) | 5), float32(value)]),
  boolean: (value: boolean): Buffer => number(5, value ? 1 : 0),
  strings: (values: string[]): Buffer => bytes(1, ...values.map((value) => text(2, value))),
  functionName: (name: string): Buffer => bytes(10, text(1, name)),
  /** A tensor of one number. */
  scalar: (value: number): Buffer => bytes(8, number(1, DT_FLOAT), bytes(2), bytes(5, float32(value))),
};

/** A node of a graph or, in the field 3 of its message, of a function. */
export function node(
  name: string,
  operation: string,
  inputs: string[],
  attributes: Record<string, Buffer>,
  field: 1 | 3 = 1,
): Buffer {
  const entries = Object.entries(attributes).map(([key, value]) => bytes(5, text(1, key), bytes(2, value)));
  return bytes(field, text(1, name), text(2, operation), ...inputs.map((input) => text(3, input)), ...entries);
}

/** What is to be given to a graph under this name. */
export function placeholder(name: string): Buffer {
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
  nodes: Buffer[],
  results: string[],
  attributes: Record<string, Buffer>,
): Buffer {
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
export function loadGraph(nodes: Buffer[], functions: Buffer[] = []): Graph {
  const graphDef = bytes(2, ...nodes, bytes(2, ...functions), bytes(4, number(1, 1882)));
  const savedModel = Buffer.concat([number(1, 1), bytes(2, bytes(1, text(4, 'serve')), graphDef)]);
  const backend = nativeBackend();
  const folder = mkdtempSync(path.join(tmpdir(), 'onpa-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), savedModel);
    const id = backend.binding.loadSavedModel(folder, 'serve');
    return {
      run: (inputs, outputs) => {
        const infos = Object.keys(inputs).map((name) => ({ name }));
        return backend.runSavedModel(id, Object.values(inputs), infos, outputs);
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function float32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}

const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

function bytes(field: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

/** Seven bits a byte, the highest bit set on all but the last. */
function varint(value: number): Buffer {
  const parts: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...parts, rest]);
    parts.push((rest & 127) | 128);
  }
}
