// Builds the page: static files for any server and any folder on it.
//   import { buildPage } from './build.mjs'; await buildPage('build/web');
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const require = createRequire(import.meta.url);
const { AutoModelForAudioClassification, loadDataset, saveWav } = require('onpa');
const { blended, isDark } = require('onpa/dist/plot/picture/color.js');
const { palette } = require('onpa/dist/plot/picture/colormap.js');
const { CYCLE } = require('onpa/dist/plot/spec.js');

const data = join(root, 'data');
const runtime = join(root, 'node_modules', 'onnxruntime-web', 'dist');
const WASM = 'ort-wasm-simd-threaded.wasm';

/** The medley of lesson 8: clips that its model has not learnt from. */
const MEDLEY = ['classical', 'metal', 'jazz', 'hiphop', 'reggae', 'disco'];

/** Writes the page into a folder, whose old content goes. */
export async function buildPage(folder) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'samples'), { recursive: true });
  await Promise.all([writeScripts(folder), writeModel(folder), writeSamples(folder)]);
  await writeServiceWorker(folder);
}

/** What src/build-names.d.ts declares. */
const colors = {
  MAGMA: JSON.stringify(Buffer.from(palette('magma')).toString('hex')),
  LABEL_COLORS: JSON.stringify(
    [...CYCLE, ...CYCLE.map((color) => blended(color, 0.5))].map((color) => ({
      color,
      text: isDark(color) ? '#fff' : '#000',
    })),
  ),
};

async function bundle(folder, entries, define, more = {}) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: entries.map((entry) => join('src', entry)),
    outdir: folder,
    entryNames: '[name]-[hash]',
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    metafile: true,
    define,
    // Of ONNX Runtime only WebAssembly is needed, with its script in it.
    alias: { 'onnxruntime-web/webgpu': join(runtime, 'ort.wasm.bundle.min.mjs') },
    logLevel: 'warning',
    ...more,
  });
  const outputs = Object.keys(metafile.outputs).map((path) => basename(path));
  const inputs = Object.keys(metafile.inputs);
  return { named: (start, ending) => outputs.find((name) => name.startsWith(start) && name.endsWith(ending)), inputs };
}

async function writeScripts(folder) {
  await cp(join(runtime, WASM), join(folder, WASM));
  const below = await bundle(folder, ['worker.ts', 'listener.ts'], { WASM: JSON.stringify(WASM) });
  const names = { WORKER: below.named('worker-', '.js'), LISTENER: below.named('listener-', '.js') };
  const quoted = Object.fromEntries(Object.entries(names).map(([name, file]) => [name, JSON.stringify(file)]));
  const page = await bundle(folder, ['page.ts'], { ...quoted, ...colors });
  const html = await readFile(join(here, 'index.html'), 'utf8');
  const filled = html.replace('{{STYLE}}', page.named('page-', '.css')).replace('{{PAGE}}', page.named('page-', '.js'));
  await writeFile(join(folder, 'index.html'), filled);
  await cp(join(here, 'icon.svg'), join(folder, 'icon.svg'));
  await writeFile(join(folder, 'LICENCES.txt'), await licences([...below.inputs, ...page.inputs]));
}

/** The committed model as ONNX, as Transformers.js looks for it. */
async function writeModel(folder) {
  const from = join(data, 'models', 'mini-genres');
  const to = join(folder, 'models', 'mini-genres');
  await mkdir(join(to, 'onnx'), { recursive: true });
  for (const name of ['config.json', 'preprocessor_config.json']) await cp(join(from, name), join(to, name));
  const model = await AutoModelForAudioClassification.fromPretrained(from);
  await model.exportOnnx(join(to, 'onnx', 'model.onnx'));
  model.dispose();
}

async function writeSamples(folder) {
  const samples = join(folder, 'samples');
  for (const name of ['reggae.flac', 'trumpet.ogg', 'speech.ogg'])
    await cp(join(data, 'audio', name), join(samples, name));
  const { test } = (await loadDataset(join(data, 'mini-genres'))).trainTestSplit({ testSize: 0.2, seed: 42 });
  const labels = test.column('genre');
  const rate = 22050;
  const medley = new Float32Array(5 * MEDLEY.length * rate);
  for (const [i, name] of MEDLEY.entries()) {
    const { audio } = await test.row(labels.indexOf(test.features.genre.str2int(name)));
    medley.set(audio.samples.subarray(0, 5 * rate), 5 * i * rate);
  }
  await saveWav(join(samples, 'medley.wav'), { samples: medley, sampleRate: rate }, { bitDepth: '16' });
}

/** The notices of the packages that are in the scripts. */
export async function licences(inputs) {
  const packages = new Set(inputs.map((path) => /node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean));
  const folders = [...packages].map((path) => join(root, path));
  const notices = new Map();
  for (const path of folders) {
    const { name, version, license, repository } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8'));
    const file = (await readdir(path)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(path, file), 'utf8') : `${license}; ${repository?.url ?? repository ?? ''}`;
    notices.set(name, `${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  const own = await readFile(join(root, 'LICENSE'), 'utf8');
  const ofDsp = await readFile(require.resolve('onpa/dist/dsp/LICENCES.txt'), 'utf8');
  const others = [...notices.keys()].sort().map((name) => notices.get(name));
  return [`onpa\n\n${own.trim()}\n`, ofDsp, ...others].join(`\n${'-'.repeat(80)}\n\n`);
}

/** The last: it knows all files, and by their content a name for its cache. */
async function writeServiceWorker(folder) {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = all
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(relative(folder, file)).update(await readFile(file));
  const names = files.map((file) => relative(folder, file).split(sep).join('/'));
  await bundle(
    folder,
    ['service-worker.ts'],
    {
      VERSION: JSON.stringify(hash.digest('hex').slice(0, 16)),
      FILES: JSON.stringify(['./', ...names.filter((name) => name !== 'index.html')]),
    },
    // No module: older browsers take none there.
    { entryNames: '[name]', format: 'iife' },
  );
}
