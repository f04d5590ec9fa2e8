import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type LogEntry, type Tracker, TrainingError, TrainingInterrupted } from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { randomTraining, timeless } from './short-training.js';

/** A training in a process of its own, once it has done a step. It goes on for long. */
async function trainingElsewhere(outputDir: string): Promise<ChildProcess> {
  const options = JSON.stringify({ outputDir, tell: true, args: { numTrainEpochs: 3000 } });
  const child = spawn(process.execPath, [path.join(__dirname, 'train-process.js'), options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of child.stdout!.iterator({ destroyOnReturn: false })) {
    if (String(text).includes('step 1')) break;
  }
  child.stdout!.resume();
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const afterStep = (step: number, act: () => void): Tracker => ({
  name: 'test',
  begin() {},
  log() {},
  step: ({ globalStep }) => void (globalStep === step && act()),
  end() {},
});

describe('An output folder', () => {
  it('is refused to a second training, which is told which process is at work there, and is free once that is killed', () =>
    inTemporaryFolder(async (outputDir) => {
      const child = await trainingElsewhere(outputDir);
      const trainer = await randomTraining(outputDir);
      try {
        await assert.rejects(trainer.train(), (error: Error) => {
          assert.ok(error.message.includes(`process ${child.pid} on `), error.message);
          assert.match(error.message, /Another training is at work in outputDir '.*give another outputDir/);
          return error instanceof TrainingError;
        });
      } finally {
        await end(child);
      }
      await trainer.train();
      assert.deepEqual(
        readdirSync(outputDir).filter((name) => !/^checkpoint-\d+$/.test(name)),
        [],
        'left behind',
      );
      trainer.model.dispose();
    }));

  it('takes one training at a time in one process too, whatever the folder is called', () =>
    inTemporaryFolder(async (outputDir) => {
      let second: Promise<unknown> | undefined;
      const other = await randomTraining(path.join(outputDir, '..', path.basename(outputDir)));
      const trainer = await randomTraining(outputDir, {}, [
        afterStep(2, () => {
          second = other.train().catch((error) => error);
        }),
      ]);
      await trainer.train();
      assert.ok((await second) instanceof TrainingError);
      await other.train();
      for (const { model } of [trainer, other]) model.dispose();
    }));

  it('waits for a training that was stopped, where its cell is run again with a new Trainer', () =>
    inTemporaryFolder(async (outputDir) => {
      const controller = new AbortController();
      const other = await randomTraining(outputDir);
      let again: Promise<unknown> | undefined;
      const trainer = await randomTraining(outputDir, {}, [
        afterStep(3, () => {
          controller.abort();
          again = other.train({ resumeFromCheckpoint: true });
        }),
      ]);
      await assert.rejects(trainer.train({ signal: controller.signal }), TrainingInterrupted);
      await again;
      assert.equal(other.state.globalStep, 9);
      for (const { model } of [trainer, other]) model.dispose();
    }));

  it('gives each of three trainings that begin at once into it its own losses, or an error', () =>
    inTemporaryFolder(async (outputDir) => {
      const reference = await randomTraining(path.join(outputDir, 'alone'));
      await reference.train();
      const alone = timeless(reference.state.logHistory);
      reference.model.dispose();
      const shared = path.join(outputDir, 'shared');
      const options = JSON.stringify({ outputDir: shared });
      const outputs = await Promise.all(
        Array.from({ length: 3 }, async () => {
          const child = spawn(process.execPath, [path.join(__dirname, 'train-process.js'), options], {
            stdio: ['ignore', 'pipe', 'inherit'],
          });
          let output = '';
          child.stdout.setEncoding('utf8').on('data', (text: string) => {
            output += text;
          });
          await once(child, 'close');
          return output.trim().split('\n');
        }),
      );
      for (const lines of outputs) {
        if (lines.length === 1) assert.deepEqual(timeless(JSON.parse(lines[0]) as LogEntry[]), alone);
        else assert.match(lines[0], /^TrainingError: Another training is at work/);
      }
      assert.ok(outputs.some((lines) => lines.length === 1));
    }));
});
