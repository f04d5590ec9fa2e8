import { deepEqual, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import path from 'node:path';
import { AutoFeatureExtractor, AutoModelForAudioClassification, type LabelScore, load, pipeline } from 'onpa';
import type { Browser } from 'playwright-core';
import { withServer } from '../audio/server.js';
import { inRepository } from '../fixtures.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { describeInChromium, launchChromium } from './chromium.js';

const MODEL = inRepository('data', 'models', 'mini-genres');
const PACKAGES = inRepository('node_modules');

/** A page with Transformers.js as npm has it; what it imports by name lies on this server too. */
const PAGE = `<!doctype html><script type="importmap">{ "imports": {
  "@huggingface/transformers": "/packages/@huggingface/transformers/dist/transformers.web.js",
  "onnxruntime-common": "/packages/onnxruntime-common/dist/esm/index.js",
  "onnxruntime-web/webgpu": "/packages/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs"
} }</script>`;

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** Serves the page at /, npm's packages, and the files of a folder as a repository of the Hub. */
function serving(folder: string): RequestListener {
  return async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const [, repository] = /^\/me\/genres\/resolve\/main\/(.+)$/.exec(pathname) ?? [];
    const [, packaged] = /^\/packages\/(.+)$/.exec(pathname) ?? [];
    if (pathname === '/') return void response.setHeader('content-type', 'text/html').end(PAGE);
    const file = repository ? path.join(folder, repository) : path.join(PACKAGES, packaged ?? 'none');
    const bytes = await readFile(file).catch(() => undefined);
    if (!bytes) return void response.writeHead(404).end();
    response.setHeader('content-type', TYPES[path.extname(file)] ?? 'application/octet-stream');
    response.setHeader('content-length', bytes.length).end(bytes);
  };
}

/** What runs in the page: all scores of a clip. */
const CLASSIFY = `async ({ samples, dtype }) => {
  const { env, pipeline } = await import('@huggingface/transformers');
  Object.assign(env, { remoteHost: location.origin, allowLocalModels: false, useBrowserCache: false, useWasmCache: false });
  env.backends.onnx.wasm.wasmPaths = location.origin + '/packages/onnxruntime-web/dist/';
  env.backends.onnx.wasm.numThreads = 1;
  const classify = await pipeline('audio-classification', 'me/genres', { dtype, device: 'wasm' });
  const scores = await classify(Float32Array.from(samples), { top_k: 10 });
  await classify.dispose();
  return scores;
}`;

describeInChromium('Transformers.js in Chromium', 'the test of models there is', (executable) => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium(executable);
  });
  after(() => browser?.close());

  it('gives the scores of onpa with what savePretrained wrote, and the same first label in 8 bits', async () => {
    await inTemporaryFolder(async (folder) => {
      const model = await AutoModelForAudioClassification.fromPretrained(MODEL);
      await model.savePretrained(folder, { exportOnnx: true });
      await model.savePretrained(folder, { exportOnnx: { dtype: 'int8' } });
      await (await AutoFeatureExtractor.fromPretrained(MODEL)).savePretrained(folder);
      model.dispose();
      const clip = await load(inRepository('data', 'audio', 'reggae.flac'), { sampleRate: 16000 });
      const expected = await (await pipeline('audio-classification', { model: MODEL, topK: 10 }))(clip);

      await withServer(serving(folder), async (url) => {
        const page = await browser.newPage();
        try {
          await page.goto(url);
          const classify = (dtype: string) =>
            page.evaluate<LabelScore[]>(`(${CLASSIFY})(${JSON.stringify({ samples: [...clip.samples], dtype })})`);
          const found = await classify('fp32');
          deepEqual(
            found.map(({ label }) => label),
            expected.map(({ label }) => label),
          );
          found.forEach(({ score }, i) => {
            ok(Math.abs(score - expected[i].score) <= 1e-4, `${score} instead of ${expected[i].score}`);
          });
          deepEqual((await classify('int8'))[0].label, expected[0].label);
        } finally {
          await page.close();
        }
      });
    });
  });
});
