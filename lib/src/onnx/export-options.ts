import { ParameterError } from '../errors.js';
import { shown } from '../json.js';
import { given, type OrNull } from '../options.js';
import { requireChoice, requireInteger, requireNumber } from '../validation.js';

/** Numbers that an exported model computes with. */
export type OnnxDtype = 'float32' | 'float16' | 'int8';

/** How a model is written as ONNX. */
export interface OnnxExportOptions {
  /**
   * The version of ONNX's operators, 17 to 25. A later one needs a later runtime, and has GELU as one operator from 20 on;
   * default 17.
   */
  opset?: number;
  /**
   * `float16`: half the size, weights and the transformer in half precision; `int8`: a quarter, weights in 8 bits, and the
   * inputs of linear layers too while they are multiplied. Inputs, outputs and the head stay float32. Default `float32`.
   */
  dtype?: OnnxDtype;
  /**
   * Whether there is an input `attention_mask`, which then has to be given, with ones where nothing is padded; default
   * true.
   */
  attentionMask?: boolean;
}

/** Of ONNX's operators, the versions in which those that are used here are the same but for what the graph looks after. */
const OPSETS = { from: 17, to: 25 } as const;

const DTYPES: readonly OnnxDtype[] = ['float32', 'float16', 'int8'];

/** The options with their defaults. @throws ParameterError for options out of range */
export function exportSettings(options: OrNull<OnnxExportOptions>): Required<OnnxExportOptions> {
  if (typeof options !== 'object') {
    throw new ParameterError(
      `the options of an export are ${shown(options)}; give an object such as { dtype: 'int8' }`,
    );
  }
  const { opset = OPSETS.from, dtype = 'float32', attentionMask = true } = given<OnnxExportOptions>(options);
  requireInteger('opset', opset);
  requireNumber('opset', opset, OPSETS.from, OPSETS.to);
  requireChoice('dtype', dtype, DTYPES);
  requireChoice('attentionMask', attentionMask, [true, false]);
  return { opset, dtype, attentionMask };
}
