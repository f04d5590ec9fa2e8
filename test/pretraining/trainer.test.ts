import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  AutoModelForAudioClassification,
  type HubertForPreTraining,
  type LogEntry,
  ParameterError,
  type StepInfo,
  Trainer,
  type TrainingExample,
  tf,
  withFrameLabels,
} from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { quietly } from '../hubert/warnings.js';
import { settledTensors } from '../settled-tensors.js';
import { timeless } from '../training/short-training.js';
import { examples, extractor } from '../training/tiny.js';
import { modelOf, reference } from './models.js';

const LENGTHS = [8000, 6400, 7200, 9000, 6800, 7600, 8400];
const frames = (samples: number) => Math.floor((samples - 400) / 320) + 1;
const labelsOf = (clips: readonly TrainingExample[]) =>
  clips.map(({ inputValues, label }) =>
    Int32Array.from({ length: frames(inputValues.length) }, (_, t) => (label + Math.floor(t / 5)) % 7),
  );

/** Six steps of a tiny model with dropout, layer drop and masks, always from the same weights. */
async function training(
  outputDir: string,
  more: { mask?: boolean; frozen?: boolean; steps?: (info: StepInfo) => void } = {},
) {
  const { config } = reference.cases.recipe;
  const shape = { ...config, hidden_dropout: 0.1, attention_dropout: 0.1, layerdrop: 0.2 };
  const clips = examples(LENGTHS, 0);
  const evalClips = examples(LENGTHS.slice(0, 3), 1);
  const model = await modelOf({ ...reference.cases.recipe, config: shape });
  return new Trainer({
    model,
    args: {
      outputDir,
      maxSteps: 6,
      perDeviceTrainBatchSize: 2,
      perDeviceEvalBatchSize: 2,
      gradientAccumulationSteps: 2,
      learningRate: 1e-3,
      freezeFeatureEncoder: more.frozen ?? false,
      loggingSteps: 1,
      evalStrategy: 'steps',
      evalSteps: 3,
      saveSteps: 2,
      reportTo: 'none',
      disableTqdm: true,
      seed: 3,
    },
    trainDataset: withFrameLabels(clips, labelsOf(clips)),
    evalDataset: withFrameLabels(evalClips, labelsOf(evalClips)),
    featureExtractor: extractor(more.mask ?? true),
    trackers: more.steps ? [tracker(more.steps)] : [],
  });
}

const tracker = (step: (info: StepInfo) => void) => ({
  name: 'steps',
  begin: () => {},
  log: () => {},
  end: () => {},
  step,
});

const weightsOf = ({ parameters }: HubertForPreTraining) =>
  Object.fromEntries(Array.from(parameters, ([name, variable]) => [name, Array.from(variable.dataSync())]));

describe('A Trainer that pre-trains', () => {
  let whole: LogEntry[];
  let weights: Record<string, number[]>;
  before(() =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await training(outputDir);
      const count = await settledTensors();
      await trainer.train();
      assert.equal(tf.memory().numTensors, count);
      whole = timeless(trainer.state.logHistory);
      weights = weightsOf(trainer.model);
      trainer.model.dispose();
    }),
  );

  it('logs the loss of each step and of each evaluation, and ends with a lower one', () => {
    const losses = whole.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
    const evaluations = whole.flatMap((entry) => (entry.eval_loss === undefined ? [] : [entry.eval_loss]));
    assert.equal(losses.length, 6);
    assert.equal(evaluations.length, 2);
    assert.ok(evaluations[1] < evaluations[0], `${evaluations}`);
  });

  it('masks the same frames when it is resumed, and ends with the same weights to the last digit', () =>
    inTemporaryFolder(async (outputDir) => {
      const first = await training(outputDir);
      await first.train();
      first.model.dispose();
      for (const step of [6, 4]) await rm(path.join(outputDir, `checkpoint-${step}`), { recursive: true });
      const second = await training(outputDir);
      await second.train({ resumeFromCheckpoint: true });
      assert.deepEqual(timeless(second.state.logHistory), whole);
      assert.deepEqual(weightsOf(second.model), weights);
      second.model.dispose();
    }));

  it('pads clips of different lengths without a mask too', () =>
    inTemporaryFolder(async (outputDir) => {
      const steps: number[] = [];
      const trainer = await training(outputDir, { mask: false, steps: ({ loss }) => void steps.push(loss) });
      await trainer.train();
      assert.equal(steps.filter(Number.isFinite).length, 6);
      trainer.model.dispose();
    }));

  it('keeps what a frozen feature encoder gave, and the labels with it', () =>
    inTemporaryFolder(async (outputDir) => {
      const steps: number[] = [];
      const trainer = await training(outputDir, { frozen: true, steps: ({ loss }) => void steps.push(loss) });
      const convolution = trainer.model.parameters.get('hubert.feature_extractor.conv_layers.2.conv.weight')!;
      const before = convolution.dataSync().slice();
      await trainer.train();
      assert.equal(steps.filter(Number.isFinite).length, 6);
      assert.deepEqual(convolution.dataSync(), before);
      trainer.model.dispose();
    }));

  it('leaves a checkpoint that a classifier begins with, and a model card that says what it is', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await training(outputDir);
      await trainer.train();
      const classifier = await quietly(() =>
        AutoModelForAudioClassification.fromPretrained(path.join(outputDir, 'checkpoint-6'), { numLabels: 3 }),
      );
      const name = 'hubert.encoder.layers.1.attention.v_proj.weight';
      assert.deepEqual(classifier.parameters.get(name)!.dataSync(), trainer.model.parameters.get(name)!.dataSync());
      classifier.dispose();
      const card = await readFile(await trainer.createModelCard({ modelName: 'tiny' }), 'utf8');
      assert.match(card, /pre-trained to guess into which of 7 clusters masked frames fall/);
      assert.doesNotMatch(card, /classifier/);
      trainer.model.dispose();
    }));

  it('names the example whose labels do not fit its frames, and asks for labels', () =>
    inTemporaryFolder(async (outputDir) => {
      const good = await training(outputDir);
      const clips = examples(LENGTHS, 0);
      const labels = labelsOf(clips);
      labels[4] = labels[4].slice(1);
      const fails = async (
        trainDataset: ConstructorParameters<typeof Trainer>[0]['trainDataset'],
        ...parts: RegExp[]
      ) => {
        const args = { outputDir, reportTo: 'none', disableTqdm: true, saveStrategy: 'no' } as const;
        const trainer = new Trainer({ model: good.model, args, trainDataset, featureExtractor: extractor() });
        await assert.rejects(trainer.train(), (error) => {
          assert.ok(error instanceof ParameterError);
          for (const part of parts) assert.match(error.message, part);
          return true;
        });
      };
      await fails(withFrameLabels(clips, labels), /example 4 has 20 labels for 21 frames/);
      await fails(clips, /has no labels for its frames/);
      assert.throws(() => withFrameLabels(clips, labels.slice(1)), /6 entries for 7 examples/);
      good.model.dispose();
    }));
});
