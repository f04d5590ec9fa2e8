import { deepEqual, equal, rejects } from 'node:assert/strict';
import path from 'node:path';
import { AudioDecodeError, loadDataset, ParameterError, Trainer } from 'onpa';
import { receptiveField } from 'onpa/dist/hubert/config.js';
import { lay, ownFolder, tone } from '../dataset/folders.js';
import { withWarnings } from '../hubert/warnings.js';
import { SHORT } from './short-training.js';
import { extractor, RANDOM, tinyModel } from './tiny.js';

describe('A clip that is too short for the model', () => {
  const folder = ownFolder();
  const clip = (samples: number) => tone(440, samples / 16000, 16000);
  const short = () => path.join(folder.path, 'clips', 'a', '2.wav');

  async function trainerFor(onError: 'throw' | 'skip', samples: number, maskTimeLength = 2, batchSize = 4) {
    await lay(path.join(folder.path, 'clips'), {
      'a/0.wav': clip(8000),
      'a/2.wav': clip(samples),
      'b/1.wav': clip(8000),
      'b/3.wav': clip(8000),
    });
    const data = (await loadDataset(path.join(folder.path, 'clips'))).preprocess(extractor(), {
      onError,
      numWorkers: 0,
    });
    const model = await tinyModel({ ...RANDOM, mask_time_length: maskTimeLength });
    const trainer = new Trainer({
      model,
      args: {
        ...SHORT,
        outputDir: path.join(folder.path, 'out'),
        numTrainEpochs: 1,
        gradientAccumulationSteps: 1,
        perDeviceTrainBatchSize: batchSize,
        evalStrategy: 'no',
        saveStrategy: 'no',
      },
      trainDataset: data,
      evalDataset: data,
      featureExtractor: extractor(),
    });
    return { trainer, data, model };
  }

  it('is named by its file, in training and evaluation', async () => {
    const { trainer, data, model } = await trainerFor('throw', 10);
    const needed = receptiveField(model.config, 2);
    await rejects(trainer.train(), (error: Error) => {
      equal(error instanceof AudioDecodeError, true);
      equal(
        error.message,
        `${short()} has 10 samples at 16000 Hz; a span that SpecAugment masks (mask_time_length 2) needs at least ${needed}. ` +
          "preprocess with onError: 'skip' leaves it out",
      );
      return true;
    });
    await rejects(trainer.evaluate(), (error: Error) =>
      error.message.startsWith(
        `${short()} has 10 samples at 16000 Hz; a frame of the model needs at least ${receptiveField(model.config)}`,
      ),
    );
    model.dispose();
    await data.close();
  });

  it('is left out and named once where files that cannot be read are', async () => {
    const { trainer, data, model } = await trainerFor('skip', 10);
    const { result, warnings } = await withWarnings(async () => {
      const { trainingLoss } = await trainer.train();
      return { trainingLoss, labels: (await trainer.predict(data)).labelIds };
    });
    equal(Number.isFinite(result.trainingLoss), true);
    deepEqual([result.labels, data.skipped], [[0, 1, 1], [short()]]);
    equal(warnings.filter((warning) => warning.startsWith(`${short()} has 10 samples`)).length, 1);
    model.dispose();
    await data.close();
  });

  it('is named where it was a whole batch', async () => {
    const { trainer, data, model } = await trainerFor('skip', 10, 2, 1);
    await withWarnings(() =>
      rejects(
        trainer.train(),
        (error: Error) =>
          error instanceof ParameterError &&
          error.message.startsWith(`trainDataset: none of the examples 1 (${short()}), a batch, can be read`),
      ),
    );
    model.dispose();
    await data.close();
  });

  it('may be long enough for a frame, and too short for what SpecAugment masks: only training leaves it out', async () => {
    const other = await tinyModel();
    const frame = receptiveField(other.config);
    other.dispose();
    const { trainer, data, model } = await trainerFor('skip', frame, 5);
    await withWarnings(async () => {
      deepEqual((await trainer.predict(data)).labelIds, [0, 0, 1, 1]);
      deepEqual(data.skipped, []);
      equal(Number.isFinite((await trainer.train()).trainingLoss), true);
      deepEqual(data.skipped, [short()]);
      deepEqual((await trainer.predict(data)).labelIds, [0, 0, 1, 1]);
    });
    model.dispose();
    await data.close();
  });
});
