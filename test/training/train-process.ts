import type { Tracker } from 'onpa';
import { die, dieBefore, type Renaming } from './dying.js';
import { randomTraining, type Shortcut } from './short-training.js';

/** A process of its own that trains the tiny model, and may be killed at a chosen moment. */
export interface ProcessOptions extends Shortcut {
  outputDir: string;
  resume?: boolean;
  /** Die after this optimiser step. */
  dieAfterStep?: number;
  /** Die before the n-th renaming into a file or folder of this name. */
  dieBeforeRename?: Renaming;
  /** Tell the parent after each step, and stop when it sends SIGINT. */
  tell?: boolean;
}

const options: ProcessOptions = JSON.parse(process.argv[2]);
dieBefore(options.dieBeforeRename);

const watcher: Tracker = {
  name: 'watcher',
  begin() {},
  log() {},
  step({ globalStep }) {
    if (options.tell) process.stdout.write(`step ${globalStep}\n`);
    if (globalStep === options.dieAfterStep) die();
  },
  end({ status }) {
    if (options.tell) process.stdout.write(`${status}\n`);
  },
};

async function main(): Promise<void> {
  const trainer = await randomTraining(options.outputDir, options, [watcher]);
  try {
    await trainer.train({ resumeFromCheckpoint: options.resume });
  } catch (error) {
    process.stdout.write(`${(error as Error).name}: ${(error as Error).message}\n`);
  }
  process.stdout.write(`${JSON.stringify(trainer.state.logHistory)}\n`);
}

main();
