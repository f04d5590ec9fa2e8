import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { readJsonLines } from '../json-lines.js';
import type { BenchOptions } from '../options.js';
import { root } from '../setup.js';
import { markdownTable } from '../table.js';
import { LESSON, RECIPES } from './recipes.js';
import { type Result, trainBy } from './train.js';

const SEEDS = [0, 1, 2, 3, 4];

/**
 * Fine-tunes mini-hubert on mini-genres as lesson 6 does, and with what makes clips and loss differ, once for each seed: the
 * accuracy on clips that are kept aside, as a table. Each training is a row of build/accuracy/results.jsonl.
 */
export async function benchAccuracy({
  recorder,
  quick,
  only,
  seeds = SEEDS,
  epochs,
  resume,
}: BenchOptions): Promise<void> {
  const unknown = only.find((name) => !(name in RECIPES));
  if (unknown) throw new Error(`--only: '${unknown}' is none of ${Object.keys(RECIPES).join(', ')}`);
  const names = Object.keys(RECIPES).filter((name) => only.length === 0 || only.includes(name));
  const folder = join(root, 'build', 'accuracy');
  const log = join(folder, 'results.jsonl');
  mkdirSync(folder, { recursive: true });
  if (!resume) rmSync(log, { force: true });
  const numEpochs = epochs ?? (quick ? 2 : LESSON.numTrainEpochs);
  const own = quick ? seeds.slice(0, 1) : seeds;
  const results = readJsonLines<Result>(log);
  const found = (recipe: string, seed: number) =>
    results.find((one) => one.recipe === recipe && one.seed === seed && one.epochs === numEpochs);
  // Seed by seed, so that what is there can be compared at any time.
  for (const seed of own) {
    for (const name of names) {
      if (found(name, seed)) continue;
      const outputDir = join(folder, 'run');
      rmSync(outputDir, { recursive: true, force: true });
      const result = await trainBy(name, RECIPES[name], { seed, epochs: numEpochs, outputDir });
      rmSync(outputDir, { recursive: true, force: true });
      results.push(result);
      appendFileSync(log, `${JSON.stringify(result)}\n`);
      const { test, validation, seconds } = result;
      process.stderr.write(
        `accuracy ${name}, seed ${seed}: ${test.toFixed(3)} (validation ${validation.toFixed(3)}), ${seconds.toFixed(0)} s\n`,
      );
    }
  }
  const rows = names.map((name) =>
    row(
      name,
      own.map((seed) => found(name, seed)!),
    ),
  );
  const head = ['recipe', 'changed', 'mean', 'sd', ...own.map((seed) => `seed ${seed}`), 's each'];
  recorder.print(`
${markdownTable(head, rows, 2)}

Accuracy in % on the fifth of mini-genres that each seed keeps aside, 60 clips; another 60 choose the best of ${numEpochs} epochs,
180 are learnt. Sd is that of the seeds (n − 1), which also choose the clips.
${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}`);
}

function row(name: string, results: readonly Result[]): string[] {
  const tests = results.map(({ test }) => 100 * test);
  const mean = tests.reduce((sum, test) => sum + test, 0) / tests.length;
  const squares = tests.reduce((sum, test) => sum + (test - mean) ** 2, 0);
  const deviation = tests.length > 1 ? Math.sqrt(squares / (tests.length - 1)).toFixed(1) : '';
  const seconds = results.reduce((sum, one) => sum + one.seconds, 0) / results.length;
  const each = tests.map((test) => test.toFixed(1));
  return [name, RECIPES[name].title, mean.toFixed(1), deviation, ...each, seconds.toFixed(0)];
}
