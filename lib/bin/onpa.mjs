#!/usr/bin/env node
// npx onpa setup, npx onpa doctor, npx onpa train
import { nodeProblem } from '../setup/node.mjs';

const USAGE = `npx onpa setup     links TensorFlow, for models, and libsndfile, for sound files
npx onpa doctor    says what is linked, and whether it computes what Python does
npx onpa train     trains a classifier of sounds; npx onpa train --help lists its flags`;

const commands = {
  async setup() {
    const { main } = await import('../setup/main.mjs');
    const { setUp } = await import('../setup/steps.mjs');
    await main(setUp);
  },
  async doctor() {
    const { doctor } = await import('../dist/doctor/doctor.js');
    process.exitCode = (await doctor(console.log)) ? 0 : 1;
  },
  async train(line) {
    const { trainCommand } = await import('../dist/command/train-command.js');
    // Who reads may go before the training has ended.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
    // Stdout is the log alone.
    console.log = console.error;
    // What has been stopped may still compute.
    process.exit(await trainCommand(line));
  },
};

function start([name = '--help', ...rest]) {
  if ((rest.length === 0 || name === 'train') && Object.keys(commands).includes(name)) return commands[name](rest);
  if (['--help', '-h', 'help'].includes(name)) return console.log(USAGE);
  console.error(`onpa ${[name, ...rest].join(' ')} is no command.\n\n${USAGE}`);
  process.exitCode = 2;
}

// An old Node is told so before it meets what it does not know.
const problem = nodeProblem(process.version);
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else start(process.argv.slice(2));
