import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ExampleSource, loadDataset, Trainer, type TrainingOptions } from 'onpa';
import { groupedByLength, randomPermutation, trainingBatches } from 'onpa/dist/training/run/sampler.js';
import { lay, ownFolder, tone } from '../dataset/folders.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { withWarnings } from '../hubert/warnings.js';
import { options } from './options-reference.js';
import { randomTraining, timeless } from './short-training.js';
import { examples, extractor, tinyModel } from './tiny.js';

const GROUPED: TrainingOptions = { trainSamplingStrategy: 'group_by_length' };

/** An array as a source that notes in which order its examples are asked for. */
function noted(lengths: readonly number[], asked: number[], more: Partial<ExampleSource> = {}): ExampleSource {
  const rows = examples(lengths, 0);
  return {
    length: rows.length,
    async *examples(indices) {
      for (const index of indices) {
        asked.push(index);
        yield rows[index];
      }
    },
    ...more,
  };
}

/** One epoch in batches of two. */
async function epoch(trainDataset: ExampleSource | ReturnType<typeof examples>, args: TrainingOptions): Promise<void> {
  await inTemporaryFolder(async (outputDir) => {
    const model = await tinyModel();
    const quiet = { saveStrategy: 'no', reportTo: 'none', disableTqdm: true } as const;
    const all = { ...quiet, outputDir, numTrainEpochs: 1, perDeviceTrainBatchSize: 2, ...args };
    await new Trainer({ model, args: all, trainDataset, featureExtractor: extractor() }).train();
    model.dispose();
  });
}

/** Samples of padding in batches of rows of these lengths. */
const padding = (batches: number[][], lengths: readonly number[]): number =>
  batches.reduce((sum, rows) => {
    const longest = Math.max(...rows.map((row) => lengths[row]));
    return sum + rows.reduce((missing, row) => missing + longest - lengths[row], 0);
  }, 0);

describe('The order of the examples by length', () => {
  for (const { count, size } of options.cases.orders) {
    it(`is that of Transformers' LengthGroupedSampler for ${count} examples, in groups of ${size}`, () => {
      const lengths = Array.from(options.tensor(`grouped/${count}/lengths`, 'I32').data);
      const order = groupedByLength(randomPermutation(count, 42), lengths, size);
      assert.deepEqual(order, Array.from(options.tensor(`grouped/${count}/order`, 'I32').data));
    });
  }

  it('takes less than an eighth of the padding of a random one, for clips between 1 s and 30 s', () => {
    const lengths = Array.from({ length: 400 }, (_, i) => 16000 + ((i * 7919) % 464000));
    const choice = { lengths, seed: 42, epoch: 0, batchSize: 8, accumulation: 1, dropLast: false };
    const random = padding(trainingBatches(400, { ...choice, strategy: 'random' }), lengths);
    const grouped = padding(trainingBatches(400, { ...choice, strategy: 'group_by_length' }), lengths);
    assert.ok(grouped < random / 8, `${grouped} and ${random} samples`);
  });

  it('begins with the longest, and is another one in each epoch', async () => {
    const lengths = Array.from({ length: 16 }, (_, i) => 2400 + 100 * ((7 * i) % 16));
    const asked: number[] = [];
    await epoch(noted(lengths, asked, { lengths: async () => lengths }), { ...GROUPED, numTrainEpochs: 2 });
    assert.equal(lengths[asked[0]], Math.max(...lengths));
    assert.deepEqual(
      [...asked.slice(0, 16)].sort((a, b) => a - b),
      [...lengths.keys()],
    );
    assert.notDeepEqual(asked.slice(0, 16), asked.slice(16));
  });

  it('needs nothing but the clips where the data set is an array', async () => {
    const asked: number[] = [];
    const rows = examples([2400, 3100, 2700], 0).map((example, i) => ({
      ...example,
      get label() {
        asked.push(i);
        return example.label;
      },
    }));
    await epoch(rows, GROUPED);
    assert.equal(asked[0], 1);
  });

  it('goes on after an interruption as if there had been none', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: GROUPED });
      await trainer.train();
      const whole = timeless(trainer.state.logHistory);
      trainer.model.dispose();
      const resumed = await randomTraining(outputDir, { args: GROUPED });
      await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-4` });
      assert.deepEqual(timeless(resumed.state.logHistory), whole);
      resumed.model.dispose();
      const other = await randomTraining(outputDir);
      await assert.rejects(
        other.train({ resumeFromCheckpoint: true }),
        /trainSamplingStrategy is random here and group_by_length there/,
      );
      other.model.dispose();
    }));

  it('is that of the same lengths after an interruption, and others are refused', () =>
    inTemporaryFolder(async (outputDir) => {
      const train = async (lengths: number[], resumeFromCheckpoint: string | false) => {
        const model = await tinyModel();
        const args = { ...GROUPED, outputDir, perDeviceTrainBatchSize: 2, saveSteps: 1, reportTo: 'none' } as const;
        const trainDataset = noted([2400, 2500, 2600, 2700], [], { lengths: async () => lengths });
        const trainer = new Trainer({
          ...{ model, trainDataset, featureExtractor: extractor() },
          args: { ...args, maxSteps: 2, disableTqdm: true },
        });
        await trainer.train({ resumeFromCheckpoint }).finally(() => model.dispose());
      };
      const [own, others] = [
        [1, 2, 3, 4],
        [1, 2, 4, 3],
      ];
      await train(own, false);
      const checkpoint = path.join(outputDir, 'checkpoint-1');
      await assert.rejects(train(others, checkpoint), {
        name: 'CheckpointError',
        message: /the lengths of trainDataset's examples, by which they are sorted, are others here than there/,
      });
      await train(own, checkpoint);
      // As an earlier version has written it.
      const file = path.join(checkpoint, 'optimizer.safetensors');
      const bytes = await readFile(file);
      bytes.write('"lengthz"', bytes.indexOf('"lengths"'));
      await writeFile(file, bytes);
      await train(others, checkpoint);
    }));

  it('is refused for a data set that does not tell lengths, or tells others', async () => {
    await assert.rejects(epoch(noted([2400, 2500], []), GROUPED), {
      name: 'ParameterError',
      message: /trainDataset does not tell lengths; give one with lengths\(\), or 'random'/,
    });
    const wrong = (lengths: unknown) => noted([2400, 2500], [], { lengths: async () => lengths as number[] });
    await assert.rejects(epoch(wrong([1]), GROUPED), /tells 1 lengths for 2 examples/);
    await assert.rejects(epoch(wrong([1, 'two']), GROUPED), /says that example 1 has the length two; give samples/);
  });
});

describe("The strategy 'sequential'", () => {
  it('leaves the examples in their order in each epoch', async () => {
    const asked: number[] = [];
    await epoch(noted([2400, 2500, 2600], asked), { trainSamplingStrategy: 'sequential', numTrainEpochs: 2 });
    assert.deepEqual(asked, [0, 1, 2, 0, 1, 2]);
  });

  it("is one of three, and 'batch_rebalance' is none of them", () => {
    assert.throws(
      () => new Trainer({ model: undefined as never, args: { trainSamplingStrategy: 'batch_rebalance' as never } }),
      /trainSamplingStrategy is 'batch_rebalance'; give one of random, sequential, group_by_length/,
    );
  });
});

describe('The lengths of files', () => {
  const folder = ownFolder();

  it('are those of the examples, from the headers: at the rate of the model, and cut', async () => {
    await lay(folder.path, {
      'jazz/a.wav': tone(300, 0.1),
      'jazz/b.wav': tone(300, 0.1234, 44100),
      'rock/c.wav': tone(300, 0.5, 8000),
    });
    const dataset = await loadDataset(folder.path);
    const encoded = dataset.preprocess(extractor(), { maxDuration: 0.2, numWorkers: 0 });
    const found = await encoded.lengths();
    const decoded: number[] = [];
    for await (const { inputValues } of encoded.examples([0, 1, 2])) decoded.push(inputValues.length);
    assert.deepEqual(found, decoded);
    assert.deepEqual(found, [1600, 1975, 3200]);
    await encoded.close();
  });

  it('are those of a column of the metadata where there is one of that name', async () => {
    await lay(folder.path, {
      'a.wav': tone(300),
      'b.wav': tone(300),
      'metadata.csv': 'file_name,label,frames\na.wav,jazz,12\nb.wav,rock,34\n',
    });
    const encoded = (await loadDataset(folder.path)).preprocess(extractor(), { numWorkers: 0 });
    assert.deepEqual(await encoded.lengths('frames'), [12, 34]);
    assert.deepEqual(await encoded.lengths('length'), [1600, 1600]);
    await assert.rejects(encoded.lengths('frame'), {
      name: 'ParameterError',
      message: /^There is no column 'frame' of lengths: the columns of .* are frames; leave lengthColumnName out$/,
    });
    await encoded.close();
  });

  it('name a file that cannot be read, or are those of others where such files are left out', async () => {
    await lay(folder.path, { 'jazz/a.wav': tone(300), 'rock/b.wav': 'no sound' });
    const dataset = await loadDataset(folder.path);
    const [strict, lenient] = (['throw', 'skip'] as const).map((onError) =>
      dataset.preprocess(extractor(), { onError, numWorkers: 0 }),
    );
    const file = path.join(folder.path, 'rock', 'b.wav');
    await assert.rejects(strict.lengths(), (error: Error) => error.message.includes(file));
    assert.deepEqual(await lenient.lengths(), [1600, 1600]);
    await lay(folder.path, { 'rock/b.wav': tone(300, 0.2) });
    assert.deepEqual(await strict.lengths(), [1600, 3200]);
  });

  it('are read once', async () => {
    await lay(folder.path, { 'jazz/a.wav': tone(300), 'rock/b.wav': tone(300, 0.2) });
    const encoded = (await loadDataset(folder.path)).preprocess(extractor(), { numWorkers: 0 });
    const found = await encoded.lengths();
    await lay(folder.path, { 'rock/b.wav': tone(300, 0.3) });
    assert.deepEqual([found, await encoded.lengths()], [[1600, 3200], found]);
  });

  it('do not put clips that are left out into one batch', async () => {
    for (let i = 0; i < 8; i++) await lay(folder.path, { [`jazz/${i}.wav`]: tone(300, 0.2 + i / 20) });
    await lay(folder.path, { 'rock/0.wav': 'no sound', 'rock/1.wav': 'no sound', 'rock/2.wav': tone(300, 0.01) });
    const dataset = await loadDataset(folder.path);
    const encoded = dataset.preprocess(extractor(), { onError: 'skip', numWorkers: 0 });
    const lengths = await encoded.lengths('length', { samples: 400, reason: 'a frame' });
    assert.deepEqual(
      lengths.slice(8),
      [1, 4, 6].map((i) => lengths[i]),
    );
    const { warnings } = await withWarnings(() => epoch(encoded, GROUPED));
    assert.deepEqual([warnings.length, encoded.skipped.length], [3, 3]);
  });
});
