import { deepEqual, equal, match } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { type LogEntry, tf } from 'onpa';
import { guarded } from 'onpa/dist/training/trackers/guarded.js';
import { tensorboard } from 'onpa/dist/training/trackers/tensorboard.js';
import { tracking } from 'onpa/dist/training/trackers/tracking.js';
import { scalarsIn } from './event-file.js';
import { ENTRIES, heard, runInfo, surroundings } from './runs.js';

describe('TensorBoard', () => {
  let outputDir: string;
  let restore: () => void;

  beforeEach(async () => {
    outputDir = await mkdtemp(path.join(tmpdir(), 'onpa-tensorboard-'));
    restore = surroundings('TENSORBOARD_', {});
  });

  afterEach(async () => {
    restore();
    await rm(outputDir, { recursive: true });
  });

  const FINISHED = { status: 'finished', summary: {} } as const;

  async function train(entries: readonly LogEntry[] = ENTRIES): Promise<void> {
    const tracker = tensorboard();
    await tracker.begin(await runInfo({ outputDir }));
    for (const entry of entries) await tracker.log(entry);
    await tracker.end(FINISHED);
  }

  async function onlyFolder(): Promise<string> {
    const folders = await readdir(path.join(outputDir, 'runs'));
    equal(folders.length, 1);
    return path.join(outputDir, 'runs', folders[0]);
  }

  it('gets each logged number at its step, under the tags of Transformers', async () => {
    await train();
    deepEqual(
      scalarsIn(await onlyFolder()).map(({ tag, step, value }) => `${step} ${tag} ${Number(value.toPrecision(4))}`),
      [
        '2 train/loss 1.5',
        '2 train/grad_norm 2.25',
        '2 train/learning_rate 0.00005',
        '2 train/epoch 0.67',
        '3 eval/loss 1.25',
        '3 eval/accuracy 0.5',
        '3 eval/runtime 0.5',
        '3 eval/samples_per_second 6',
        '3 train/epoch 1',
        '4 train/loss 1',
        '4 train/grad_norm 2',
        '4 train/learning_rate 0.000025',
        '4 train/epoch 1.33',
        '6 eval/loss 0.75',
        '6 eval/accuracy 0.75',
        '6 eval/runtime 0.5',
        '6 eval/samples_per_second 6',
        '6 train/epoch 2',
        '6 train/train_runtime 2.5',
        '6 train/total_flos 4096',
        '6 train/train_loss 1.125',
        '6 train/epoch 2',
      ],
    );
  });

  it('has what is logged in its file before training ends', async () => {
    const tracker = tensorboard();
    await tracker.begin(await runInfo({ outputDir }));
    await tracker.log(ENTRIES[0]);
    equal(scalarsIn(await onlyFolder()).length, 4);
    await tracker.end(FINISHED);
  });

  it("gets a folder named by date and host, as Transformers'", async () => {
    await train();
    const name = path.basename(await onlyFolder());
    match(name, /^[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d_/);
    equal(name.endsWith(`_${hostname()}`), true);
  });

  it('writes into TENSORBOARD_LOGGING_DIR, also a second time', async () => {
    process.env.TENSORBOARD_LOGGING_DIR = path.join(outputDir, 'elsewhere');
    await train(ENTRIES.slice(0, 1));
    await train(ENTRIES.slice(1, 2));
    const tags = scalarsIn(path.join(outputDir, 'elsewhere')).map(({ tag }) => tag);
    deepEqual([tags.length, tags[0], tags[4]], [9, 'train/loss', 'eval/loss']);
    equal(existsSync(path.join(outputDir, 'runs')), false);
  });

  it('leaves no tensor behind', async () => {
    const run = await runInfo({ outputDir });
    const before = tf.memory().numTensors;
    const tracker = tensorboard();
    await tracker.begin(run);
    await tracker.log(ENTRIES[0]);
    await tracker.end(FINISHED);
    equal(tf.memory().numTensors, before);
  });

  it('that cannot write is left out with a warning that names the folder', async () => {
    const file = path.join(outputDir, 'runs');
    await writeFile(file, '');
    const run = await runInfo({ outputDir });
    const { warnings } = await heard(async () => {
      const tracker = guarded(tensorboard());
      tracker.begin(run);
      for (const entry of ENTRIES) tracker.log(entry);
      await tracker.end(FINISHED);
    });
    equal(warnings.length, 1);
    match(warnings[0], /^TensorBoard is left out, and training goes on: ENOTDIR/);
    equal(warnings[0].includes(file), true);
  });

  for (const [reportTo, count] of [
    ['all', 1],
    ['tensorboard', 1],
    [['tensorboard', 'tensorboard'], 1],
    ['none', 0],
    [[], 0],
  ] as const) {
    it(`is there ${count === 1 ? 'once' : 'not'} for reportTo: ${JSON.stringify(reportTo)}`, async () => {
      const withoutKey = surroundings('WANDB_', {});
      try {
        const run = await runInfo({ outputDir, reportTo, disableTqdm: true });
        const all = tracking(run.args);
        all.begin(run);
        all.log(ENTRIES[0]);
        await all.end(FINISHED);
      } finally {
        withoutKey();
      }
      equal(existsSync(path.join(outputDir, 'runs')) ? scalarsIn(await onlyFolder()).length / 4 : 0, count);
    });
  }
});
