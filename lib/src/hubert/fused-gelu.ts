import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tf } from '../tensorflow.js';
import { usesGpu } from './native.js';

/**
 * TensorFlow can apply GELU within a matrix product, while its result is still in the processor's registers. The
 * operation takes a list of strings, which TensorFlow.js does not pass on; a graph that holds the operation can be
 * loaded and run, though.
 */
const OPERATION = '_FusedMatMul';
const FUSED = ['BiasAdd', 'GeluExact'];
const INPUTS = ['x', 'weight', 'bias'];
const DT_FLOAT = 1;

interface GraphBackend {
  binding: { loadSavedModel(folder: string, tags: string): number };
  runSavedModel(id: number, inputs: tf.Tensor[], infos: { name: string }[], outputs: string[]): tf.Tensor[];
}

/** The loaded graph; null where this TensorFlow cannot run it, undefined before the first try. */
let graph: number | null | undefined;

/** Whether {@link fusedGelu} works here: on processors for which TensorFlow uses oneDNN. */
export function canFuseGelu(): boolean {
  if (graph === undefined) {
    try {
      graph = usesGpu() ? null : loadGraph();
      if (graph !== null && !isExact()) graph = null;
    } catch {
      graph = null;
    }
  }
  return graph !== null;
}

/** gelu(x · weight + bias) for x (N, in), weight (in, out) or, transposed, (out, in). It has no gradient. */
export function fusedGelu(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor, transposed: boolean): tf.Tensor2D {
  const backend = tf.backend() as unknown as GraphBackend;
  const infos = INPUTS.map((name) => ({ name }));
  const [output] = backend.runSavedModel(graph as number, [x, weight, bias], infos, [
    transposed ? 'transposed' : 'plain',
  ]);
  return output as tf.Tensor2D;
}

function isExact(): boolean {
  return tf.tidy(() => {
    const one = tf.ones([1, 1]) as tf.Tensor2D;
    const expected = 0.5 * (1 + tf.erf(Math.SQRT1_2).dataSync()[0]);
    return [false, true].every((transposed) => {
      const [found] = fusedGelu(one, one, tf.zeros([1]), transposed).dataSync();
      return Math.abs(found - expected) < 1e-6;
    });
  });
}

function loadGraph(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'onpa-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), savedModel());
    return (tf.backend() as unknown as GraphBackend).binding.loadSavedModel(folder, 'serve');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A SavedModel in Protocol Buffers, field by field as in TensorFlow's saved_model.proto and graph.proto. */
function savedModel(): Uint8Array {
  const placeholders = INPUTS.map((name) => node(name, 'Placeholder', [], { dtype: number(6, DT_FLOAT) }));
  const products = [false, true].map((transposed) =>
    node(transposed ? 'transposed' : 'plain', OPERATION, INPUTS, {
      T: number(6, DT_FLOAT),
      num_args: number(3, 1),
      fused_ops: bytes(1, ...FUSED.map((name) => text(2, name))),
      transpose_b: number(5, transposed ? 1 : 0),
    }),
  );
  const graphDef = bytes(2, ...placeholders, ...products, bytes(4, number(1, 1882)));
  return Buffer.concat([number(1, 1), bytes(2, bytes(1, text(4, 'serve')), graphDef)]);
}

function node(name: string, operation: string, inputs: string[], attributes: Record<string, Buffer>): Buffer {
  const entries = Object.entries(attributes).map(([key, value]) => bytes(5, text(1, key), bytes(2, value)));
  return bytes(1, text(1, name), text(2, operation), ...inputs.map((input) => text(3, input)), ...entries);
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
