import { deepEqual, doesNotMatch, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, type Content, execute, startKernel, written } from './client.js';

describe('the language of cells', () => {
  let folder: string;
  let kernel: Client;

  before(async () => {
    // No package is installed here: what cells import is found beside the kernel.
    folder = mkdtempSync(join(tmpdir(), 'onpa-language-'));
    writeFileSync(join(folder, 'tuning.ts'), 'export const a4: number = 440;\n');
    kernel = await startKernel(folder);
    await run("import { load, melSpectrogram, pipeline, specshow, stft, waveshow } from 'onpa';");
    await run('const samples = new Float32Array(4096), sampleRate = 8000;');
    await run("const classify = undefined as unknown as Awaited<ReturnType<typeof pipeline>>; const path = 'a.wav';");
  });
  after(() => {
    kernel.kill();
    rmSync(folder, { recursive: true });
  });

  /** Runs cells, of which all must succeed; what the last one writes. */
  async function run(...cells: string[]): Promise<string> {
    let text = '';
    for (const code of cells) {
      const came = await kernel.exchange([execute(code)]);
      const [{ content }] = came.replies;
      equal(content.status, 'ok', `${code}\n${content.evalue}`);
      text = written(came);
    }
    return text.trim();
  }

  /** The message of the error that a cell ends with. */
  async function failure(code: string): Promise<string> {
    const { replies } = await kernel.exchange([execute(code)]);
    equal(replies[0].content.status, 'error', code);
    return replies[0].content.evalue;
  }

  /** The reply about the place that | marks. */
  async function ask(type: 'inspect' | 'complete', marked: string): Promise<Content> {
    const [before, after] = marked.split('|');
    const content = { code: before + after, cursor_pos: [...before].length, detail_level: 0 };
    const { replies } = await kernel.exchange([{ type: `${type}_request`, content }]);
    equal(replies[0].content.status, 'ok');
    return replies[0].content;
  }

  const inspected = async (marked: string): Promise<string> => (await ask('inspect', marked)).data['text/plain'];
  const completed = async (marked: string): Promise<string[]> => (await ask('complete', marked)).matches;

  describe('variables of earlier cells', () => {
    it('are properties by their name alone, also within objects, functions and defaults', async () => {
      const code = 'const all = [{ samples, sampleRate }, { a: { sampleRate } }, (() => ({ sampleRate }))()] as any[];';
      const print = '[all[0].samples.length, all[0].sampleRate, all[1].a.sampleRate, all[2].sampleRate].join()';
      equal(await run(code, print), '4096,8000,8000,8000');
    });

    it('take what is taken apart, in objects and lists, with defaults', async () => {
      const code = "({ first, second = 'b', ...rest } = { first: 'a', third: 'c' } as any); [third = 'd'] = [];";
      await run("let first = '', second = '', third = '', rest: any;", code);
      equal(await run('[first, second, third, JSON.stringify(rest)].join()'), 'a,b,d,{"third":"c"}');
    });

    it('are changed by assignments, also in functions and loops', async () => {
      await run('let count = 1; function increase(by = count) { count += by; }');
      await run('count++; increase(); for (count of [count * 10]) increase(2);');
      equal(await run('count'), '42');
      equal(await run('const reached = 1; let exported = 2; exported += reached; exported'), '3');
    });

    it('are what the newest cell makes of them, where a function of an earlier cell uses them', async () => {
      await run("let word = 'old'; const say = () => [word, typeof word].join();", 'const word = 5;');
      equal(await run('say()'), '5,number');
    });

    it('give way to parameters, catch clauses, labels, properties and members of the same name', async () => {
      await run('let name = 1;');
      const code = `const own = ((name: number) => ({ name }))(2).name;
        let caught = 0; try { throw 3 } catch (name) { caught = name as number; }
        name: for (;;) break name;
        class Named { name = 4; get() { return this.name; } }
        const { name: inner } = { name: 5 };`;
      equal(await run(code, '[own, caught, new Named().get(), inner, { name: 6 }.name, name].join()'), '2,3,4,5,6,1');
    });

    it('may be classes, enums, namespaces and types', async () => {
      await run(`interface Note { pitch: Pitch } enum Pitch { C = 60, D = 62 }
        namespace Scale { export const first = Pitch.C; export const second = first + 2; }
        class Player { static made = 0; constructor(readonly note: Note) { Player.made++; } }
        type Notes = Note[]; abstract class Base { abstract go(): number }`);
      await run(
        'class Loud extends Player { go() { return Player.made; } } const notes: Notes = [{ pitch: Pitch.D }];',
      );
      equal(await run('[Scale.second, new Loud(notes[0]).note.pitch, Player.made, Pitch[60]].join()'), '62,62,1,C');
    });

    it('are there when a cell declares them by var in a block', async () => {
      await run('for (var turn = 0; turn < 3; turn++) { var { last } = { last: turn }; }');
      equal(await run('[turn, last].join()'), '3,2');
    });

    it('are imported in every way, and only where they are values', async () => {
      await run("import fs, { existsSync as isThere, type Stats } from 'node:fs'; import * as paths from 'node:path';");
      await run("import assert = require('node:assert'); const { sep } = await import('node:path'); let stats: Stats;");
      equal(
        await run("[typeof fs.existsSync, isThere('/'), paths.join('a', 'b'), typeof assert, sep].join()"),
        'function,true,a/b,function,/',
      );
    });

    it('come from files beside the notebook, also after a change', async () => {
      equal(await run("import { a4 } from './tuning'; a4"), '440');
      writeFileSync(join(folder, 'tuning.ts'), "export const a4: string = '442 Hz';\n");
      equal(await run("import { a4 } from './tuning'; a4.slice(0, 3)"), '442');
    });

    it('are declared with export as well, as in code that was copied', async () => {
      await run(
        'export const exported = 1; export function double(x: number) { return 2 * x; } export default class {}',
      );
      equal(await run('double(exported)'), '2');
    });

    it('keep their types through many cells that are run again and again', async () => {
      await run('const base = { deep: [1, 2] };', 'const derived = base.deep.map((x) => ({ x }));');
      await run(...Array.from({ length: 70 }, (_, i) => `const again = ${i}; const base = ${i};`));
      equal(await run('derived[1].x.toFixed(1) + again.toFixed(0) + base.toFixed(0)'), '2.06969');
      match(await failure('derived[0].y'), /Property 'y' does not exist/);
    });
  });

  describe('a cell that throws', () => {
    it('leaves what had its value by then, with its type', async () => {
      equal(
        await failure("const early = 1; const later = early + 1; throw new Error('halt'); const late = 3;"),
        'halt',
      );
      equal(await run('(early + later).toFixed(1)'), '3.0');
      match(await failure('late'), /late is not defined: its cell stopped before the line that defines it/);
      equal(await run('const late = 4; late'), '4');
    });

    it('does so after await, too', async () => {
      await failure(
        "const waited = await Promise.resolve('a'); await Promise.reject(new Error('no')); const never = 1;",
      );
      equal(await run('waited.toUpperCase()'), 'A');
    });

    it('leaves the variable that it would have declared anew as it was', async () => {
      await run('const kept = 1;');
      await failure("throw new Error('x'); const kept = 'text';");
      equal(await run('kept.toFixed(1)'), '1.0');
    });

    it('names functions as they are named in the cell', async () => {
      await run('const nothing = undefined as unknown as () => void; const something = {} as any;');
      equal(await failure('nothing()'), 'nothing is not a function');
      equal(await failure('something.else()'), 'something.else is not a function');
    });
  });

  describe('a mistake', () => {
    const mistakes: [string, string, string][] = [
      ['an option of Python', 'load(path, { sr: 16000 })', 'sr is not an option of load; did you mean sampleRate?'],
      ['words joined by _', 'stft(samples, { n_fft: 512 })', 'n_fft is not an option of stft; did you mean nFft?'],
      [
        'a wrong letter',
        'stft(samples, { hoplength: 512 })',
        'hoplength is not an option of stft; did you mean hopLength?',
      ],
      [
        'an option like none that there is',
        'stft(samples, { colour: 1 })',
        'colour is not an option of stft; there are nFft, padMode, hopLength, winLength, window, center',
      ],
      [
        'an option behind several signatures',
        'classify({ samples, sampleRate }, { top_k: 3 })',
        'top_k is not an option of classify; did you mean topK?',
      ],
      [
        'complex numbers for real ones',
        'specshow(stft(samples))',
        'specshow cannot take a ComplexSpectrogram as db: give its `.magnitude()` or `.power()` or `.phase()`',
      ],
      [
        'samples without their rate',
        'classify(samples)',
        'classify cannot take a Float32Array as audio: give `{ samples, sampleRate }`',
      ],
      ['a sound for its samples', 'const sound = { samples, sampleRate }; stft(sound)', 'give its `.samples`'],
      ['a made sound for its samples', 'stft({ samples, sampleRate })', 'give its `.samples`'],
      [
        'a missing await',
        'waveshow(load(path))',
        'waveshow cannot take Promise<Waveform> as waveform: put `await` before it',
      ],
      [
        'a missing await before a member',
        'const wave = load(path); wave.samples',
        'wave is a promise of what has .samples: put `await` before',
      ],
      [
        'a word that is none of the choices',
        "specshow(stft(samples).power(), { yAxis: 'mell' })",
        "yAxis is one of 'linear', 'hz', 'log', 'mel', not 'mell'; did you mean 'mel'?",
      ],
      ['a text for a number', "stft(samples, { nFft: '512' })", "nFft is a number, not '512'"],
      ['an option without its name', 'stft(samples, 512)', 'stft takes options by name: { nFft'],
      ['a missing argument', 'stft()', 'Expected 1-2 arguments, but got 0: stft(samples, options?)'],
      ['a missing import', 'powerToDb', "powerToDb is not defined; import { powerToDb } from 'onpa'"],
      ["Python's name of a function", 'power_to_db', "power_to_db is not defined; import { powerToDb } from 'onpa'"],
      ["Python's builtin", 'print(1)', "print is Python's; here it is console.log(…)"],
      [
        "Python's loop",
        'for x in samples:\n  x',
        'this looks like Python; here it is written for (const x of values) { … }',
      ],
      [
        "Python's name of a field",
        'const both = { samples, sampleRate }; const { sr } = both;',
        'has no sr; did you mean sampleRate?',
      ],
      ["NumPy's shape", 'samples.shape', 'Float32Array has no .shape; it has .length'],
      [
        'a constant from itself',
        'const samples = samples.slice(1)',
        'samples is declared anew in this cell, which hides the one of an earlier cell',
      ],
      ['a new value for a constant', 'sampleRate = 1', 'Write const sampleRate = … to define it anew'],
      [
        'a package that is not there',
        "import x from 'no-such-package'",
        'there is no package no-such-package here; install it: npm install no-such-package',
      ],
    ];
    for (const [what, code, expected] of mistakes) {
      it(`is ${what}: one line says what was meant`, async () => {
        const message = await failure(code);
        ok(message.includes(expected), message);
        equal(message.split('\n').length, 1, message);
      });
    }
  });

  describe('the value at the end of a cell', () => {
    it('is awaited where it is a promise', async () => {
      equal(await run('new Promise<string>((resolve) => setTimeout(() => resolve("there"), 1))'), 'there');
      equal(await failure("Promise.reject(new Error('not there'))"), 'not there');
    });

    it('is drawn where it is a chart', async () => {
      const { published } = await kernel.exchange([execute('waveshow({ samples, sampleRate })')]);
      const [shown] = published.filter(({ type }) => type === 'display_data');
      deepEqual(Object.keys(shown.content.data), ['application/vnd.vegalite.v5+json', 'image/png', 'text/plain']);
    });

    it('is shown as it says itself, by the symbol that Deno knows', async () => {
      const code =
        "({ [Symbol.for('Jupyter.display')]: async () => ({ 'text/html': '<b>1</b>', 'text/plain': '1' }) })";
      const { published } = await kernel.exchange([execute(code)]);
      const [shown] = published.filter(({ type }) => type === 'execute_result');
      deepEqual(shown.content.data, { 'text/html': '<b>1</b>', 'text/plain': '1' });
    });

    it('takes one line where it is a long array, and all of a short one', async () => {
      equal(
        await run('Float32Array.from({ length: 1000 }, (_, i) => i / 3)'),
        'Float32Array(1000) [ 0, 0.333333, 0.666667, …, 332.333, 332.667, 333 ]',
      );
      equal(await run('new Int16Array(3)'), 'Int16Array(3) [ 0, 0, 0 ]');
      equal(
        await run('({ samples, sampleRate })'),
        '{\n  samples: Float32Array(4096) [ 0, 0, 0, …, 0, 0, 0 ],\n  sampleRate: 8000\n}',
      );
    });
  });

  describe('Shift+Tab', () => {
    it('shows a function with what it takes, gives and throws, each under a heading', async () => {
      for (const marked of ['stft|', 'stft(|', 'stft(samples, { | })']) {
        const text = await inspected(marked);
        match(text, /stft\(samples: Float32Array, options\?: StftOptions\): ComplexSpectrogram\n/);
        match(
          text,
          /\noptions:\n {2}nFft\?: number\n {6}Samples of a frame, any whole number above 0; default 2048\.\n/,
        );
        match(text, /\nReturns:\n {2}1 \+ /);
        match(text, /\nErrors:\n {2}ParameterError for options out of range/);
        match(text, /\nExample:\n {2}const spectrogram = stft\(samples\);\n/);
        doesNotMatch(text, /@|\{link/);
      }
    });

    it('gives the same as Markdown', async () => {
      const { data } = await ask('inspect', 'stft(|)');
      match(data['text/markdown'], /^```typescript\nstft\(/);
      match(data['text/markdown'], /\n\*\*Returns\*\*\n\n1 \+ /);
      match(data['text/markdown'], /\n- `hopLength\?: number`<br>Samples between/);
    });

    it('shows the option or variable at the cursor first', async () => {
      match(
        await inspected('load(path, { mono|: true })'),
        /^\(property\) mono\?: true\n\nMix the channels[\s\S]*────[\s\S]*load\(/,
      );
      match(await inspected('stft(samples|)'), /^const samples: Float32Array\n/);
    });

    it('counts characters as Jupyter does, beyond those of 16 bits', async () => {
      match(await inspected("const trumpet = '🎺🎺🎺'; sampleRate|;"), /^const sampleRate: 8000/);
      equal((await ask('inspect', '1 + 2|')).found, false);
    });
  });

  describe('Tab', () => {
    it('names the options that are not given yet', async () => {
      deepEqual(await completed('stft(samples, {|'), ['center', 'hopLength', 'nFft', 'padMode', 'winLength', 'window']);
      deepEqual(await completed('stft(samples, { window: 1, w|'), ['winLength']);
    });

    it('names the choices of a string', async () => {
      deepEqual(await completed("specshow(stft(samples).power(), { yAxis: '|' })"), ['hz', 'linear', 'log', 'mel']);
    });

    it('names members and imports, of any case', async () => {
      equal((await completed('samples.byteL|'))[0], 'byteLength');
      equal((await completed("import { melsp| } from 'onpa'"))[0], 'melSpectrogram');
    });

    it('names files in a string', async () => {
      deepEqual(await completed("load('tun|')"), ['tuning.ts']);
    });

    it('names what the notebook has defined before what is everywhere', async () => {
      const names = await completed('|');
      ok(names.indexOf('samples') < names.indexOf('Array'));
    });

    it('replaces what was typed, counted as Jupyter does', async () => {
      const { cursor_start, cursor_end, metadata } = await ask('complete', "'🎺'; samples.le|");
      deepEqual([cursor_start, cursor_end], [13, 15]);
      deepEqual(metadata._jupyter_types_experimental[0], { text: 'length', type: 'property', start: 13, end: 15 });
    });
  });
});
