import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** An import that is forbidden, and what the error says about it. */
const FORBIDDEN: [from: string, to: string, why: RegExp][] = [
  ['lib/src/dsp/stft.ts', '../audio/load.js', /the numbers of audio need no file, model or Hub/],
  ['lib/src/plot/waveshow.ts', '../pipeline.js', /where they come from is not its business/],
  ['lib/src/plot/waveshow.ts', '../notebook.js', /only show, play and compare have an effect/],
  ['lib/src/tensor/graph.ts', '../dsp/fft.js', /the layer below all models, and knows none of them/],
  ['lib/src/hubert/config.ts', '../training/trainer.js', /used where nothing is trained/],
  ['lib/src/dataset/clips.ts', '../hubert/models.js', /read where no model is/],
  ['lib/src/command/run-job.ts', '../plot/show.js', /no notebook to show charts in/],
  ['lib/src/progress.ts', './hub/names.js', /it would be part of all the others/],
  ['lib/src/training/trainer.ts', '../index.js', /inside of the library import the file itself/],
  ['lib/src/training/trainer.ts', '../dsp/index.js', /inside of the library import the file itself/],
  ['lib/src/dsp/stft.ts', 'node:fs', /onpa\/dsp runs where there is no Node/],
  ['lib/src/validation.ts', 'node:util', /onpa\/dsp runs where there is no Node/],
  ['lib/src/hubert/models.ts', '@tensorflow/tfjs-core', /import \{ tf \} from tensor\/tensorflow/],
  ['test/dsp/stft.test.ts', '../../lib/src/dsp/stft.js', /never its source/],
  ['lib/src/dsp/stft.ts', './nowhere.js', /is not there/],
];

describe('The directions between the folders', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onpa-directions-'));
    for (const name of ['lib/src', 'test']) mkdirSync(path.join(folder, name), { recursive: true });
    for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json'])
      cpSync(name, path.join(folder, name));
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): void {
    const file = path.join(folder, name.replace(/\.js$/, '.ts'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** What dependency-cruiser says about the tree. */
  function cruise(): { status: number | null; said: string } {
    const program = path.resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = [program, 'lib/src', 'test', '--output-type', 'err-long'];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    return { status, said: stdout.replace(/\s+/g, ' ') };
  }

  for (const [from, to, why] of FORBIDDEN) {
    it(`forbid ${from} to import ${to}, even a type of it, and say why`, () => {
      const other = path.join(path.dirname(from), to);
      if (/^\.\.?\/(?!nowhere)/.test(to)) write(other, 'export type Some = number;\n');
      write(from, `import type { Some } from '${to}';\nexport const one: Some = 1;\n`);
      const { status, said } = cruise();
      assert.notEqual(status, 0);
      assert.match(said, why);
    });
  }

  it('forbid a circle, even of types', () => {
    write('lib/src/dsp/stft.ts', "import type { Mel } from './mel.js';\nexport type Frame = Mel;\n");
    write('lib/src/dsp/mel.ts', 'export type Mel = number;\n');
    assert.equal(cruise().status, 0);
    write('lib/src/dsp/mel.ts', "import type { Frame } from './stft.js';\nexport type Mel = Frame | number;\n");
    const { status, said } = cruise();
    assert.notEqual(status, 0);
    assert.match(said, /can only be read, tested and moved together/);
  });
});
