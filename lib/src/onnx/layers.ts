import type { GraphScope, Value } from './graph.js';
import { quantize } from './quantize.js';
import { TENSOR_TYPES } from './schema.js';

/** Layers that models share. A layer's parameters are those under the scope's prefix, and have the type of its input. */

/** Names of activations, as configurations write them. */
export type OnnxActivation = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu';

/** Types that layers compute in. */
export type Float = 'float32' | 'float16';

/** The value in another precision. */
export function cast(graph: GraphScope, x: Value, type: Float): Value {
  return x.type === type ? x : graph.node('Cast', [x], { to: TENSOR_TYPES[type] }, type);
}

/** x · weightᵀ + bias: (…, in) → (…, out). The matrix lies in the file as (in, out), turned over. */
export function linear(graph: GraphScope, x: Value): Value {
  const type = x.type as Float;
  const { shape, data } = graph.read('weight');
  const [outputs, inputs] = shape;
  const turned = graph.initializer('weight', type, [inputs, outputs], transposed(data, outputs, inputs));
  return graph.node('Add', [graph.node('MatMul', [x, turned]), graph.parameter('bias', type)]);
}

/** An input of several layers in 8 bits, with its scale and zero point. */
export type QuantizedInput = readonly [values: Value, scale: Value, zeroPoint: Value];

/** The value in 8 bits, by its own range. */
export function quantized(graph: GraphScope, x: Value): QuantizedInput {
  const [values, scale, zeroPoint] = graph.nodeOf('DynamicQuantizeLinear', [x], {}, ['uint8', 'float32', 'uint8']);
  return [values, scale, zeroPoint];
}

/** {@link linear} by a product of whole numbers, as ONNX Runtime's `quantize_dynamic` has it: a scale for each output. */
export function quantizedLinear(graph: GraphScope, [x, scale, zeroPoint]: QuantizedInput): Value {
  const { shape, data } = graph.read('weight');
  const [outputs, inputs] = shape;
  const { values, scales } = quantize(data, outputs);
  const turned = transposed(values, outputs, inputs);
  const weight = graph.initializer('weight_quantized', 'int8', [inputs, outputs], turned);
  const weightScale = graph.initializer('weight_scale', 'float32', [outputs], scales);
  const product = graph.node('MatMulInteger', [x, weight, zeroPoint], {}, 'int32');
  const whole = graph.node('Cast', [product], { to: TENSOR_TYPES.float32 }, 'float32');
  const scaled = graph.node('Mul', [whole, graph.node('Mul', [scale, weightScale])]);
  return graph.node('Add', [scaled, graph.parameter('bias', 'float32')]);
}

/**
 * The kernel of a convolution: these numbers, whose first axis are the outputs. In a model of 8 bits it lies in the file in
 * 8 bits, and is float32 again when that is loaded: runtimes compute once what is the same for every input, but not a
 * DequantizeLinear.
 */
export function kernel(graph: GraphScope, type: Float, shape: readonly number[], data: Float32Array): Value {
  if (graph.dtype !== 'int8') return graph.initializer('weight', type, shape, data);
  const { values, scales } = quantize(data, shape[0]);
  const stored = graph.initializer('weight_quantized', 'int8', shape, values);
  const scale = graph.initializer('weight_scale', 'float32', [shape[0], 1, 1], scales);
  return graph.node('Mul', [graph.node('Cast', [stored], { to: TENSOR_TYPES.float32 }, 'float32'), scale]);
}

/** Normalises over the last axis, in float32 within. */
export function layerNorm(graph: GraphScope, x: Value, epsilon: number): Value {
  const type = x.type as Float;
  const inputs = [x, graph.parameter('weight', type), graph.parameter('bias', type)];
  return graph.node('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } });
}

/** The activation of that name. */
export function activation(graph: GraphScope, x: Value, name: OnnxActivation): Value {
  if (name === 'relu') return graph.node('Relu', [x]);
  const isExact = name === 'gelu';
  if (graph.opset >= 20) return graph.node('Gelu', [x], isExact ? {} : { approximate: 'tanh' });
  const number = (value: number) => graph.constant(value, x.type as Float);
  if (isExact) {
    // x · (1 + erf(x/√2)) / 2, in the order in which runtimes know it as one operator
    const bent = graph.node('Erf', [graph.node('Div', [x, number(Math.SQRT2)])]);
    return graph.node('Mul', [graph.node('Mul', [x, graph.node('Add', [bent, number(1)])]), number(0.5)]);
  }
  // x · (1 + tanh(√(2/π) · x · (1 + 0.044715 x²))) / 2
  const square = graph.node('Mul', [graph.node('Mul', [x, x]), number(0.044715)]);
  const cubic = graph.node('Mul', [x, graph.node('Add', [square, number(1)])]);
  const bent = graph.node('Tanh', [graph.node('Mul', [cubic, number(Math.sqrt(2 / Math.PI))])]);
  return graph.node('Mul', [graph.node('Mul', [x, graph.node('Add', [bent, number(1)])]), number(0.5)]);
}

/** (rows, columns) → (columns, rows). */
function transposed<T extends Float32Array | Int8Array>(data: T, rows: number, columns: number): T {
  const turned = data.slice() as T;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j];
  }
  return turned;
}
