import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { type Tracker, Trainer, TrainingError, TrainingInterrupted, tf } from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { withWarnings } from '../hubert/warnings.js';
import { settledTensors } from '../settled-tensors.js';
import { randomTraining, timeless } from './short-training.js';

/** A tracker that does something after a step, and notes how training ended. */
function atStep(step: number, act: () => void): Tracker & { ended: string[] } {
  const ended: string[] = [];
  return {
    name: 'test',
    ended,
    begin() {},
    log() {},
    step({ globalStep }) {
      if (globalStep === step) act();
    },
    end: ({ status }) => void ended.push(status),
  };
}

describe('A training that is interrupted', () => {
  it('stops within a step when an AbortSignal is aborted, is saved, and goes on to the same losses', () =>
    inTemporaryFolder(async (outputDir) => {
      const reference = await randomTraining(path.join(outputDir, 'whole'), { args: { saveStrategy: 'no' } });
      await reference.train();
      const whole = timeless(reference.state.logHistory);
      reference.model.dispose();

      const controller = new AbortController();
      const watcher = atStep(5, () => controller.abort());
      const trainer = await randomTraining(outputDir, {}, [watcher]);
      const before = { tensors: await settledTensors(), listeners: process.listenerCount('SIGINT') };
      await assert.rejects(trainer.train({ signal: controller.signal }), (error: Error) => {
        assert.match(error.message, /after step 5 of 9.*resumeFromCheckpoint.*checkpoint-5/);
        return error instanceof TrainingInterrupted;
      });
      assert.deepEqual(watcher.ended, ['interrupted']);
      assert.equal(trainer.state.globalStep, 5);
      assert.equal(trainer.model.training, false);
      assert.deepEqual({ tensors: tf.memory().numTensors, listeners: process.listenerCount('SIGINT') }, before);

      await trainer.train({ resumeFromCheckpoint: true });
      assert.deepEqual(timeless(trainer.state.logHistory), whole);
      assert.deepEqual(watcher.ended, ['interrupted', 'finished']);
      trainer.model.dispose();
    }));

  it('does not wait for a data set that does not answer', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      const { model } = await randomTraining(outputDir);
      const trainer = new Trainer({
        model,
        args: { outputDir, reportTo: 'none', disableTqdm: true },
        trainDataset: {
          length: 8,
          async *examples() {
            controller.abort();
            await new Promise(() => {});
            yield* [];
          },
        },
      });
      await assert.rejects(trainer.train({ signal: controller.signal }), /after step 0 of 3.*not saved/);
      model.dispose();
    }));

  it('does not wait for lengths that do not come', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      const { model } = await randomTraining(outputDir);
      const trainer = new Trainer({
        model,
        args: { outputDir, reportTo: 'none', disableTqdm: true, trainSamplingStrategy: 'group_by_length' },
        trainDataset: {
          length: 8,
          lengths() {
            setImmediate(() => controller.abort());
            return new Promise<never>(() => {});
          },
          async *examples() {},
        },
      });
      await assert.rejects(trainer.train({ signal: controller.signal }), {
        name: 'TrainingInterrupted',
        message: /before its first step/,
      });
      model.dispose();
    }));

  it('says which checkpoint is the newest where the last step could not be saved', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      const first = await randomTraining(outputDir, { args: { maxSteps: 2 } });
      await first.train();
      first.model.dispose();
      const args = { saveStrategy: 'no' } as const;
      const trainer = await randomTraining(outputDir, { args }, [atStep(4, () => controller.abort())]);
      const { signal } = controller;
      await assert.rejects(
        trainer.train({ signal, resumeFromCheckpoint: true }),
        /after step 4 of 9. It was not saved; .*checkpoint-2' }\) goes on from the newest checkpoint there, 2 steps before/,
      );
      trainer.model.dispose();
    }));

  it('tells callbacks of the checkpoint that it saves, and ends as interrupted also if one of them fails', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      const trainer = await randomTraining(outputDir, {}, [atStep(3, () => controller.abort())]);
      const saved: number[] = [];
      trainer.addCallback({
        onSave(_args, { globalStep }) {
          saved.push(globalStep);
          if (globalStep === 3) throw new Error('no room for a note');
        },
      });
      const { warnings } = await withWarnings(() =>
        assert.rejects(trainer.train({ signal: controller.signal }), /after step 3 of 9.*checkpoint-3/),
      );
      assert.deepEqual(saved, [2, 3]);
      assert.match(warnings.join(), /a callback failed: no room for a note/);
      trainer.model.dispose();
    }));

  it('is not saved where no checkpoints are wanted', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      const trainer = await randomTraining(outputDir, { args: { saveStrategy: 'no' } }, [
        atStep(2, () => controller.abort()),
      ]);
      await assert.rejects(trainer.train({ signal: controller.signal }), /after step 2 of 9.*not saved/);
      trainer.model.dispose();
    }));

  it('may be started again at once, and runs only once at a time', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      let again: Promise<unknown> | undefined;
      let twice: Promise<unknown> | undefined;
      const watcher = atStep(3, () => {
        if (again) return;
        twice = trainer.train().catch((error) => error);
        controller.abort();
        again = trainer.train({ resumeFromCheckpoint: true });
      });
      const trainer = await randomTraining(outputDir, {}, [watcher]);
      await assert.rejects(trainer.train({ signal: controller.signal }), TrainingInterrupted);
      assert.ok((await twice) instanceof TrainingError);
      await again;
      assert.equal(trainer.state.globalStep, 9);
      trainer.model.dispose();
    }));

  it('stops within a step when a script gets SIGINT, and its other listeners stay', async () => {
    const lines = await inTemporaryFolder(async (outputDir) => {
      const options = JSON.stringify({ outputDir, tell: true, args: { numTrainEpochs: 30 } });
      const child = spawn(process.execPath, [path.join(__dirname, 'train-process.js'), options], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (!child.killed && /step 4\n/.test(output)) child.kill('SIGINT');
      });
      const [code, signal] = await new Promise<unknown[]>((resolve) => child.on('close', (...ended) => resolve(ended)));
      assert.deepEqual([code, signal], [0, null]);
      return output.split('\n');
    });
    const steps = lines.filter((line) => line.startsWith('step '));
    assert.ok(steps.length >= 4 && steps.length <= 6, `${steps.length} steps`);
    assert.ok(lines.includes('interrupted'));
    const message = lines.find((line) => line.startsWith('TrainingInterrupted'));
    assert.match(message!, new RegExp(`after step ${steps.length} of 90.*checkpoint-${steps.length}`));
  });
});
