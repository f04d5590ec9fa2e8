import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import ts from 'typescript';
import { inRepository } from './fixtures.js';

const library = inRepository('lib');
const dist = (...parts: string[]) => join(library, 'dist', 'dsp', ...parts);
const program = (name: string, ...parts: string[]) => inRepository('node_modules', name, ...parts);
const MODULE = readFileSync(dist('browser.mjs'));

/** Builds a program for browsers of one line, as its users do. */
async function bundled(line: string): Promise<{ bytes: number; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: line, resolveDir: inRepository() },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    logLevel: 'error',
  });
  return { bytes: gzipSync(outputFiles[0].contents).length, metafile };
}

/** What a Node that runs a script prints, as JSON. */
const printed = (script: string) =>
  JSON.parse(execFileSync(process.execPath, ['--eval', script], { cwd: inRepository(), encoding: 'utf8' }));

describe('The package onpa', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-package-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has code and types for every way of importing it, say publint and Are the types wrong', async () => {
    const npm = ['pack', '--pack-destination', folder, '--json'];
    const [{ filename }] = JSON.parse(execFileSync('npm', npm, { cwd: library, encoding: 'utf8', stdio: 'pipe' }));
    const { publint } = await import('publint');
    const { buffer } = new Uint8Array(readFileSync(join(folder, filename)));
    deepEqual((await publint({ pack: { tarball: buffer }, strict: true })).messages, []);
    const attw = [program('@arethetypeswrong', 'cli', 'dist', 'index.js'), join(folder, filename), '--format', 'json'];
    const { stdout } = spawnSync(process.execPath, attw, { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const { analysis } = JSON.parse(stdout);
    deepEqual(analysis.problems, []);
    deepEqual(Object.keys(analysis.entrypoints).sort(), ['.', './dist/*', './dsp', './package.json']);
  });

  it('is imported from onpa/dsp and required from it as the same objects, without TensorFlow and the like', () => {
    const script = `
      const dsp = require('onpa/dsp');
      import('onpa/dsp').then((module) => {
        const names = Object.keys(dsp).sort();
        const files = Object.keys(require.cache).map((path) => path.replaceAll('\\\\', '/'));
        const packages = files.map((path) => /node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean);
        const same = names.every((name) => module[name] === dsp[name]);
        const native = files.filter((path) => path.endsWith('.node'));
        const builtins = process.moduleLoadList.filter((name) => /NativeModule (net|http|child_process|worker_threads)$/.test(name));
        console.log(JSON.stringify({ names, same, more: Object.keys(module).length - names.length, packages, native, builtins }));
      });`;
    const { names, same, more, packages, native, builtins } = printed(script);
    ok(same && names.includes('stft') && names.length > 40);
    equal(more, 0);
    deepEqual(
      [...new Set<string>(packages)].filter((name) => !/^(ml-|is-any-array$)/.test(name)),
      [],
    );
    deepEqual([native, builtins], [[], []]);
    equal(printed("console.log(require('onpa').stft === require('onpa/dsp').stft)"), true);
  });
});

describe('The module onpa/dsp for browsers', () => {
  it('has at most 60 kB packed, with its kernels, and imports nothing', async () => {
    const size = gzipSync(MODULE).length;
    ok(size <= 60_000, `${size} bytes`);
    const { metafile } = await bundled(`export * from ${JSON.stringify(dist('browser.mjs'))}`);
    deepEqual(
      Object.values(metafile.inputs).flatMap(({ imports }) => imports.filter(({ external }) => external)),
      [],
    );
  });

  it('is what a bundler takes for onpa/dsp, less what is not used', async () => {
    const whole = await bundled("export * from 'onpa/dsp'");
    const part = await bundled("import { stft } from 'onpa/dsp'; console.log(stft(new Float32Array(9)));");
    const inputs = Object.keys(part.metafile.inputs).filter((path) => path !== '<stdin>');
    deepEqual(inputs, ['lib/dist/dsp/browser.mjs']);
    const imports = Object.values(part.metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
    deepEqual(
      imports.filter((path) => builtinModules.includes(path.replace('node:', ''))),
      [],
    );
    ok(part.bytes < whole.bytes / 2, `${part.bytes} of ${whole.bytes} bytes`);
  });

  it('computes in Node, too, what onpa does, and names its errors', async () => {
    const script = `
      const samples = Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i * i));
      const waveform = { samples, sampleRate: 22050 };
      const [{ mfcc, kmeans, stft }, other] = [require('onpa/dsp'), await import(${JSON.stringify(dist('browser.mjs'))})];
      let error;
      try { other.stft(samples, { nFft: 0 }); } catch (caught) { error = caught; }
      const clusters = (f, g) => [...f(g(waveform).transpose(), 3, { seed: 0 }).labels];
      console.log(JSON.stringify({
        equal: [...mfcc(waveform).data].join() === [...other.mfcc(waveform).data].join(),
        labels: [clusters(kmeans, mfcc), clusters(other.kmeans, other.mfcc)],
        error: [error.name, error instanceof other.ParameterError, error.message],
        names: Object.keys(other).sort().join() === Object.keys(require('onpa/dsp')).sort().join(),
      }));`;
    const wrapped = `(async () => { ${script} })();`;
    const { equal: same, labels, error, names } = printed(wrapped);
    ok(same && names);
    deepEqual(labels[0], labels[1]);
    deepEqual(error, ['ParameterError', true, 'nFft is 0; give a whole number of at least 1']);
  });

  it('carries the notices of the packages in it', () => {
    const notices = readFileSync(dist('LICENCES.txt'), 'utf8');
    const map: { sources: string[] } = JSON.parse(readFileSync(dist('browser.mjs.map'), 'utf8'));
    const packages = map.sources.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
    for (const name of new Set(packages.filter((found) => found !== undefined))) {
      ok(new RegExp(`^${name} \\d`, 'm').test(notices), name);
    }
    ok(packages.includes('ml-matrix') && packages.includes('ml-kmeans'));
  });

  it('has types without those of Node, for every TypeScript that knows its exports', () => {
    const folder = mkdtempSync(join(tmpdir(), 'onpa-types-'));
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['onpa', 'ml-matrix']) {
      symlinkSync(name === 'onpa' ? library : program(name), join(folder, 'node_modules', name));
    }
    const file = join(folder, 'page.mts');
    writeFileSync(
      file,
      `import { type ComplexSpectrogram, kmeans, melSpectrogram, ParameterError, StftStream, stft } from 'onpa/dsp';
       const spectrogram: ComplexSpectrogram = stft(new Float32Array(4000), { nFft: 512, padMode: 'edge' });
       export const columns: number = spectrogram.magnitude().columns + new StftStream().push(new Float32Array(3)).columns;
       export const mel = melSpectrogram({ samples: new Float32Array(4000), sampleRate: 8000 }).transpose();
       export const { labels } = kmeans(mel, 3);
       // @ts-expect-error
       stft(new Float32Array(4000), { nFft: '512' });
       export const mistake: Error = new ParameterError('');\n`,
    );
    const { Bundler, NodeNext } = ts.ModuleResolutionKind;
    for (const moduleResolution of [Bundler, NodeNext]) {
      const checked = ts.createProgram([file], {
        target: ts.ScriptTarget.ES2022,
        module: moduleResolution === Bundler ? ts.ModuleKind.ESNext : ts.ModuleKind.NodeNext,
        moduleResolution,
        lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
        types: [],
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        preserveSymlinks: true,
      });
      const messages = ts.getPreEmitDiagnostics(checked).map(({ messageText }) => messageText);
      deepEqual(messages, []);
    }
    rmSync(folder, { recursive: true });
  });
});
