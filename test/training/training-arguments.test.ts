import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ParameterError, TrainingArguments, type TrainingOptions } from 'onpa';
import { writeArguments } from 'onpa/dist/training/arguments/training-arguments.js';
import { inTemporaryFolder } from '../hubert/models.js';

/** What a mistaken argument's error must say. */
const refusals: [unknown, RegExp][] = [
  [{ learningrate: 1 }, /learningrate is no training argument; is learningRate meant/],
  [{ learning_rate: 1 }, /is learningRate meant/],
  [{ evaluationStrategy: 'epoch' }, /it is called evalStrategy now/],
  [{ shoeSize: 42 }, /shoeSize is no training argument; there are outputDir/],
  [{ outputDir: '' }, /outputDir is empty/],
  [{ numTrainEpochs: 0 }, /numTrainEpochs is 0/],
  [{ maxSteps: 0 }, /maxSteps is 0/],
  [{ perDeviceTrainBatchSize: 1.5 }, /perDeviceTrainBatchSize is 1.5/],
  [{ gradientAccumulationSteps: 0 }, /gradientAccumulationSteps is 0/],
  [{ learningRate: Number.NaN }, /learningRate is NaN/],
  [{ adamBeta1: 1 }, /adamBeta1 is 1; give a number from 0 to below 1/],
  [{ maxGradNorm: -1 }, /maxGradNorm is -1/],
  [{ lrSchedulerType: 'triangular' }, /lrSchedulerType is 'triangular'; give one of linear, cosine/],
  [{ warmupSteps: -1 }, /warmupSteps is -1/],
  [{ warmupRatio: 1.1 }, /warmupRatio is 1.1/],
  [{ loggingSteps: 0 }, /loggingSteps is 0/],
  [{ saveSteps: 2.5 }, /saveSteps is 2.5/],
  [{ saveTotalLimit: 0 }, /saveTotalLimit is 0/],
  [{ seed: 2 ** 31 }, /seed is 2147483648/],
  [{ reportTo: ['mlflow'] }, /reportTo is 'mlflow'/],
  [{ pushToHub: 'yes' }, /pushToHub is 'yes'/],
  [{ hubStrategy: 'always' }, /hubStrategy is 'always'; give one of end, every_save, checkpoint, all_checkpoints/],
  [{ hubRevision: 'a'.repeat(40) }, /hubRevision is a{40}; give the name of a branch/],
  [{ hubRevision: '../main' }, /'..\/main'; give the name of a branch/],
  [{ fp16: true }, /onpa computes in float32 or bfloat16/],
  [{ bf16: 'yes' as never }, /bf16/],
  [{ loadBestModelAtEnd: true }, /evalStrategy is 'no' and saveStrategy 'steps'/],
  [{ loadBestModelAtEnd: true, evalStrategy: 'epoch' }, /evalStrategy is 'epoch' and saveStrategy 'steps'/],
  [
    { loadBestModelAtEnd: true, evalStrategy: 'steps', evalSteps: 200 },
    /saveSteps is 500 and evalSteps 200; give a multiple/,
  ],
  [
    { activationCheckpointing: false, gradientCheckpointing: true },
    /activationCheckpointing is false and gradient.*true/,
  ],
  [{ saveStrategy: 'best' }, /needs evaluations/],
];

describe('TrainingArguments', () => {
  it('has the defaults of Transformers', () => {
    const args = new TrainingArguments();
    assert.equal(args.learningRate, 5e-5);
    assert.equal(args.numTrainEpochs, 3);
    assert.equal(args.perDeviceTrainBatchSize, 8);
    assert.equal(args.maxGradNorm, 1);
    assert.equal(args.lrSchedulerType, 'linear');
    assert.equal(args.loggingSteps, 500);
    assert.equal(args.saveStrategy, 'steps');
    assert.equal(args.evalStrategy, 'no');
    assert.equal(args.seed, 42);
    assert.equal(args.pushToHub, false);
    assert.equal(args.hubStrategy, 'every_save');
    assert.equal(args.hubAlwaysPush, false);
  });

  it('derives what Transformers derives', () => {
    const best = new TrainingArguments({ evalStrategy: 'epoch', saveStrategy: 'epoch', loadBestModelAtEnd: true });
    assert.deepEqual([best.metricForBestModel, best.greaterIsBetter], ['loss', false]);
    assert.equal(new TrainingArguments({ metricForBestModel: 'accuracy' }).greaterIsBetter, true);
    assert.equal(new TrainingArguments({ evalStrategy: 'steps', loggingSteps: 20 }).evalSteps, 20);
    assert.equal(new TrainingArguments({ learningRate: undefined }).learningRate, 5e-5);
  });

  it('derives anew what was not given where arguments are spread', () => {
    const args = new TrainingArguments({ evalStrategy: 'steps', metricForBestModel: 'accuracy', loggingSteps: 20 });
    const other = new TrainingArguments({ ...args, metricForBestModel: 'loss', loggingSteps: 30 });
    assert.deepEqual([other.greaterIsBetter, other.evalSteps], [false, 30]);
    assert.equal(new TrainingArguments({ ...args, gradientCheckpointing: true }).activationCheckpointing, true);
    const given = new TrainingArguments({ metricForBestModel: 'accuracy', greaterIsBetter: false });
    assert.equal(new TrainingArguments({ ...given, metricForBestModel: 'f1' }).greaterIsBetter, false);
  });

  it('derives it anew also where it comes from a file, which has what Transformers would have', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'training_args.json');
      const args = new TrainingArguments({
        ...{ evalStrategy: 'steps', loggingSteps: 20, saveSteps: 20, loadBestModelAtEnd: true },
        ...{ metricForBestModel: 'accuracy', gradientCheckpointing: true },
      });
      const written = writeArguments(args);
      assert.deepEqual([written.eval_steps, written.greater_is_better], [20, true]);
      assert.deepEqual([written.activation_checkpointing, written.gradient_checkpointing], [true, true]);
      await writeFile(file, JSON.stringify(written));
      assert.deepEqual(writeArguments(await TrainingArguments.loadFromJson(file)), written);
      const other = await TrainingArguments.loadFromJson(file, {
        ...{ metricForBestModel: 'loss', loggingSteps: 10, gradientCheckpointing: false },
      });
      assert.deepEqual([other.greaterIsBetter, other.evalSteps, other.activationCheckpointing], [false, 10, false]);
    }));

  for (const [options, message] of refusals) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => new TrainingArguments(options as TrainingOptions),
        (error: Error) => error instanceof ParameterError && message.test(error.message),
      );
    });
  }
});
