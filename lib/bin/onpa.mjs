#!/usr/bin/env node
// npx onpa setup, npx onpa doctor
import { nodeProblem } from '../setup/node.mjs';

const USAGE = `npx onpa setup     links TensorFlow, for models, and libsndfile, for sound files
npx onpa doctor    says what is linked, and whether it computes what Python does`;

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
};

const [name, ...rest] = process.argv.slice(2);
const command = rest.length === 0 && Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
const problem = nodeProblem(process.version);
if (problem) {
  console.error(problem);
  process.exitCode = 1;
} else if (command) {
  await command();
} else if (name === '--help' || name === undefined) {
  console.log(USAGE);
} else {
  console.error(`onpa ${process.argv.slice(2).join(' ')} is no command.\n\n${USAGE}`);
  process.exitCode = 2;
}
