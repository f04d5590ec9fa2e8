import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJsonLines } from '../../bench/json-lines.js';
import { pages, withTables } from '../../bench/pages.js';
import { Recorder, slowerThan } from '../../bench/recorder.js';
import { allResults, parseResults, type Results, type Row, savedResults, saveResults } from '../../bench/results.js';

const machine = { kind: 'acme-one-avx2', processor: 'ACME One', instructions: 'AVX2', cores: 2, memory: 8 };

const rowOf = (name: string, input: string, ...times: readonly [string, number][]): Row => ({
  name,
  input,
  programs: times.map(([program, time]) => ({ program, time, best: 0.9 * time, peak: 100 })),
});

const suiteOf = (suite: string, date: string, ...rows: Row[]) => ({ suite, date, versions: { onpa: '0.1.0' }, rows });

const example = (): Results => ({
  machine: { ...machine },
  suites: [
    suiteOf(
      'dsp',
      '2026-11-30',
      rowOf('stft', '5 s', ['onpa', 1], ['librosa', 2]),
      rowOf('stft', '30 s', ['onpa', 5], ['librosa', 11]),
    ),
  ],
});

describe('Results of benchmarks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-results-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are read as they were saved, from a file named after the kind of machine', () => {
    assert.equal(saveResults(example(), folder), join(folder, 'acme-one-avx2.json'));
    assert.deepEqual(savedResults('acme-one-avx2', folder), example());
    assert.equal(savedResults('acme-two-avx2', folder), undefined);
    assert.deepEqual(allResults(folder), [example()]);
  });

  it('keep the suites that a later run leaves out, and take the place of those that it has', () => {
    saveResults(example(), folder);
    const [train, dsp] = ['train', 'dsp'].map((suite) =>
      suiteOf(suite, '2026-12-01', rowOf('one', '5 s', ['onpa', 1], ['PyTorch', 2])),
    );
    saveResults({ machine, suites: [train] }, folder);
    assert.deepEqual(savedResults(machine.kind, folder)?.suites, [...example().suites, train]);
    saveResults({ machine, suites: [dsp] }, folder);
    assert.deepEqual(savedResults(machine.kind, folder)?.suites, [dsp, train]);
  });

  it('of a machine are not given out for those of another of its kind', () => {
    saveResults(example(), folder);
    const other = {
      machine: { ...machine, cores: 8 },
      suites: [suiteOf('train', '2026-12-01', rowOf('a', '5 s', ['onpa', 1]))],
    };
    assert.throws(() => saveResults(other, folder), /has dsp from another machine \(ACME One, 2 cores, 8 GB\)/);
    const whole = { ...other, suites: example().suites };
    saveResults(whole, folder);
    assert.deepEqual(savedResults(machine.kind, folder), whole);
  });

  it('are read but for a last line that is unfinished, after which others follow', () => {
    const file = join(folder, 'results.jsonl');
    assert.deepEqual(readJsonLines(file), []);
    writeFileSync(file, '{"a":"é"}\n{"a":');
    assert.deepEqual(readJsonLines(file), [{ a: 'é' }]);
    appendFileSync(file, '{"a":2}\n');
    assert.deepEqual(readJsonLines(file), [{ a: 'é' }, { a: 2 }]);
  });

  for (const [what, change, message] of [
    ['cut off', (text: string) => text.slice(0, 100), /x\.json: it is no JSON .*--save$/],
    ['a list', () => '[]', /x\.json: it is no object/],
    ['without a machine', () => '{"suites": []}', /machine is no object/],
    ['without suites', (text: string) => text.replace('"suites"', '"sweets"'), /suites is no list/],
    ['of no day', (text: string) => text.replace('2026-11-30', 'today'), /suites\[0\]\.date is no day as 2026-11-30/],
    [
      'with a time of 0',
      (text: string) => text.replace('"time":11', '"time":0'),
      /suites\[0\]\.rows\[1\]\.programs\[1\]\.time is no number above 0/,
    ],
    ['with a version that is no text', (text: string) => text.replace('"0.1.0"', '1'), /versions\.onpa is no text/],
  ] as const) {
    it(`that are ${what} are refused, with the place`, () => {
      assert.throws(() => parseResults(change(JSON.stringify(example())), 'x.json'), { message });
    });
  }

  it('of another kind than their file are refused', () => {
    writeFileSync(join(folder, 'other.json'), JSON.stringify(example()));
    assert.throws(() => savedResults('other', folder), /other\.json: machine\.kind is 'acme-one-avx2'/);
  });
});

describe('A row of a benchmark', () => {
  const saved = rowOf('stft', '30 s', ['onpa', 5], ['librosa', 11]);

  it('is slower where its ratio to the peer has fallen by a fifth, however fast the machine is', () => {
    assert.equal(
      slowerThan(rowOf('stft', '30 s', ['onpa', 6.5], ['librosa', 11]), saved, '2026-11-30'),
      'slower by 1.3 than on 2026-11-30',
    );
    assert.equal(slowerThan(rowOf('stft', '30 s', ['onpa', 50], ['librosa', 110]), saved, '2026-11-30'), '');
    assert.equal(slowerThan(rowOf('stft', '30 s', ['onpa', 5.9], ['librosa', 11]), saved, '2026-11-30'), '');
  });

  it('is not slower where it is so beside one of two peers alone', () => {
    const before = rowOf('forwards', '30 s', ['onpa', 5], ['PyTorch', 10], ['ONNX', 5]);
    const later = (torch: number, onnx: number) =>
      slowerThan(rowOf('forwards', '30 s', ['onpa', 5], ['PyTorch', torch], ['ONNX', onnx]), before, '2026-11-30');
    assert.equal(later(5, 5), '');
    assert.equal(later(5, 4), 'slower by 1.3 than on 2026-11-30');
  });

  it('is marked by the saved row of its suite, name and input, and is among what is slower', () => {
    const printed: string[] = [];
    const recorder = new Recorder(machine, example(), (text) => printed.push(text));
    const measured = (best: number) => ({ time: best, best, processor: best, peak: 100.4, idle: 1 });
    const add = (name: string, input: string, onpa: number) =>
      recorder.add('dsp', name, input, [['onpa', measured(onpa)] as const, ['librosa', measured(11)] as const]);
    assert.equal(add('stft', '30 s', 10), 'slower by 2.0 than on 2026-11-30');
    assert.equal(add('stft', '10 min', 10), '');
    assert.equal(add('istft', '30 s', 10), '');
    assert.deepEqual([recorder.compared, recorder.uncompared], [1, ['dsp, stft, 10 min', 'dsp, istft, 30 s']]);
    recorder.end('dsp', { onpa: '0.1.0' }, 'a table');
    assert.deepEqual(recorder.slower, ['dsp, stft, 30 s: slower by 2.0 than on 2026-11-30']);
    assert.deepEqual(printed, ['a table']);
    const { results } = recorder;
    assert.deepEqual(parseResults(JSON.stringify(results), 'x.json'), results);
    assert.deepEqual(
      results.suites[0].rows.map(({ name, input }) => [name, input]),
      [
        ['stft', '30 s'],
        ['stft', '10 min'],
        ['istft', '30 s'],
      ],
    );
  });
});

describe('Tables of benchmarks on pages', () => {
  const page = 'Before.\n\n<!-- bench: dsp -->\nolder figures\n<!-- /bench -->\n\nAfter.\n';

  it('are what the saved results say', () => {
    const all = allResults();
    for (const name of pages) {
      const text = readFileSync(name, 'utf8');
      assert.match(text, /<!-- bench: /, name);
      assert.equal(withTables(text, all, name), text, `${name}: npm run bench -- tables`);
    }
  });

  it('stand in the place of what was there, once for each kind of machine', () => {
    const other = { ...example(), machine: { ...machine, processor: 'ACME Two' } };
    const text = withTables(page, [example(), other], 'page.md');
    assert.ok(
      text.startsWith('Before.\n\n<!-- bench: dsp -->\n**ACME One, AVX2, 2 cores, 2026-11-30** (onpa 0.1.0):\n\n'),
    );
    assert.match(text, /\| stft \| 30 s \| +5\.0 \| +11\.0 \| +2\.20 \| +100 \| +100 \|\n\n\*\*ACME Two/);
    assert.ok(text.endsWith('|\n<!-- /bench -->\n\nAfter.\n'));
    assert.doesNotMatch(text, /older|\| 5 s/);
    assert.equal(withTables(text, [example(), other], 'page.md'), text);
  });

  it('leave what was there where nothing is saved of their suite', () => {
    assert.equal(withTables(page, [], 'page.md'), page);
    const model = page.replace('dsp', 'model');
    assert.equal(withTables(model, [example()], 'page.md'), model);
  });

  it('have in the summary a column for each kind of machine, and no row that none has', () => {
    const text = withTables(page.replace('dsp', 'summary'), [example()], 'page.md');
    assert.match(text, /\| beside +\| ACME One, AVX2 \|/);
    assert.match(text, /\| stft, 30 s \| librosa \| +2\.2 \|\n<!-- \/bench -->/);
  });

  it('whose marks are not in pairs are refused', () => {
    for (const text of [
      page.replace('<!-- /bench -->', ''),
      page.replace('<!-- bench: dsp -->', ''),
      page + page.slice(9, 40),
    ]) {
      assert.throws(() => withTables(text, [], 'page.md'), /^Error: page\.md: <!-- .* stands alone/);
    }
  });
});
