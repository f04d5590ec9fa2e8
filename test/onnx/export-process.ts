import { AutoModelForAudioClassification, type OnnxDtype } from 'onpa';

/** Exports the checkpoint of a folder in all dtypes into another, for test/reference/onnx_export.py. */

async function main(checkpoint: string, folder: string): Promise<void> {
  const model = await AutoModelForAudioClassification.fromPretrained(checkpoint);
  for (const dtype of ['float32', 'float16', 'int8'] satisfies OnnxDtype[]) {
    await model.savePretrained(folder, { exportOnnx: { dtype } });
  }
  model.dispose();
}

void main(process.argv[2], process.argv[3]);
