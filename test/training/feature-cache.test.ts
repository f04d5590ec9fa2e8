import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type ExampleSource, Trainer, type TrainingExample, type TrainingOptions, tf } from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { SHORT, timeless } from './short-training.js';
import { accuracy, examples, extractor, RANDOM, tinyModel } from './tiny.js';

/** Counts how often each example is asked for. */
class Counted implements ExampleSource {
  readonly asked: number[];
  readonly #rows: TrainingExample[];

  constructor(rows: TrainingExample[]) {
    this.#rows = rows;
    this.asked = rows.map(() => 0);
  }

  get length(): number {
    return this.#rows.length;
  }

  async *examples(indices: readonly number[]): AsyncGenerator<TrainingExample> {
    for (const index of indices) {
      this.asked[index]++;
      yield this.#rows[index];
    }
  }
}

const BYTES = 7 * 4 * 10; // of a clip of 2,400 samples: 7 frames of 10 channels

async function train(outputDir: string, lengths: number[], args: TrainingOptions, onStep = () => {}) {
  const trainDataset = new Counted(examples(lengths, 0));
  const evalDataset = new Counted(examples(lengths.slice(0, 3), 1));
  const trainer = new Trainer({
    model: await tinyModel(RANDOM),
    args: { ...SHORT, saveStrategy: 'no', evalStrategy: 'epoch', freezeFeatureEncoder: true, outputDir, ...args },
    ...{ trainDataset, evalDataset },
    featureExtractor: extractor(),
    computeMetrics: accuracy,
    trackers: [{ name: 'test', begin() {}, log() {}, end() {}, step: onStep }],
  });
  const count = await settledTensors();
  await trainer.train();
  assert.equal(tf.memory().numTensors, count);
  const measured = await trainer.evaluate();
  trainer.model.dispose();
  return {
    history: timeless(trainer.state.logHistory.slice(0, -1)),
    measured,
    train: trainDataset.asked,
    evaluation: evalDataset.asked,
  };
}

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

describe('The features of a frozen encoder', () => {
  const same = new Array<number>(9).fill(2400);
  const mixed = [2400, 2400, 2400, 2400, 3100, 2400, 2400, 2700, 2400];

  it('are made once for each example, and change no digit of the logs', () =>
    inTemporaryFolder(async (outputDir) => {
      const without = await train(outputDir, same, { featureCacheBytes: 0, featureCacheDiskBytes: 0 });
      const kept = await train(outputDir, same, {});
      assert.deepEqual(kept.history, without.history);
      assert.deepEqual(without.train, new Array(9).fill(3));
      assert.deepEqual(kept.train, new Array(9).fill(1));
      // Once in training, once by itself.
      assert.deepEqual(kept.evaluation, [2, 2, 2]);
    }));

  it('belong to a length with padding: a clip is read again where its batch is longer', () =>
    inTemporaryFolder(async (outputDir) => {
      const without = await train(outputDir, mixed, { featureCacheBytes: 0, featureCacheDiskBytes: 0 });
      const kept = await train(outputDir, mixed, {});
      assert.deepEqual(kept.history, without.history);
      assert.ok(kept.train.some((count) => count === 1) && kept.train.some((count) => count > 1), `${kept.train}`);
    }));

  it('are kept on disk beyond the memory, and not at all beyond the disk', () =>
    inTemporaryFolder(async (outputDir) => {
      const files = new Set<string>();
      const look = () => {
        for (const folder of foldersIn(outputDir)) {
          for (const file of readdirSync(path.join(outputDir, folder))) files.add(file);
        }
      };
      const room = { featureCacheBytes: 2 * BYTES, featureCacheDiskBytes: 3 * BYTES };
      const some = await train(outputDir, same, room, look);
      assert.equal(files.size, 3);
      assert.equal(some.train.filter((count) => count === 1).length, 5);
      assert.deepEqual(some.history, (await train(outputDir, same, {})).history);
      assert.deepEqual(readdirSync(outputDir), []);
    }));

  it('are made again where somebody has removed the files', () =>
    inTemporaryFolder(async (outputDir) => {
      const remove = () => {
        for (const folder of foldersIn(outputDir)) rmSync(path.join(outputDir, folder), { recursive: true });
      };
      const robbed = await train(outputDir, same, { featureCacheBytes: 0 }, remove);
      assert.deepEqual(robbed.history, (await train(outputDir, same, {})).history);
    }));

  it('give the numbers in training that evaluate() gives by itself', () =>
    inTemporaryFolder(async (outputDir) => {
      const { history, measured } = await train(outputDir, same, {});
      const last = history.filter((entry) => 'eval_loss' in entry).at(-1)!;
      assert.equal(measured.eval_loss, last.eval_loss);
      assert.equal(measured.eval_accuracy, last.eval_accuracy);
    }));
});
