import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.js';
import { allResults, type Figures, type Results, type Row, type SuiteResults } from './results.js';
import { root } from './setup.js';
import { fewDigits, markdownTable } from './table.js';

/** Pages with tables of results, between <!-- bench: NAME --> and <!-- /bench -->; NAME is a suite, or 'summary'. */
export const pages = ['README.md', join('docs', 'speed.md')] as const;

/** Of a suite with many rows, the inputs that pages show. */
const SHOWN: Readonly<Record<string, readonly string[]>> = { dsp: ['30 s', '10 min'] };

/** The rows of the summary, and the peers beside which they stand. */
const SUMMARY = [
  { suite: 'dsp', name: 'stft', input: '30 s', peers: ['librosa'] },
  { suite: 'dsp', name: 'melSpectrogram', input: '30 s', peers: ['librosa'] },
  { suite: 'dsp', name: 'resample (to 16 kHz)', input: '30 s', peers: ['librosa'] },
  { suite: 'model', name: 'DistilHuBERT, forwards', input: '30 s', peers: ['PyTorch, SDPA', 'ONNX Runtime'] },
  { suite: 'train', name: 'DistilHuBERT, whole model', input: '30 s', peers: ['PyTorch'] },
  { suite: 'vocoder', name: 'Vocos', input: '10 s', peers: ['PyTorch, vocos'] },
];

/** Writes the tables of all pages from bench/results; gives the names of those that have changed. */
export function updatePages(folder: string = root): string[] {
  const results = allResults();
  return pages.filter((page) => {
    const path = join(folder, page);
    const before = readFileSync(path, 'utf8');
    const after = withTables(before, results, page);
    if (after !== before) writeFileSync(path, after);
    return after !== before;
  });
}

/**
 * A page with the tables that results give. A table for which there are none stays as it is.
 *
 * @param page - its name, for messages
 * @throws Error where the marks of a table are not in pairs
 */
export function withTables(text: string, results: readonly Results[], page: string): string {
  const marks = text.match(/<!-- \/?bench\b.*?-->/g) ?? [];
  const odd = marks.find((mark, i) => mark.startsWith('<!-- /') !== (i % 2 === 1));
  if (odd !== undefined || marks.length % 2 === 1) {
    throw new Error(`${page}: ${odd ?? marks.at(-1)} stands alone; give each <!-- bench: … --> its <!-- /bench -->`);
  }
  return text.replace(/(<!-- bench: (\S+) -->\n)(.*?)(<!-- \/bench -->)/gs, (_, begin, name, inside, end) => {
    const tables = name === 'summary' ? summary(results) : suiteTables(name, results);
    return `${begin}${tables === '' ? inside : `${tables}\n`}${end}`;
  });
}

/** The table of a suite for each kind of machine that has it. */
function suiteTables(suite: string, results: readonly Results[]): string {
  const parts = results.flatMap(({ machine, suites }) =>
    suites
      .filter((one) => one.suite === suite)
      .map((one) => {
        const versions = Object.entries(one.versions).map(([name, version]) => `${name} ${version}`);
        const heading = `${titleOf(machine)}, ${machine.cores} cores, ${one.date}`;
        return `**${heading}** (${versions.join(', ')}):\n\n${suiteTable(one)}`;
      }),
  );
  return parts.join('\n\n');
}

function suiteTable({ suite, rows }: SuiteResults): string {
  const shown = rows.filter(({ input }) => SHOWN[suite]?.includes(input) ?? true);
  const programs = [...new Set(shown.flatMap((row) => row.programs.map(({ program }) => program)))];
  const [onpa, ...peers] = programs;
  const head = [
    ...['', ''],
    ...programs.map((program) => `${program}, ms`),
    ...peers.map((peer) => `${peer} / ${onpa}`),
    ...programs.map((program) => `${program}, MB`),
  ];
  const cells = (row: Row) => {
    const of = (program: string, write: (figures: Figures) => string) => {
      const figures = row.programs.find((one) => one.program === program);
      return figures ? write(figures) : '';
    };
    return [
      ...[row.name, row.input],
      ...programs.map((program) => of(program, ({ time }) => fewDigits(time))),
      ...peers.map((peer) => of(peer, ({ time }) => (time / row.programs[0].time).toFixed(2))),
      ...programs.map((program) => of(program, ({ peak }) => peak.toFixed(0))),
    ];
  };
  return markdownTable(head, shown.map(cells), 2);
}

/** How many times as long the peers took, for each kind of machine a column. */
function summary(results: readonly Results[]): string {
  if (results.length === 0) return '';
  const head = ['', 'beside', ...results.map(({ machine }) => titleOf(machine))];
  const rows = SUMMARY.flatMap(({ suite, name, input, peers }) =>
    peers.map((peer) => {
      const ratios = results.map(({ suites }) => ratioTo(peer, rowOf(suites, suite, name, input)));
      return [`${name}, ${input}`, peer, ...ratios];
    }),
  );
  return markdownTable(
    head,
    rows.filter((row) => row.slice(2).some((cell) => cell !== '')),
    2,
  );
}

function rowOf(suites: readonly SuiteResults[], suite: string, name: string, input: string): Row | undefined {
  return suites.find((one) => one.suite === suite)?.rows.find((row) => row.name === name && row.input === input);
}

function ratioTo(peer: string, row: Row | undefined): string {
  const figures = row?.programs.find(({ program }) => program === peer);
  return row && figures ? (figures.time / row.programs[0].time).toFixed(1) : '';
}

/** 'Intel Xeon, AVX-512', of what the system calls 'Intel(R) Xeon(R) Processor'. */
function titleOf({ processor, instructions }: Machine): string {
  const words = processor.replace(/\((?:R|TM)\)/gi, '').replace(/ (?:CPU|Processor)$/i, '');
  return `${words}, ${instructions}`;
}
