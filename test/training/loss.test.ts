import assert from 'node:assert/strict';
import {
  type ComputeLossInput,
  type ExampleSource,
  type HubertForSequenceClassification,
  Trainer,
  type TrainerOptions,
  type TrainingOptions,
  tf,
} from 'onpa';
import { trainerLoss } from 'onpa/dist/training/trainer-loss.js';
import { relativeError } from '../fixtures.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { options } from './options-reference.js';
import { randomTraining, timeless } from './short-training.js';
import { camelCase, examples, extractor, RANDOM, tinyModel } from './tiny.js';

const { lengths, runs, balanced } = options.cases;
const QUIET: TrainingOptions = { reportTo: 'none', disableTqdm: true, saveStrategy: 'no' };
const WEIGHTS = [0.5, 2, 1, 0.25, 3];

/** As `own_loss` in training_options_fixtures.py. */
const brier = ({ logits, labels, numItemsInBatch }: ComputeLossInput): tf.Scalar =>
  tf.tidy(() => {
    const targets = tf.oneHot(tf.tensor1d([...labels], 'int32'), logits.shape[1]);
    return tf.div(tf.sum(tf.squaredDifference(tf.softmax(logits), targets)), numItemsInBatch);
  });

describe('Trainings beside those of Transformers', () => {
  for (const [title, { args, compute_loss: isOwn, history }] of Object.entries(runs)) {
    it(`${title}: the same losses, gradients, learning rates, evaluations, and weights in the end`, () =>
      inTemporaryFolder(async (outputDir) => {
        const { lr_scheduler_kwargs: kwargs, ...others } = args;
        const schedule = kwargs ? { lrSchedulerKwargs: camelCase(kwargs as Record<string, unknown>) as object } : {};
        const trainer = new Trainer({
          model: await tinyModel(),
          args: { ...camelCase(others), ...schedule, ...QUIET, outputDir },
          trainDataset: examples(lengths.train, 0),
          evalDataset: examples(lengths.evaluation, 1),
          featureExtractor: extractor(),
          computeLoss: isOwn ? brier : undefined,
        });
        await trainer.train();
        const found = trainer.state.logHistory;
        assert.equal(found.length, history.length);
        for (const [i, expected] of history.entries()) {
          for (const [key, value] of Object.entries(expected)) {
            const apart = Math.abs(found[i][key] - value);
            assert.ok(apart <= 1e-3 * Math.abs(value), `entry ${i}: ${key} is ${found[i][key]} instead of ${value}`);
          }
        }
        for (const name of ['classifier.weight', 'hubert.encoder.layers.1.attention.q_proj.weight', 'projector.bias']) {
          const { data } = options.tensor(`run/${title}/${name}`, 'F32');
          assert.ok(relativeError(trainer.model.parameters.get(name)!.dataSync(), data) <= 1e-3, name);
        }
        trainer.model.dispose();
      }));
  }
});

/** A model without anything random, after two steps of four clips of one length, and what was logged. */
async function trained(
  outputDir: string,
  choice: Partial<TrainerOptions>,
  args: TrainingOptions,
): Promise<{ weights: Float32Array; losses: number[] }> {
  const model = await tinyModel();
  const trainer = new Trainer({
    model,
    args: { ...QUIET, outputDir, maxSteps: 2, learningRate: 1e-3, loggingSteps: 1, optim: 'sgd', ...args },
    trainDataset: examples(new Array(8).fill(2500), 0),
    ...choice,
  });
  await trainer.train();
  const weights = (await model.parameters.get('classifier.weight')!.data()) as Float32Array;
  model.dispose();
  return { weights, losses: trainer.state.logHistory.flatMap(({ loss }) => loss ?? []) };
}

describe('A loss with class weights and label smoothing', () => {
  for (const choice of [{ classWeights: WEIGHTS }, { computeLoss: brier }] as const) {
    it(`is the same for a batch and for the batches that add up to it: ${Object.keys(choice)}`, () =>
      inTemporaryFolder(async (folder) => {
        const args = 'classWeights' in choice ? { labelSmoothingFactor: 0.2 } : {};
        const whole = await trained(folder, choice, { ...args, perDeviceTrainBatchSize: 4 });
        const two = { perDeviceTrainBatchSize: 2, gradientAccumulationSteps: 2 };
        const added = await trained(folder, choice, { ...args, ...two });
        assert.equal(whole.losses.length, 2);
        assert.ok(relativeError(added.losses, whole.losses) <= 1e-5, `${added.losses} and ${whole.losses}`);
        assert.ok(relativeError(added.weights, whole.weights) <= 1e-5);
      }));
  }

  it('is the mean of those of the batches where lossIsScaledForGa is false', () =>
    inTemporaryFolder(async (folder) => {
      const choice = { classWeights: WEIGHTS, lossIsScaledForGa: false };
      const args: TrainingOptions = { trainSamplingStrategy: 'sequential', perDeviceTrainBatchSize: 2, maxSteps: 1 };
      const both = await trained(folder, choice, { ...args, gradientAccumulationSteps: 2 });
      const first = await trained(folder, choice, args);
      const second = await trained(folder, { ...choice, trainDataset: examples([2500, 2500], 2) }, args);
      assert.ok(Math.abs(both.losses[0] - (first.losses[0] + second.losses[0]) / 2) <= 1e-6);
    }));

  it("weighs classes as scikit-learn's balanced weights do", async () => {
    const model = await tinyModel();
    const trainDataset = balanced.labels.map((label) => ({ inputValues: new Float32Array(2500), label }));
    const found = trainerLoss({ model, trainDataset, classWeights: 'balanced' }, { labelSmoothingFactor: 0 } as never);
    assert.deepEqual(found?.classWeights, balanced.weights);
    const source = { length: trainDataset.length, labels: balanced.labels } as unknown as ExampleSource;
    const same = trainerLoss({ model, trainDataset: source, classWeights: 'balanced' }, {} as never);
    assert.deepEqual(same?.classWeights, balanced.weights);
    model.dispose();
  });

  it('is smoothed and weighed in evaluations too, and leaves no tensor behind', async () => {
    const model = await tinyModel(RANDOM);
    const evalDataset = examples([2500, 2500, 2500], 0);
    const measure = async (choice: Partial<TrainerOptions>, args: TrainingOptions = {}) => {
      const trainer = new Trainer({ model, args: { ...QUIET, ...args }, evalDataset, ...choice });
      return (await trainer.evaluate()).eval_loss;
    };
    const before = await settledTensors();
    const plain = await measure({});
    const logits = (await new Trainer({ model, args: QUIET }).predict(evalDataset)).predictions;
    const surprise = logits.map((row) => {
      const sum = row.reduce((total, x) => total + Math.exp(x), 0);
      return [...row].map((x) => Math.log(sum) - x);
    });
    const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) <= 1e-5 * expected);
    const mean = (numbers: number[]) => numbers.reduce((a, b) => a + b) / numbers.length;
    near(plain, mean(surprise.map((row, i) => row[i])));
    near(
      await measure({}, { labelSmoothingFactor: 0.5 }),
      mean(surprise.map((row, i) => 0.5 * row[i] + 0.5 * mean(row))),
    );
    near(
      await measure({ classWeights: WEIGHTS }),
      mean(surprise.map((row, i) => 3 * WEIGHTS[i] * row[i])) / (WEIGHTS[0] + WEIGHTS[1] + WEIGHTS[2]),
    );
    assert.equal(await settledTensors(), before);
    model.dispose();
  });

  it('goes on from a checkpoint as if there had been no interruption, with less memory too', () =>
    inTemporaryFolder(async (outputDir) => {
      const args: TrainingOptions = { labelSmoothingFactor: 0.1, activationCheckpointing: true };
      const trainer = await randomTraining(outputDir, { args });
      await trainer.train();
      const whole = timeless(trainer.state.logHistory);
      trainer.model.dispose();
      const resumed = await randomTraining(outputDir, { args });
      await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-4` });
      assert.deepEqual(timeless(resumed.state.logHistory), whole);
      resumed.model.dispose();
      const other = await randomTraining(outputDir);
      await assert.rejects(other.train({ resumeFromCheckpoint: true }), /labelSmoothingFactor is 0 here and 0.1 there/);
      other.model.dispose();
    }));

  it('is not resumed with other weights', () =>
    inTemporaryFolder(async (outputDir) => {
      const training = async (classWeights?: number[], resumeFromCheckpoint = false) => {
        const model: HubertForSequenceClassification = await tinyModel();
        const args = { ...QUIET, outputDir, maxSteps: 2, saveStrategy: 'steps', saveSteps: 1 } as const;
        const trainDataset = examples([2500, 2500], 0);
        await new Trainer({ model, args, trainDataset, classWeights }).train({ resumeFromCheckpoint });
        model.dispose();
      };
      await training(WEIGHTS);
      await assert.rejects(training(undefined, true), /classWeights are null here and \[0.5,2,1,0.25,3\] there/);
      await training(WEIGHTS, true);
    }));

  it('is not resumed with another loss of one’s own, or with losses that are added up otherwise', () =>
    inTemporaryFolder(async (outputDir) => {
      const training = async (choice: Partial<TrainerOptions>, resumeFromCheckpoint = true) => {
        const model = await tinyModel();
        const args = { ...QUIET, outputDir, maxSteps: 1, saveStrategy: 'steps', saveSteps: 1 } as const;
        const trainDataset = examples([2500, 2500], 0);
        await new Trainer({ model, args, trainDataset, ...choice })
          .train({ resumeFromCheckpoint })
          .finally(() => model.dispose());
      };
      await training({ computeLoss: brier }, false);
      await assert.rejects(training({}), /computeLoss is given there only/);
      const scaled = { computeLoss: brier, lossIsScaledForGa: false };
      await assert.rejects(training(scaled), /lossIsScaledForGa is false here and true there/);
      await training({ computeLoss: brier });
    }));

  it('of clips that do not count is the mean of nothing, which is said', () =>
    inTemporaryFolder(async (outputDir) => {
      const model = await tinyModel();
      const before = tf.memory().numTensors;
      const training = (label: number, classWeights?: number[]) => {
        const trainDataset = examples([2500, 2500], 0).map((example) => ({ ...example, label }));
        return new Trainer({ model, args: { ...QUIET, outputDir, maxSteps: 1 }, trainDataset, classWeights }).train();
      };
      await assert.rejects(training(-100), /No clip of a batch counts: all are without a class \(−100\), and/);
      await assert.rejects(
        training(1, [1, 0, 1, 1, 1]),
        /No clip of a batch counts: .*of a class that classWeights make 0/,
      );
      assert.equal(tf.memory().numTensors, before);
      model.dispose();
    }));

  it('is refused where it fits neither the classes, the data set, nor the model', async () => {
    const model = await tinyModel();
    const few = [{ inputValues: new Float32Array(2500), label: 0 }];
    const refusals: [Partial<TrainerOptions>, RegExp][] = [
      [{ classWeights: [1, 2] }, /classWeights is a list of 2; give 'balanced', or a number for each of the 5 classes/],
      [{ classWeights: [1, 1, 1, 1, -1] }, /classWeights\[4\] is -1/],
      [{ classWeights: [0, 0, 0, 0, 0] }, /classWeights are all 0/],
      [{ classWeights: 'equal' as never }, /classWeights is 'equal'; give 'balanced'/],
      [{ classWeights: 'balanced' }, /there is no trainDataset/],
      [{ classWeights: 'balanced', trainDataset: few }, /no example of class 1/],
      [{ classWeights: 'balanced', trainDataset: { length: 1 } as ExampleSource }, /does not tell its labels/],
      [{ computeLoss: 'mse' as never }, /computeLoss is no function/],
      [{ computeLoss: brier, classWeights: WEIGHTS }, /computeLoss takes the place of classWeights/],
      [{ computeLoss: brier, args: { labelSmoothingFactor: 0.1 } }, /takes the place of labelSmoothingFactor/],
      [{ args: { labelSmoothingFactor: 1 } }, /labelSmoothingFactor is 1; give a number from 0 to below 1/],
    ];
    for (const [choice, message] of refusals) {
      assert.throws(() => new Trainer({ model, ...choice }), { name: 'ParameterError', message });
    }
    const own = Object.assign(Object.create(model), { takesLoss: undefined });
    assert.throws(
      () => new Trainer({ model: own, classWeights: WEIGHTS }),
      /classWeights cannot change the loss of this model/,
    );
    model.dispose();
  });

  it('that is no scalar is refused, before anything is learnt', () =>
    inTemporaryFolder(async (outputDir) => {
      const computeLoss = ({ logits }: ComputeLossInput) => tf.sum(logits, 1) as unknown as tf.Scalar;
      await assert.rejects(
        trained(outputDir, { computeLoss }, {}),
        /computeLoss gave a tensor of the shape \[8\]; give a scalar/,
      );
    }));
});
