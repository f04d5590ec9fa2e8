import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  CheckpointError,
  type LogEntry,
  openCheckpoint,
  saveSafetensors,
  type TensorData,
  TrainingError,
  tf,
} from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { randomTraining, timeless } from './short-training.js';
import { trainElsewhere } from './train-elsewhere.js';
import type { ProcessOptions } from './train-process.js';

/** The names in a folder, in order of the steps. */
const names = (folder: string): string[] =>
  readdirSync(folder).sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));

/** Leaves in a checkpoint what version 0.1.0 wrote. */
async function makeOld(folder: string): Promise<void> {
  const file = path.join(folder, 'optimizer.safetensors');
  const { tensors, metadata, float32, close } = await openCheckpoint(file);
  const { place: _, trainedNow: __, ...old } = metadata;
  const { nextLearningRate: ___, ...progress } = JSON.parse(metadata.progress);
  const moments = Array.from(tensors, ([name, { shape }]): [string, TensorData] => [
    name,
    { shape, data: float32(name) },
  ]);
  close();
  await saveSafetensors(file, new Map(moments), { ...old, progress: JSON.stringify(progress) });
  const state = path.join(folder, 'trainer_state.json');
  const json = JSON.parse(await fs.readFile(state, 'utf8'));
  await fs.writeFile(state, JSON.stringify({ ...json, stateful_callbacks: {} }));
}

describe('A training that is resumed', () => {
  let whole: LogEntry[];
  let weights: Float32Array;

  before(() =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir);
      await trainer.train();
      whole = timeless(trainer.state.logHistory);
      weights = (await trainer.model.parameters.get('classifier.weight')!.data()) as Float32Array;
      trainer.model.dispose();
      assert.deepEqual(names(outputDir), [
        'checkpoint-2',
        'checkpoint-4',
        'checkpoint-6',
        'checkpoint-8',
        'checkpoint-9',
      ]);
      assert.equal(whole.filter(({ loss }) => loss !== undefined).length, 4);
    }),
  );

  /** Resumes here, and compares what both processes did with the uninterrupted training. */
  async function finishes(outputDir: string): Promise<void> {
    for (const name of names(outputDir).filter((name) => name.startsWith('checkpoint-'))) {
      const model = await AutoModelForAudioClassification.fromPretrained(path.join(outputDir, name));
      await AutoFeatureExtractor.fromPretrained(path.join(outputDir, name));
      model.dispose();
    }
    const trainer = await randomTraining(outputDir);
    await trainer.train({ resumeFromCheckpoint: true });
    assert.deepEqual(timeless(trainer.state.logHistory), whole);
    assert.deepEqual(await trainer.model.parameters.get('classifier.weight')!.data(), weights);
    trainer.model.dispose();
    assert.deepEqual(
      names(outputDir).filter((name) => !/^checkpoint-\d$/.test(name)),
      [],
      'left behind',
    );
  }

  it('gives the same losses, to the last digit, when it is done again', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: { saveStrategy: 'no' } });
      await trainer.train();
      assert.deepEqual(timeless(trainer.state.logHistory), whole);
      trainer.model.dispose();
    }));

  const moments: Record<string, Omit<ProcessOptions, 'outputDir'>> = {
    'in the middle of an epoch': { dieAfterStep: 5 },
    'right after the step that is saved next': { dieAfterStep: 4 },
    'while the weights are written': { dieBeforeRename: { to: 'model.safetensors', count: 3 } },
    'between weights and optimiser': { dieBeforeRename: { to: 'optimizer.safetensors', count: 2 } },
    'before a checkpoint gets its place': { dieBeforeRename: { to: 'checkpoint-6', count: 1 } },
  };
  for (const [title, moment] of Object.entries(moments)) {
    it(`ends with the losses of an uninterrupted one when it is killed ${title}`, () =>
      inTemporaryFolder(async (outputDir) => {
        assert.equal(trainElsewhere({ outputDir, ...moment }).signal, 'SIGKILL');
        await finishes(outputDir);
      }));
  }

  it('may be killed again and again', () =>
    inTemporaryFolder(async (outputDir) => {
      assert.equal(trainElsewhere({ outputDir, dieAfterStep: 3 }).signal, 'SIGKILL');
      assert.equal(trainElsewhere({ outputDir, resume: true, dieAfterStep: 5 }).signal, 'SIGKILL');
      assert.equal(trainElsewhere({ outputDir, resume: true, dieAfterStep: 7 }).signal, 'SIGKILL');
      await finishes(outputDir);
    }));

  it('may be killed while one checkpoint takes the place of another of the same step', () =>
    inTemporaryFolder(async (outputDir) => {
      assert.equal(trainElsewhere({ outputDir, dieAfterStep: 3 }).signal, 'SIGKILL');
      const again = { outputDir, dieBeforeRename: { to: 'checkpoint-2', count: 1 } };
      assert.equal(trainElsewhere(again).signal, 'SIGKILL');
      await finishes(outputDir);
    }));

  it('goes on from a checkpoint that is named', () =>
    inTemporaryFolder(async (outputDir) => {
      assert.equal(trainElsewhere({ outputDir, dieAfterStep: 7 }).signal, 'SIGKILL');
      const trainer = await randomTraining(outputDir);
      await trainer.train({ resumeFromCheckpoint: path.join(outputDir, 'checkpoint-2') });
      assert.deepEqual(timeless(trainer.state.logHistory), whole);
      trainer.model.dispose();
    }));

  for (const step of [2, 6, 9]) {
    it(`goes on from a checkpoint of an earlier version, which does not say where in its epoch it is: step ${step}`, () =>
      inTemporaryFolder(async (outputDir) => {
        const first = await randomTraining(outputDir);
        await first.train();
        first.model.dispose();
        const folder = path.join(outputDir, `checkpoint-${step}`);
        await makeOld(folder);
        const trainer = await randomTraining(outputDir);
        await trainer.train({ resumeFromCheckpoint: folder });
        assert.deepEqual(timeless(trainer.state.logHistory), whole);
        trainer.model.dispose();
      }));
  }

  it('is refused where there is no checkpoint, or one of another training, and says what differs', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir);
      const refused = (reason: RegExp) => (error: Error) => {
        assert.match(error.message, reason);
        return error instanceof CheckpointError;
      };
      await assert.rejects(trainer.train({ resumeFromCheckpoint: true }), refused(/has no checkpoint/));
      await trainer.train();
      trainer.model.dispose();
      for (const [args, reason] of [
        [{ learningRate: 1e-4 }, /learningRate is 0.0001 here and 0.001 there/],
        [{ seed: 8, adamBeta2: 0.9 }, /adamBeta2 is 0.9 here and 0.999 there; seed is 8 here and 7 there/],
        [{ freezeFeatureEncoder: true }, /freezeFeatureEncoder is true here and false there/],
      ] as const) {
        const other = await randomTraining(outputDir, { args });
        const before = await other.model.parameters.get('projector.weight')!.data();
        await assert.rejects(other.train({ resumeFromCheckpoint: true }), refused(reason));
        assert.deepEqual(await other.model.parameters.get('projector.weight')!.data(), before);
        other.model.dispose();
      }
    }));

  it('is refused, with model and memory as they were, where the optimiser’s file does not fit', () =>
    inTemporaryFolder(async (outputDir) => {
      const first = await randomTraining(outputDir, { args: { maxSteps: 2 } });
      await first.train();
      first.model.dispose();
      const file = path.join(outputDir, 'checkpoint-2', 'optimizer.safetensors');
      const { tensors, metadata, float32, close } = await openCheckpoint(file);
      const kept = Array.from(tensors, ([name, { shape }]): [string, TensorData] => [
        name,
        { shape, data: float32(name) },
      ]).filter(([name]) => name !== 'exp_avg.projector.weight');
      close();
      await saveSafetensors(file, new Map(kept), metadata);
      const trainer = await randomTraining(outputDir, { args: { maxSteps: 4 } });
      const before = await trainer.model.parameters.get('projector.weight')!.data();
      const count = await settledTensors();
      await assert.rejects(trainer.train({ resumeFromCheckpoint: true }), {
        name: 'CheckpointError',
        message: /what the optimiser remembers of projector.weight does not fit the model/,
      });
      assert.equal(tf.memory().numTensors, count);
      assert.deepEqual(await trainer.model.parameters.get('projector.weight')!.data(), before);
      trainer.model.dispose();
    }));
});

describe('A full disk', () => {
  const { writeFile } = fs;
  afterEach(() => {
    fs.writeFile = writeFile;
  });

  it('loses nothing that was saved, says so, and leaves a trainer that can go on', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir);
      const count = await settledTensors();
      let optimizers = 0;
      fs.writeFile = async (file, ...rest) => {
        if (String(file).includes('optimizer') && ++optimizers === 3) {
          await writeFile(file, 'half of it');
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        }
        return writeFile(file, ...rest);
      };
      await assert.rejects(trainer.train(), (error: Error) => {
        assert.match(error.message, /after step 6 .*no room.*ENOSPC.*checkpoint-4.*resumeFromCheckpoint/);
        return error instanceof TrainingError;
      });
      assert.deepEqual(names(outputDir), ['checkpoint-2', 'checkpoint-4']);
      assert.equal(tf.memory().numTensors, count);
      await trainer.train({ resumeFromCheckpoint: true });
      assert.equal(trainer.state.globalStep, 9);
      trainer.model.dispose();
    }));
});
