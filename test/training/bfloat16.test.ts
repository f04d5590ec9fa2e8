import { deepEqual, equal, notDeepEqual, rejects, throws } from 'node:assert/strict';
import { join } from 'node:path';
import { CheckpointError, ParameterError, TrainingArguments } from 'onpa';
import { hasBfloat16 } from 'onpa/dist/tensor/bfloat16.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { randomTraining, timeless } from './short-training.js';

describe('Training in bfloat16', () => {
  if (!hasBfloat16()) {
    it('is refused where the processor has none', () => {
      throws(
        () => new TrainingArguments({ outputDir: 'build/never-written', bf16: true }),
        (error) => error instanceof ParameterError && /bf16 is true.*AVX512_BF16/.test(error.message),
      );
    });
    return;
  }

  it('goes on from a checkpoint with the numbers of one that was not interrupted, and near those of float32', () =>
    inTemporaryFolder(async (folder) => {
      const args = { bf16: true, loggingSteps: 1 };
      const whole = await randomTraining(join(folder, 'whole'), { args });
      await whole.train();
      equal(whole.model.dtype, 'bfloat16');
      const resumed = await randomTraining(join(folder, 'whole'), { args });
      await resumed.train({ resumeFromCheckpoint: join(folder, 'whole', 'checkpoint-4') });
      deepEqual(timeless(resumed.state.logHistory), timeless(whole.state.logHistory));

      const exact = await randomTraining(join(folder, 'exact'), { args: { loggingSteps: 1 } });
      await exact.train();
      const losses = [whole, exact].map(({ state }) => state.logHistory.flatMap(({ loss }) => loss ?? []));
      notDeepEqual(losses[0], losses[1]);
      const apart = Math.max(...losses[0].map((loss, i) => Math.abs(loss - losses[1][i])));
      equal(apart < 0.02, true, `${apart}`);
      for (const { model } of [whole, resumed, exact]) model.dispose();
    }));

  it('does not go on from a checkpoint of float32', () =>
    inTemporaryFolder(async (folder) => {
      const exact = await randomTraining(folder, { args: { maxSteps: 2 } });
      await exact.train();
      const rounded = await randomTraining(folder, { args: { maxSteps: 2, bf16: true } });
      await rejects(
        rounded.train({ resumeFromCheckpoint: true }),
        (error) => error instanceof CheckpointError && /bf16 is true here and false there/.test(error.message),
      );
      for (const { model } of [exact, rounded]) model.dispose();
    }));
});
