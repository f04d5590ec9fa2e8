// npm run bench -- dsp [--quick] [--only stft,istft]
// npm run bench -- model [--quick] [--only onpa,onnx,30s]
// npm run bench -- train [--quick] [--only full-30s,later-5sx4]
import { parseArgs } from 'node:util';
import { benchDsp } from './dsp/suite.js';
import { benchModel } from './model/suite.js';
import type { BenchOptions } from './options.js';
import { benchTrain } from './train/suite.js';

const suites: Record<string, (options: BenchOptions) => Promise<void>> = {
  dsp: benchDsp,
  model: benchModel,
  train: benchTrain,
};

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(suites);
  const unknown = names.find((name) => !(name in suites));
  if (unknown !== undefined) throw new Error(`There is no suite '${unknown}'; give ${Object.keys(suites).join(', ')}`);
  for (const name of names) {
    await suites[name]({ quick: values.quick, only: values.only.split(',').filter(Boolean) });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  // The peers end when their standard input does.
  process.exit(1);
});
