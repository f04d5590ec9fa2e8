import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type ExampleSource,
  type LogEntry,
  loadDataset,
  Trainer,
  type TrainingExample,
  type TrainingOptions,
  tf,
  withFrameLabels,
} from 'onpa';
import { lay, tone } from '../dataset/folders.js';
import { relativeError } from '../fixtures.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { SHORT, timeless } from './short-training.js';
import { accuracy, examples, extractor, RANDOM, tinyModel } from './tiny.js';

/** Clips that are others in each epoch, and what they were asked for with. */
class Changing implements ExampleSource {
  readonly differsByEpoch = true;
  /** Of each time that an example was asked for. */
  readonly asked: { index: number; seed: number | undefined }[] = [];
  readonly #rows: readonly TrainingExample[];

  constructor(rows: readonly TrainingExample[]) {
    this.#rows = rows;
  }

  get length(): number {
    return this.#rows.length;
  }

  async *examples(indices: readonly number[], _?: unknown, seedOf?: (index: number) => number) {
    for (const index of indices) {
      const seed = seedOf?.(index);
      this.asked.push({ index, seed });
      const { inputValues, label } = this.#rows[index];
      yield { inputValues: seed === undefined ? inputValues : inputValues.map((x) => x * (1 + (seed % 7))), label };
    }
  }
}

const LENGTHS = [2400, 3100, 2700, 3500, 2900, 2500, 3300, 2600, 3000];

async function trainerOf(outputDir: string, trainDataset: ExampleSource, args: TrainingOptions = {}): Promise<Trainer> {
  return new Trainer({
    model: await tinyModel(RANDOM),
    args: { ...SHORT, outputDir, ...args },
    ...{ trainDataset, evalDataset: examples([2400, 2600, 3000], 1) },
    featureExtractor: extractor(),
    computeMetrics: accuracy,
  });
}

/** Stops a training after some steps, and goes on with it. */
async function interrupted(outputDir: string, source: () => ExampleSource, args: TrainingOptions, after: number) {
  const stop = new AbortController();
  const first = await trainerOf(outputDir, source(), args);
  const stopping = new Trainer({
    ...{ model: first.model, args: first.args, trainDataset: source(), evalDataset: examples([2400, 2600, 3000], 1) },
    ...{ featureExtractor: extractor(), computeMetrics: accuracy },
    trackers: [
      {
        name: 'stopper',
        begin() {},
        log() {},
        end() {},
        step: ({ globalStep }) => void (globalStep === after && stop.abort()),
      },
    ],
  });
  await assert.rejects(stopping.train({ signal: stop.signal }), { name: 'TrainingInterrupted' });
  first.model.dispose();
  const again = await trainerOf(outputDir, source(), args);
  await again.train({ resumeFromCheckpoint: true });
  return again;
}

async function outcome(trainer: Trainer): Promise<{ logs: LogEntry[]; weights: Float32Array }> {
  const weights = (await trainer.model.parameters.get('classifier.weight')!.data()) as Float32Array;
  trainer.model.dispose();
  return { logs: timeless(trainer.state.logHistory), weights };
}

describe('Clips that differ in each epoch', () => {
  it('are asked for with a seed of their own in each epoch, and without one in evaluations', () =>
    inTemporaryFolder(async (outputDir) => {
      const source = new Changing(examples(LENGTHS, 0));
      const trainer = await trainerOf(outputDir, source, { saveStrategy: 'no' });
      await trainer.train();
      await trainer.evaluate(source);
      trainer.model.dispose();
      const [trained, evaluated] = [source.asked.slice(0, 27), source.asked.slice(27)];
      assert.equal(new Set(trained.map(({ seed }) => seed)).size, 27);
      assert.ok(trained.every(({ seed }) => Number.isInteger(seed) && seed! >= 0 && seed! < 2 ** 31));
      assert.deepEqual(
        evaluated,
        LENGTHS.map((_, index) => ({ index, seed: undefined })),
      );
    }));

  it('give a training that is stopped in an epoch and resumed the numbers of one that was not', () =>
    inTemporaryFolder(async (folder) => {
      const clips = path.join(folder, 'clips');
      for (let i = 0; i < 9; i++) {
        const name = `${'abcde'[i % 5]}/${i}.wav`;
        await lay(clips, { [name]: tone(300 + 100 * i, 0.2 + i / 50, 16000) });
      }
      const dataset = await loadDataset(clips);
      const sources: ReturnType<typeof prepared>[] = [];
      const prepared = (numWorkers: number) =>
        dataset.preprocess(extractor(), {
          ...{ maxDuration: 0.16, randomSegment: true, numWorkers },
          augment: {
            shift: {},
            polarityInversion: {},
            gaussianNoise: { p: 0.7 },
            backgroundNoise: { sounds: dataset.column('file') },
          },
        });
      const source = (numWorkers: number) => {
        sources.push(prepared(numWorkers));
        return sources.at(-1)!;
      };
      const args = { mixupAlpha: 0.4, mixupProb: 0.8 };
      const whole = await trainerOf(path.join(folder, 'whole'), source(0), args);
      await whole.train();
      const expected = await outcome(whole);
      for (const after of [2, 4]) {
        const again = await interrupted(path.join(folder, `after-${after}`), () => source(4), args, after);
        assert.deepEqual(await outcome(again), expected);
      }
      await Promise.all(sources.map((one) => one.close()));
    }));

  it('are read again in each epoch where the encoder is frozen; evaluations keep its features', () =>
    inTemporaryFolder(async (outputDir) => {
      const frozen = { freezeFeatureEncoder: true, saveStrategy: 'no', evalStrategy: 'epoch' } as const;
      const evalSet = new Changing(examples([2400, 2400], 1));
      const steady = (): ExampleSource & { asked: Changing['asked'] } => {
        const source = new Changing(examples(new Array(9).fill(2400), 0));
        return { length: 9, asked: source.asked, examples: (...asked) => source.examples(...asked) };
      };
      for (const [trainSet, args, times] of [
        [new Changing(examples(new Array(9).fill(2400), 0)), {}, 3],
        [steady(), { mixupAlpha: 0.2 }, 3],
        [steady(), {}, 1],
      ] as const) {
        const trainer = new Trainer({
          model: await tinyModel(RANDOM),
          args: { ...SHORT, outputDir, ...frozen, ...args },
          ...{ trainDataset: trainSet, evalDataset: evalSet },
          featureExtractor: extractor(),
        });
        const count = await settledTensors();
        evalSet.asked.length = 0;
        await trainer.train();
        assert.equal(tf.memory().numTensors, count);
        trainer.model.dispose();
        assert.equal(trainSet.asked.length, 9 * times);
        assert.deepEqual(
          evalSet.asked.map(({ index }) => index),
          [0, 1],
        );
      }
    }));

  it('have no frames that labels could belong to, nor have segments', () => {
    const source = new Changing(examples([2400], 0));
    assert.throws(() => withFrameLabels(source, [[1]]), {
      name: 'ParameterError',
      message: /the examples of dataset differ in each epoch; leave randomSegment and augment out of preprocess$/,
    });
    const segmented: ExampleSource = { length: 1, evalSegments: 2, examples: (...asked) => source.examples(...asked) };
    assert.throws(() => withFrameLabels(segmented, [[1]]), {
      name: 'ParameterError',
      message: /leave evalSegments out/,
    });
  });
});

describe('An evaluation of segments', () => {
  const parts = examples([2400, 2400, 2400, 2400, 2600], 2).map(({ inputValues }) => inputValues);
  /** Three segments of 2,400 samples, a clip of 2,600, and a segment that is a clip. */
  const segmented: TrainingExample[] = [
    { inputValues: parts[0], segments: parts.slice(0, 3), label: 3 },
    { inputValues: parts[4], label: 1 },
    { inputValues: parts[3], segments: [parts[3]], label: 0 },
  ];
  /** Without padding, each by itself. */
  const single = (inputValues: Float32Array): TrainingExample => ({ inputValues, label: -100 });

  async function measure(evalDataset: TrainingExample[], args: TrainingOptions = {}) {
    const model = await tinyModel();
    const trainer = new Trainer({
      model,
      args: { ...SHORT, outputDir: 'build/never', perDeviceEvalBatchSize: 1, ...args },
      ...{ evalDataset, featureExtractor: extractor() },
    });
    const count = await settledTensors();
    const found = await trainer.predict(evalDataset);
    assert.equal(tf.memory().numTensors, count);
    model.dispose();
    return found;
  }

  it('gives a clip the mean of the logits of its segments, and the loss of that', async () => {
    const { predictions: each } = await measure(parts.map(single));
    const mean = each[0].map((_, k) => (each[0][k] + each[1][k] + each[2][k]) / 3);
    const expected = [mean, each[4], each[3]];
    const { predictions, labelIds, metrics } = await measure(segmented);
    assert.deepEqual(labelIds, [3, 1, 0]);
    for (const [i, row] of expected.entries()) assert.ok(relativeError(predictions[i], row) < 1e-5, `${i}`);
    const lossOf = (row: Float32Array, label: number) =>
      Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[label];
    const loss = expected.reduce((sum, row, i) => sum + lossOf(row, labelIds[i]), 0) / 3;
    assert.ok(Math.abs(metrics.test_loss - loss) < 1e-5, `${metrics.test_loss} instead of ${loss}`);
  });

  it('does not depend on the size of batches, nor on whether the encoder is frozen', async () => {
    // Without the longer clip: padding changes what the encoder gives.
    const even = [segmented[0], segmented[2]];
    const one = await measure(even);
    for (const args of [
      { perDeviceEvalBatchSize: 4 },
      { freezeFeatureEncoder: true },
      { freezeFeatureEncoder: true, perDeviceEvalBatchSize: 4 },
    ]) {
      const { predictions, metrics } = await measure(even, args);
      for (const [i, row] of one.predictions.entries()) assert.ok(relativeError(predictions[i], row) < 1e-5);
      assert.ok(Math.abs(metrics.test_loss - one.metrics.test_loss) < 1e-5);
    }
  });

  it('keeps the features of each segment of a frozen encoder in training, and learns from the first alone', () =>
    inTemporaryFolder(async (outputDir) => {
      const asked: number[] = [];
      const source: ExampleSource = {
        length: 3,
        evalSegments: 3,
        async *examples(indices) {
          for (const index of indices) {
            asked.push(index);
            yield segmented[index];
          }
        },
      };
      const args = {
        ...SHORT,
        outputDir,
        saveStrategy: 'no',
        evalStrategy: 'epoch',
        freezeFeatureEncoder: true,
      } as const;
      const train = async (trainDataset: TrainingExample[], evalDataset: ExampleSource) => {
        const trainer = new Trainer({
          model: await tinyModel(),
          args,
          trainDataset,
          evalDataset,
          featureExtractor: extractor(),
        });
        await trainer.train();
        const { eval_loss: again } = await trainer.evaluate();
        trainer.model.dispose();
        return { logs: timeless(trainer.state.logHistory), again };
      };
      const { logs, again } = await train(segmented, source);
      // One clip at a time, for a batch of 4 has room for one clip of 3 segments: once in training, once by itself.
      assert.deepEqual(asked, [0, 1, 2, 0, 1, 2]);
      const last = logs.filter((entry) => 'eval_loss' in entry).at(-2)!;
      assert.equal(again, last.eval_loss);
      const first = segmented.map(({ inputValues, label }) => ({ inputValues, label }));
      assert.deepEqual((await train(first, source)).logs, logs);
    }));

  it('refuses segments of different lengths, and those of a model without logits', async () => {
    const uneven = [{ inputValues: parts[0], segments: [parts[0], parts[4]], label: 1 }];
    await assert.rejects(measure(uneven), {
      name: 'ParameterError',
      message: /^dataset: example 0 has segments of different lengths; cut them all to one$/,
    });
    const framed = [{ ...segmented[0], frameLabels: [1, 2, 3] }];
    await assert.rejects(measure(framed), {
      name: 'ParameterError',
      message: /has segments, but labels of the frames/,
    });
    const model = Object.assign(await tinyModel(), { forward: () => ({}) });
    const trainer = new Trainer({ model, args: { ...SHORT, outputDir: 'build/never' }, featureExtractor: extractor() });
    const message = /^evalSegments takes the mean of logits/;
    await assert.rejects(trainer.predict(segmented), { name: 'ParameterError', message });
    const evalDataset: ExampleSource = { length: 3, evalSegments: 3, async *examples() {} };
    const other = Object.assign(model, { exampleProblem: () => undefined });
    assert.throws(() => new Trainer({ model: other, evalDataset }), { name: 'ParameterError', message });
    model.dispose();
  });
});

describe('A checkpoint from before there was mix-up', () => {
  it('is resumed without it, and not with it', () =>
    inTemporaryFolder(async (outputDir) => {
      const source = () => new Changing(examples(LENGTHS, 0));
      const trainer = await trainerOf(outputDir, source(), { saveSteps: 4 });
      await trainer.train();
      const { logs } = await outcome(trainer);
      const checkpoint = path.join(outputDir, 'checkpoint-4');
      const file = path.join(checkpoint, 'training_args.json');
      const { mixup_alpha: alpha, mixup_prob: _, ...old } = JSON.parse(await readFile(file, 'utf8'));
      assert.equal(alpha, 0);
      await writeFile(file, JSON.stringify(old));
      const mixed = await trainerOf(outputDir, source(), { saveSteps: 4, mixupAlpha: 0.2 });
      await assert.rejects(mixed.train({ resumeFromCheckpoint: checkpoint }), /mixupAlpha is 0\.2 here and 0 there/);
      mixed.model.dispose();
      const again = await trainerOf(outputDir, source(), { saveSteps: 4 });
      await again.train({ resumeFromCheckpoint: checkpoint });
      assert.deepEqual((await outcome(again)).logs, logs);
    }));
});
