import { readFile } from 'node:fs/promises';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';

/** ONNX Runtime in WebAssembly, as browsers have it. */

env.wasm.numThreads = 1;

/** What a model is given: rows of one length. */
export interface OnnxInput {
  inputValues: readonly Float32Array[];
  attentionMask?: readonly ArrayLike<number>[];
}

/** A model of a file, with a function that gives the one output of a batch. */
export interface OnnxModel {
  session: InferenceSession;
  run(input: OnnxInput): Promise<{ name: string; data: Float32Array; dims: readonly number[] }>;
}

/** Loads a file, and frees it after `use`. */
export async function withOnnx<T>(file: string, use: (model: OnnxModel) => Promise<T>): Promise<T> {
  const session = await InferenceSession.create(await readFile(file));
  try {
    return await use({ session, run: (input) => run(session, input) });
  } finally {
    await session.release();
  }
}

async function run(session: InferenceSession, { inputValues, attentionMask }: OnnxInput): ReturnType<OnnxModel['run']> {
  const dims = [inputValues.length, inputValues[0].length];
  const flat = new Float32Array(dims[0] * dims[1]);
  inputValues.forEach((row, i) => {
    flat.set(row, i * dims[1]);
  });
  const feeds: Record<string, Tensor> = { input_values: new Tensor('float32', flat, dims) };
  if (session.inputNames.includes('attention_mask')) {
    const masks = attentionMask ?? inputValues.map((row) => new Int32Array(row.length).fill(1));
    const bits = BigInt64Array.from(masks.flatMap((mask) => Array.from(mask, BigInt)));
    feeds.attention_mask = new Tensor('int64', bits, dims);
  }
  const [name] = session.outputNames;
  const output = (await session.run(feeds))[name];
  return { name, data: output.data as Float32Array, dims: output.dims };
}
