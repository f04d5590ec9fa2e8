// npm run bench -- dsp [--quick] [--only stft,istft]
// npm run bench -- model [--quick] [--only onpa,onnx,30s]
// npm run bench -- train [--quick] [--only full-30s,later-5sx4]
// npm run bench -- vocoder [--quick] [--only 2s,10s,60s] [--threads 1]
// npm run bench -- endurance [--steps 100] [--small] [--resume] [--only train,predict]; not part of a run of all
// npm run bench -- accuracy [--seeds 0,1,2,3,4] [--epochs 10] [--only before,after] [--resume]; not part of a run of all
import { parseArgs } from 'node:util';
import { benchAccuracy } from './accuracy/suite.js';
import { benchDsp } from './dsp/suite.js';
import { benchEndurance } from './endurance/suite.js';
import { benchModel } from './model/suite.js';
import type { BenchOptions } from './options.js';
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

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      steps: { type: 'string' },
      threads: { type: 'string' },
      seeds: { type: 'string' },
      epochs: { type: 'string' },
      small: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(suites).filter((name) => !APART.includes(name));
  const unknown = names.find((name) => !(name in suites));
  if (unknown !== undefined) throw new Error(`There is no suite '${unknown}'; give ${Object.keys(suites).join(', ')}`);
  for (const name of names) {
    const { quick, small, resume } = values;
    const [steps, threads, epochs] = (['steps', 'threads', 'epochs'] as const).map((option) => {
      const count = values[option] === undefined ? undefined : Number(values[option]);
      if (count === undefined || (Number.isInteger(count) && count > 0)) return count;
      throw new Error(`--${option}: give a whole number`);
    });
    const seeds = values.seeds?.split(',').map(Number);
    if (seeds?.some((seed) => !Number.isInteger(seed) || seed < 0))
      throw new Error('--seeds: give whole numbers, as 0,1,2');
    const only = values.only.split(',').filter(Boolean);
    await suites[name]({ quick, small, resume, steps, threads, seeds, epochs, only });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  // The peers end when their standard input does.
  process.exit(1);
});
