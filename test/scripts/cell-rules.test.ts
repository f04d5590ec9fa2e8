import { deepEqual, equal, match } from 'node:assert/strict';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Cell {
  cell_type: 'code' | 'markdown';
  source: string[];
}

interface Complaint {
  cell: number;
  line: number;
  message: string;
}

const FOLD = '<details lang="ja"><summary>日本語</summary>';
const cell = (type: Cell['cell_type'], text: string): Cell => ({ cell_type: type, source: text.split(/(?<=\n)/) });
const code = (text: string): Cell => cell('code', text);
const prose = (english: string, japanese: string): Cell =>
  cell('markdown', `${english}\n\n${FOLD}\n\n${japanese}\n\n</details>`);

describe("The form of a lesson's cells", () => {
  let formOf: (cells: Cell[]) => Complaint[];
  before(async () => {
    formOf = (await import(pathToFileURL(resolve('scripts/cell_rules.mjs')).href)).formOf;
  });

  /** The complaints as '2:1 …': cell and line. */
  const found = (...cells: Cell[]) => formOf(cells).map((it) => `${it.cell}:${it.line} ${it.message}`);

  it('takes lines of 75 columns and cells of 20 lines, and no more', () => {
    deepEqual(found(code('a'.repeat(75)), code(Array(20).fill('a();').join('\n'))), []);
    deepEqual(found(code(`a();\n${'a'.repeat(76)}`)), ['1:2 76 columns; the page has 75']);
    deepEqual(found(code(Array(21).fill('a();').join('\n'))), ['1:21 21 lines; an idea has 20']);
  });

  it('takes a check that is alone in its cell', () => {
    deepEqual(found(code('check.lesson1.count(answer1);'), code('check.lesson5.frames(answer3, model.config);')), []);
    deepEqual(found(code("check.lesson7.resultEntry(resultEntry, 'GTZAN', 'marsyas/gtzan', 0.82);")), []);
    deepEqual(found(code('check.lesson2.findPeaks(findPeaks, amplitudeDb, -Infinity);')), []);
    for (const text of [
      'check.lesson2.findPeaks(() => [], amplitudeDb, 1);',
      'check.lesson2.findPeaks(peaks, amplitudeDb, 1);',
      'const n = 1;\ncheck.lesson1.count(answer1);',
      'check.lesson1.count(3000);',
      'check.lesson1.count(answer1 ?? 3000);',
      'check.lesson1.count(answer1); // 3000',
    ]) {
      match(found(code(text)).join(), /a check is a cell of its own/, text);
    }
  });

  it('takes no path to data/ that is found from one folder only', () => {
    deepEqual(found(code("load('onpa:audio/reggae.flac');"), code("load('my-data/a.wav');")), []);
    for (const path of ['data/audio/reggae.flac', '../data/mini-genres', './data/models']) {
      match(found(code(`load('${path}');`)).join(), /^1:1 .*'onpa:…'/);
    }
  });

  it('takes no path for results but that of outputPath', () => {
    deepEqual(found(code("await trainer.saveModel(outputPath('mine'));")), []);
    for (const path of ["'build/mine'", "'../build/mine'", '`../../build/mine`']) {
      match(found(code(`await trainer.saveModel(${path});`)).join(), /^1:1 .*outputPath/);
    }
  });

  it('takes a heading that begins its cell, whose Japanese begins with its title in bold', () => {
    deepEqual(found(prose('# A\n\nText.', '**あ**\n\n本文。'), prose('Text.', '**強い**言葉の本文。')), []);
    deepEqual(found(prose('Text.\n\n```\n# a comment\n```', '本文。')), []);
    for (const [text, line] of [
      [prose('Text.\n\n## A', '本文。'), 3],
      [prose('## A\n\n### B', '**あ**'), 3],
      [prose('## A', '**あ**\n\n## い'), 7],
      [prose('Text.\n\n<h2>A</h2>', '本文。'), 3],
      [prose('A\n---', '本文。'), 2],
    ] as const) {
      const complaints = found(text);
      equal(complaints.length, 1, complaints.join('\n'));
      match(complaints[0], new RegExp(`^1:${line} a heading begins its cell`));
    }
    match(found(prose('## A', '本文。')).join(), /^1:5 .*title in bold/);
    match(found(prose('Text.', '**あ**\n\n本文。')).join(), /^1:5 .*title in bold/);
  });

  it('takes each heading once', () => {
    match(found(prose('# A', '**あ**'), prose('## A', '**い**')).join(), /^2:1 .*a second heading 'A'/);
  });

  it('takes no text without its Japanese', () => {
    match(found(cell('markdown', 'Text.')).join(), /^1:1 the Japanese is missing/);
  });
});
