// The last step of the build: what runs in browsers. First `onpa/dsp`, as one module that they load as it is:
//   dist/dsp/kernels-binary.js   the WebAssembly of kernels/, in base64
//   dist/dsp/browser.mjs         all of src/dsp with the kernels, ml-matrix and ml-kmeans
//   dist/dsp/LICENCES.txt        the notices of the packages in it
//   dist/dsp/index.mjs           for Node's `import`: the very objects that `require` gives
// Then the script of players in notebooks:
//   dist/plot/player/player-script.js   src/plot/player/page in one piece, as a string
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const library = dirname(fileURLToPath(import.meta.url));
const dist = join(library, 'dist', 'dsp');
const packages = dirname(dirname(createRequire(import.meta.url).resolve('ml-matrix')));

const kernels = readFileSync(join(library, '..', 'build', 'kernels.wasm')).toString('base64');

/** What stands in place of two files of src/dsp. */
const instead = {
  name: 'instead',
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^\.\/kernels-binary\.js$/ }, ({ path }) => ({ path, namespace: 'kernels' }));
    onLoad({ filter: /./, namespace: 'kernels' }, () => ({ contents: `export const KERNELS = '${kernels}';` }));
    onResolve({ filter: /^\.\/ml-kmeans\.js$/ }, ({ kind, resolveDir }) => resolve('ml-kmeans', { kind, resolveDir }));
  },
};

/** Leaves out files of packages of which nothing is used: all of them only declare, and few packages say so. */
const shaken = {
  name: 'shaken',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === shaken || !importer.startsWith(packages)) return undefined;
      return { ...(await resolve(path, { importer, kind, resolveDir, pluginData: shaken })), sideEffects: false };
    });
  },
};

const { metafile } = await build({
  absWorkingDir: library,
  entryPoints: [join('src', 'dsp', 'index.ts')],
  outfile: join(dist, 'browser.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  metafile: true,
  banner: { js: '/*! onpa/dsp, MIT; with packages of mljs, MIT: see LICENCES.txt */' },
  // ml-matrix's entry is one CommonJS file, of which nothing can be left out; its sources lie beside it.
  alias: { 'ml-matrix': join(packages, 'ml-matrix', 'src', 'index.js') },
  plugins: [instead, shaken],
  logLevel: 'warning',
});

/** The notice of a package, from the file that it has for it. */
function notice(name) {
  const folder = join(packages, name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (license !== 'MIT' || !file) throw new Error(`${name} is under ${license}; see whether it may be in the module`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

const [{ inputs, exports }] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
const used = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
const names = new Set(used.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean));
writeFileSync(
  join(dist, 'LICENCES.txt'),
  [...names]
    .sort()
    .map(notice)
    .join(`\n${'-'.repeat(80)}\n\n`),
);

writeFileSync(join(dist, 'kernels-binary.js'), `'use strict';\nexports.KERNELS = '${kernels}';\n`);
writeFileSync(join(dist, 'index.mjs'), `export { ${exports.join(', ')} } from './index.js';\n`);
writeFileSync(join(dist, 'index.d.mts'), "export * from './index.js';\n");

const script = await build({
  absWorkingDir: library,
  entryPoints: [join('src', 'plot', 'player', 'page', 'main.ts')],
  bundle: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  write: false,
  logLevel: 'warning',
});
// Every player brings it along, in an element of HTML: esbuild escapes what would end that.
const text = script.outputFiles[0].text.trim();
const player = join(library, 'dist', 'plot', 'player', 'player-script.js');
writeFileSync(player, `'use strict';\nexports.PLAYER_SCRIPT = ${JSON.stringify(text)};\n`);
