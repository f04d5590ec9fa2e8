import { deepEqual, ok, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as onnxRuntime from 'onnxruntime-web';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  HubertForPreTraining,
  type LabelScore,
  load,
  ParameterError,
  pipeline,
  Trainer,
} from 'onpa';
import { inRepository } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import { TOKEN } from '../hub/server.js';
import { ownCache, tree } from '../hub/surroundings.js';
import { classifierOf, forward, inTemporaryFolder } from '../hubert/models.js';

const MODEL = inRepository('data', 'models', 'mini-genres');
const ID = 'me/genres';

/** `@huggingface/transformers` on ONNX Runtime in WebAssembly, which needs nothing but npm's packages. */
async function transformers(): Promise<typeof import('@huggingface/transformers')> {
  onnxRuntime.env.wasm.numThreads = 1;
  // Its own default is a server of packages.
  const folder = path.dirname(require.resolve('onnxruntime-web'));
  onnxRuntime.env.wasm.wasmPaths = pathToFileURL(`${folder}${path.sep}`).href;
  Object.assign(globalThis, { [Symbol.for('onnxruntime')]: onnxRuntime });
  return import('@huggingface/transformers');
}

const byLabel = (scores: LabelScore[]) => scores.sort((a, b) => (a.label < b.label ? -1 : 1));

describe("Transformers.js's pipeline", () => {
  const cache = ownCache();

  it('loads what the Trainer has pushed with exportOnnx, and gives the scores of onpa', async () => {
    await withHub(async (hub) => {
      Object.assign(process.env, { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN });
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      const featureExtractor = await AutoFeatureExtractor.fromPretrained(MODEL);
      const trainer = new Trainer({ model, featureExtractor, args: { outputDir: 'build/genres', hubModelId: ID } });
      const { files } = await trainer.pushToHub({ exportOnnx: true });
      ok(files.includes('onnx/model.onnx') && files.includes('preprocessor_config.json'), files.join());
      model.dispose();

      const { env, pipeline: pipelineInJs } = await transformers();
      Object.assign(env, { remoteHost: hub.url, allowLocalModels: false, cacheDir: path.join(cache.home, 'js') });
      const classify = await pipelineInJs('audio-classification', ID, { dtype: 'fp32', device: 'auto' });
      const clip = await load(inRepository('data', 'audio', 'reggae.flac'), { sampleRate: 16000 });
      const found = (await classify(clip.samples, { top_k: 10 })) as LabelScore[];
      await classify.dispose();

      const classifyHere = await pipeline('audio-classification', { model: MODEL, topK: 10 });
      const expected = byLabel(await classifyHere(clip));
      const scores = byLabel(found);
      deepEqual(
        scores.map(({ label }) => label),
        expected.map(({ label }) => label),
      );
      scores.forEach(({ label, score }, i) => {
        const off = Math.abs(score - expected[i].score);
        ok(off <= 1e-4, `${label} is off by ${off}`);
      });
    });
  });
});

describe('savePretrained with exportOnnx', () => {
  it('adds the file that exportOnnx writes, in the folder onnx', async () => {
    const model = await classifierOf(forward.cases.group);
    await inTemporaryFolder(async (folder) => {
      await model.savePretrained(folder, { exportOnnx: true });
      await model.savePretrained(folder, { exportOnnx: { dtype: 'int8', opset: 20 } });
      await model.savePretrained(folder, { exportOnnx: { dtype: 'float16' } });
      const files = ['onnx/model.onnx', 'onnx/model_fp16.onnx', 'onnx/model_int8.onnx'];
      deepEqual(await tree(folder), ['config.json', 'model.safetensors', ...files]);
      const apart = path.join(folder, 'apart.onnx');
      await model.exportOnnx(apart);
      deepEqual(await readFile(apart), await readFile(path.join(folder, 'onnx', 'model.onnx')));
    });
    model.dispose();
  });

  it('writes nothing where the model cannot be exported', async () => {
    const { config } = await classifierOf(forward.cases.group);
    const model = HubertForPreTraining.fromConfig(config, { numClasses: [4] });
    await inTemporaryFolder(async (folder) => {
      for (const exportOnnx of [true, 'int8' as unknown as boolean]) {
        await rejects(model.savePretrained(folder, { exportOnnx }), ParameterError);
      }
      deepEqual(await tree(folder), []);
    });
    model.dispose();
  });

  it('belongs to pushes of a model, too', async () => {
    const model = await classifierOf(forward.cases.group);
    await inTemporaryFolder(async (folder) => {
      const { files } = await model.pushToHub(ID, { folder, exportOnnx: true });
      deepEqual(files, ['config.json', 'model.safetensors', 'onnx/model.onnx']);
    });
    model.dispose();
  });
});
