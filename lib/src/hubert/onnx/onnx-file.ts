import { ParameterError } from '../../errors.js';
import { writeWhole } from '../../files.js';
import { encodeOnnx, requireRoom } from '../../onnx/encode.js';
import { exportSettings, type OnnxExportOptions } from '../../onnx/export-options.js';
import { GraphScope } from '../../onnx/graph.js';
import type { OrNull } from '../../options.js';
import type { tf } from '../../tensor/tensorflow.js';
import type { ModelConfig } from '../config.js';

/** Bytes of a weight in a file of ONNX, at least. */
const LEAST_BYTES = { float32: 4, float16: 2, int8: 1 } as const;

/** Names of such files, as `@huggingface/transformers` looks for them. */
const NAMES = { float32: 'model.onnx', float16: 'model_fp16.onnx', int8: 'model_int8.onnx' } as const;

/** What is asked of a model. */
export interface ExportedModel {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  numParameters(): number;
}

/** A model as a file of ONNX that has not been written yet. */
export interface OnnxFile {
  name: string;
  /** Writes it whole or not at all, and makes its folder if need be. */
  write(file: string): Promise<void>;
}

/**
 * A model as a file of ONNX, its numbers as they are now.
 *
 * @param describe - makes the graph
 * @throws ParameterError for options out of range, a model that has been disposed, and one of more than 2 GB
 */
export function onnxFile(
  model: ExportedModel,
  options: OrNull<OnnxExportOptions>,
  describe: (graph: GraphScope, attentionMask: boolean) => void,
): OnnxFile {
  const settings = exportSettings(options);
  const { dtype, attentionMask } = settings;
  if ([...model.parameters.values()].some((variable) => variable.isDisposed)) {
    throw new ParameterError('the model has been disposed, and its parameters are gone; load it again');
  }
  requireRoom(model.numParameters() * LEAST_BYTES[dtype]);
  const graph = GraphScope.begin(settings, (name) => {
    const variable = model.parameters.get(name)!;
    return { shape: variable.shape, data: variable.dataSync() as Float32Array };
  });
  describe(graph, attentionMask);
  const { modelType, id2label } = model.config;
  const metadata = { model_type: modelType, id2label: JSON.stringify(id2label), dtype };
  const bytes = encodeOnnx(graph, model.constructor.name, metadata);
  return { name: NAMES[dtype], write: (file) => writeWhole(file, bytes, { makeFolder: true }) };
}
