// npm run bench -- dsp [--quick] [--only stft,istft]
// npm run bench -- model [--quick] [--only onpa,onnx,30s]
// npm run bench -- train [--quick] [--only full-30s,later-5sx4]
// npm run bench -- vocoder [--quick] [--only 2s,10s,60s] [--threads 1]
// npm run bench -- endurance [--steps 100] [--small] [--resume] [--only train,predict]; not part of a run of all
// npm run bench -- accuracy [--seeds 0,1,2,3,4] [--epochs 10] [--only before,after] [--resume]; not part of a run of all
// npm run bench -- tables: writes the tables of README.md and docs/speed.md from bench/results
// With each suite: --json or --out FILE (all rows as JSON), --save (keeps them in bench/results), --check (exit code 1
// where a row is slower than the saved one, or none is saved).
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchAccuracy } from './accuracy/suite.js';
import { benchDsp } from './dsp/suite.js';
import { benchEndurance } from './endurance/suite.js';
import { thisMachine } from './machine.js';
import { benchModel } from './model/suite.js';
import type { BenchOptions } from './options.js';
import { updatePages } from './pages.js';
import { Recorder } from './recorder.js';
import { keptSuites, savedResults, saveResults } from './results.js';
import { benchTrain } from './train/suite.js';
import { benchVocoder } from './vocoder/suite.js';

/** What takes hours. */
const APART = ['endurance', 'accuracy'];

const suites: Record<string, (options: BenchOptions) => Promise<void>> = {
  dsp: benchDsp,
  model: benchModel,
  train: benchTrain,
  vocoder: benchVocoder,
  endurance: benchEndurance,
  accuracy: benchAccuracy,
};

const options = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  steps: { type: 'string' },
  threads: { type: 'string' },
  seeds: { type: 'string' },
  epochs: { type: 'string' },
  small: { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
  save: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
} as const;

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options });
  if (positionals[0] === 'tables') return tables(positionals);
  const { quick, small, resume, json, out, save, check } = values;
  const names = positionals.length > 0 ? positionals : Object.keys(suites).filter((name) => !APART.includes(name));
  const unknown = names.find((name) => !(name in suites));
  if (unknown !== undefined) {
    throw new Error(`There is no suite '${unknown}'; give ${Object.keys(suites).join(', ')}, or tables alone`);
  }
  const [steps, threads, epochs] = (['steps', 'threads', 'epochs'] as const).map((option) => {
    const count = values[option] === undefined ? undefined : Number(values[option]);
    if (count === undefined || (Number.isInteger(count) && count > 0)) return count;
    throw new Error(`--${option}: give a whole number`);
  });
  const seeds = values.seeds?.split(',').map(Number);
  if (seeds?.some((seed) => !Number.isInteger(seed) || seed < 0))
    throw new Error('--seeds: give whole numbers, as 0,1,2');
  if (save && (quick || values.only !== '' || threads !== undefined)) {
    throw new Error('--save keeps whole suites as they run by default: leave out --quick, --only and --threads');
  }
  const apart = names.find((name) => APART.includes(name));
  if (apart !== undefined && (json || save || check || out !== undefined)) {
    throw new Error(`${apart} has no rows to keep or compare: leave out --json, --out, --save and --check`);
  }
  const machine = thisMachine();
  // Before anything is measured.
  if (save) keptSuites(machine, names);
  // Where JSON goes to standard output, the tables go beside it.
  const print = json ? (text: string) => console.error(text) : (text: string) => console.log(text);
  const recorder = new Recorder(machine, savedResults(machine.kind), print);
  const only = values.only.split(',').filter(Boolean);
  for (const name of names) {
    await suites[name]({ recorder, quick, small, resume, steps, threads, seeds, epochs, only });
  }

  const { results, slower, uncompared, compared } = recorder;
  const text = `${JSON.stringify(results, undefined, 2)}\n`;
  if (json) process.stdout.write(text);
  if (out !== undefined) writeFileSync(out, text);
  if (save && results.suites.length > 0) print(`\nSaved in ${saveResults(results)}`);
  if (slower.length > 0) print(`\nSlower than what is saved:\n${slower.join('\n')}`);
  if (!check) return;
  if (uncompared.length > 0) print(`\nNot compared, as nothing of the kind is saved:\n${uncompared.join('\n')}`);
  if (compared === 0) print(`\nNothing was compared: bench/results has no such rows of ${machine.kind}`);
  if (compared === 0 || slower.length > 0) process.exitCode = 1;
}

function tables(positionals: string[]): void {
  if (positionals.length > 1) throw new Error(`'tables' stands alone; leave out ${positionals.slice(1).join(', ')}`);
  const changed = updatePages();
  console.log(changed.length > 0 ? `Changed ${changed.join(' and ')}` : 'All tables are what bench/results says');
}

main().catch((error: Error) => {
  console.error(error.message);
  // The peers end when their standard input does.
  process.exit(1);
});
