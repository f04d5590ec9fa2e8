import type { Tracker } from 'onpa';
import { die, dieBefore, type Renaming } from '../dying.js';
import { impatient, SEARCH, searchingTrainer } from './short-search.js';

/** A process of its own that searches, and may be killed at a chosen moment. */
export interface SearchProcess {
  outputDir: string;
  /** Die after so many optimiser steps of all trials together. */
  dieAfterSteps?: number;
  /** Die before the n-th renaming into a file or folder of this name. */
  dieBeforeRename?: Renaming;
  /** Stop each training early. */
  isImpatient?: boolean;
  /** Tell the parent of each step, and stop when it sends SIGINT. */
  tell?: boolean;
}

const options: SearchProcess = JSON.parse(process.argv[2]);
dieBefore(options.dieBeforeRename);

let steps = 0;
const watcher: Tracker = {
  name: 'watcher',
  begin() {},
  log() {},
  step() {
    steps++;
    if (options.tell) process.stdout.write(`step ${steps}\n`);
    if (steps === options.dieAfterSteps) die();
  },
  end() {},
};

async function main(): Promise<void> {
  const trainer = await searchingTrainer(options.outputDir, options.isImpatient ? impatient() : {}, [watcher]);
  await trainer.hyperparameterSearch(SEARCH).catch((error: Error) => {
    process.stdout.write(`${error.name}: ${error.message}\n`);
  });
}

void main();
