import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { TrainerOptions, TrialRecord } from 'onpa';
import { inTemporaryFolder } from '../../hubert/models.js';
import { quietly } from '../../hubert/warnings.js';
import type { SearchProcess } from './search-process.js';
import { impatient, SEARCH, searchingTrainer } from './short-search.js';

const program = path.join(__dirname, 'search-process.js');

/** Searches in a process of its own, and gives the signal that ended it. */
const searchElsewhere = (options: SearchProcess): string | null =>
  spawnSync(process.execPath, [program, JSON.stringify(options)], { encoding: 'utf8' }).signal;

async function searched(outputDir: string, options?: Partial<TrainerOptions>): Promise<readonly TrialRecord[]> {
  const trainer = await searchingTrainer(outputDir, options);
  const { runSummary } = await trainer.hyperparameterSearch(SEARCH);
  trainer.model.dispose();
  return runSummary;
}

describe('A search that is killed', () => {
  let whole: readonly TrialRecord[];

  before(() =>
    inTemporaryFolder(async (outputDir) => {
      whole = await searched(outputDir);
      equal(new Set(whole.map(({ value }) => value)).size, 3);
    }),
  );

  // Three trials of four steps.
  const moments: Record<string, Omit<SearchProcess, 'outputDir'>> = {
    'before the first checkpoint': { dieAfterSteps: 1 },
    'within a trial': { dieAfterSteps: 7 },
    'before a trial is noted': { dieBeforeRename: { to: 'trials.json', count: 3 } },
    'before the end of a trial is noted': { dieBeforeRename: { to: 'trials.json', count: 4 } },
    'while a checkpoint is written': { dieBeforeRename: { to: 'checkpoint-3', count: 2 } },
  };
  for (const [title, moment] of Object.entries(moments)) {
    it(`${title} goes on to the same trials, to the last digit`, () =>
      inTemporaryFolder(async (outputDir) => {
        equal(searchElsewhere({ outputDir, ...moment }), 'SIGKILL');
        deepEqual(await searched(outputDir), whole);
        deepEqual(readdirSync(outputDir).sort(), ['run-0', 'run-1', 'run-2', 'trials.json']);
      }));
  }

  it('goes on to the same trials where trainings stop early', () =>
    quietly(() =>
      inTemporaryFolder(async (folder) => {
        const expected = await searched(path.join(folder, 'whole'), impatient());
        for (const { intermediateValues } of expected) deepEqual(Object.keys(intermediateValues), ['1', '2', '3']);
        const moments = [{ dieAfterSteps: 6 }, { dieBeforeRename: { to: 'trials.json', count: 4 } }];
        for (const [i, moment] of moments.entries()) {
          const outputDir = path.join(folder, String(i));
          equal(searchElsewhere({ outputDir, isImpatient: true, ...moment }), 'SIGKILL');
          deepEqual(await searched(outputDir, impatient()), expected);
        }
      }),
    ));

  it('stops within a step at Ctrl+C, and says how to go on', () =>
    inTemporaryFolder(async (outputDir) => {
      const child = spawn(process.execPath, [program, JSON.stringify({ outputDir, tell: true })]);
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (!child.killed && /step 6\n/.test(output)) child.kill('SIGINT');
      });
      const ended = await new Promise<unknown[]>((resolve) => child.on('close', (...how) => resolve(how)));
      deepEqual(ended, [0, null]);
      ok(!/step 9\n/.test(output));
      match(output, /TrainingInterrupted: The search was stopped after [12] of 3 trials; the same call goes on/);
      deepEqual(await searched(outputDir), whole);
    }));
});
