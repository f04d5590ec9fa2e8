import assert from 'node:assert/strict';
import { type ExampleSource, ParameterError, Trainer, type TrainingExample } from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { SHORT } from './short-training.js';
import { examples, extractor, RANDOM, tinyModel } from './tiny.js';

/** Six clips of which some cannot be read. */
function broken(unreadable: readonly number[]): ExampleSource {
  const rows = examples([2400, 2400, 2000, 2400, 1600, 2400], 0);
  return {
    length: rows.length,
    leavesOut: true,
    async *examples(indices): AsyncGenerator<TrainingExample> {
      for (const index of indices) if (!unreadable.includes(index)) yield { ...rows[index], index };
    },
  };
}

for (const freezeFeatureEncoder of [false, true]) {
  describe(`Clips that a data set leaves out, ${freezeFeatureEncoder ? 'with' : 'without'} a frozen encoder`, () => {
    const trainer = async (outputDir: string, source: ExampleSource) =>
      new Trainer({
        model: await tinyModel(RANDOM),
        args: { ...SHORT, saveStrategy: 'no', perDeviceEvalBatchSize: 2, freezeFeatureEncoder, outputDir },
        trainDataset: source,
        evalDataset: source,
        featureExtractor: extractor(),
      });

    it('are missing from their batches, and all others are there in every epoch', () =>
      inTemporaryFolder(async (folder) => {
        const training = await trainer(folder, broken([0, 5]));
        await training.train();
        const { labelIds } = await training.predict(broken([0, 5]));
        assert.deepEqual(labelIds, [1, 2, 3, 4]);
        training.model.dispose();
      }));

    it('may be a whole batch of an evaluation, and not all of them', () =>
      inTemporaryFolder(async (folder) => {
        const training = await trainer(folder, broken([2, 3]));
        const { labelIds, predictions, metrics } = await training.predict(broken([2, 3]));
        const { predictions: each } = await training.predict(broken([]));
        assert.deepEqual(labelIds, [0, 1, 4, 0]);
        assert.deepEqual(
          predictions,
          [0, 1, 4, 5].map((i) => each[i]),
        );
        assert.ok(Number.isFinite(metrics.test_loss));
        await assert.rejects(training.predict(broken([0, 1, 2, 3, 4, 5])), {
          name: 'ParameterError',
          message: /^dataset: none of its 6 examples can be read/,
        });
        training.model.dispose();
      }));

    it('are an error where they are a whole batch to learn from', () =>
      inTemporaryFolder(async (folder) => {
        const training = await trainer(folder, broken([0, 1, 2, 3, 4, 5]));
        await assert.rejects(
          training.train(),
          (error) => error instanceof ParameterError && error.message.startsWith('trainDataset: none of the examples'),
        );
        training.model.dispose();
      }));
  });
}
