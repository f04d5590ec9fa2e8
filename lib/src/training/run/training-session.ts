import path from 'node:path';
import type { ExampleSource } from '../../dataset/example-source.js';
import type { Wav2Vec2FeatureExtractor } from '../../feature-extractor/feature-extractor.js';
import type { HubertForSequenceClassification } from '../../hubert/models.js';
import { type Interruption, Stopped } from '../../interruption.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import {
  isSame,
  listCheckpoints,
  openOutputFolder,
  partialFolder,
  removeCheckpoint,
} from '../checkpoints/checkpoint-folder.js';
import { checkpointToResume, readMatchingTraining } from '../checkpoints/resume.js';
import { restoreModel, restoreOptimizer } from '../checkpoints/training-checkpoint.js';
import { type ComputeMetrics, evaluate } from '../evaluation.js';
import { FeatureStore, isEncoderFrozen, KeptFeatures } from '../feature-cache.js';
import { speedMetrics } from '../speed-metrics.js';
import type { Tracker } from '../trackers/tracker.js';
import { initialState, type LogEntry, type TrainerState } from '../trainer-state.js';
import { AdamW } from './adamw.js';
import { planTraining, type TrainingPlan } from './plan.js';
import { initialProgress, type TrainingProgress } from './training-progress.js';
import { TrainingRun } from './training-run.js';

/** What a training works with. */
export interface SessionOptions {
  model: HubertForSequenceClassification;
  args: TrainingArguments;
  source: ExampleSource;
  evalSource?: ExampleSource;
  featureExtractor?: Wav2Vec2FeatureExtractor;
  computeMetrics?: ComputeMetrics;
  lossIsScaledForGa: boolean;
  tracker: Tracker;
  interruption: Interruption;
  resumeFromCheckpoint?: boolean | string;
  /** Is given the state, which changes as training goes on. */
  onState: (state: TrainerState) => void;
}

/** What {@link Trainer.train} gives. */
export interface TrainOutput {
  /** Optimiser steps done. */
  globalStep: number;
  /** The mean over all steps. */
  trainingLoss: number;
  metrics: Record<string, number>;
}

/** Training that somebody has stopped. */
export interface Interrupted {
  stoppedAt: number;
  /** The checkpoint that goes on from there, if there is one. */
  checkpoint?: string;
}

/** Begins a training or goes on with one, and tells its tracker how it ended. */
export async function runTraining(options: SessionOptions): Promise<TrainOutput | Interrupted> {
  const { model, args, source, tracker, interruption } = options;
  const plan = planTraining(args, source.length);
  const asked = options.resumeFromCheckpoint !== undefined && options.resumeFromCheckpoint !== false;
  const frozen = isEncoderFrozen(model);
  if (args.saveStrategy !== 'no' || frozen || asked) await openOutputFolder(args.outputDir);
  const { state, progress, optimizer } = await begin(options, plan);
  const store = new FeatureStore({
    memory: args.featureCacheBytes,
    disk: args.featureCacheDiskBytes,
    folder: partialFolder(args.outputDir, 'features'),
  });
  // What is seen only once is not worth keeping.
  const forOneEpoch = new FeatureStore({ memory: 0, disk: 0, folder: '' });
  const kept = frozen ? new KeptFeatures(plan.numTrainEpochs > 1 ? store : forOneEpoch) : undefined;
  const evaluation = frozen ? new KeptFeatures(store) : undefined;
  const log = (entry: LogEntry) => {
    const whole = { ...entry, epoch: state.epoch, step: state.globalStep };
    state.logHistory.push(whole);
    void tracker.log(whole);
  };
  const run = new TrainingRun({
    ...options,
    ...{ plan, state, progress, optimizer, kept, log },
    evaluate: async () => {
      const { metrics } = await evaluate(options.evalSource!, { ...evaluationOptions(options), kept: evaluation });
      log(metrics);
      return metrics;
    },
  });
  const start = performance.now();
  const firstStep = state.globalStep;
  let ended: Parameters<Tracker['end']>[0] = { status: 'failed', summary: {} };
  try {
    options.onState(state);
    void tracker.begin(runInfo(options, plan, state));
    await run.run();
    const output = finish(plan, state, progress, { firstStep, milliseconds: performance.now() - start });
    log(output.metrics);
    await takeBest(options, state);
    ended = { status: 'finished', summary: output.metrics };
    return output;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    ended = { status: 'interrupted', summary: {} };
    if (args.saveStrategy !== 'no' && run.isExact) await run.save();
    const saved = (await listCheckpoints(args.outputDir)).find(({ step }) => step === state.globalStep);
    return { stoppedAt: state.globalStep, checkpoint: saved?.path };
  } finally {
    interruption.end();
    model.eval();
    optimizer.dispose();
    await store.dispose();
    await tracker.end(ended);
  }
}

/** The evaluation of the evaluation set. */
export function evaluationOptions(
  options: Pick<
    SessionOptions,
    'model' | 'args' | 'evalSource' | 'featureExtractor' | 'computeMetrics' | 'interruption'
  > & {
    tracker: Pick<Tracker, 'evaluating'>;
  },
): Parameters<typeof evaluate>[1] {
  const { model, args, evalSource, featureExtractor, computeMetrics, interruption, tracker } = options;
  return {
    ...{ model, featureExtractor, computeMetrics, interruption },
    name: 'evalDataset',
    prefix: 'eval',
    batchSize: args.perDeviceEvalBatchSize,
    onProgress: (done) => tracker.evaluating?.({ done, total: evalSource?.length ?? done }),
  };
}

/** State and optimiser, from the beginning or from a checkpoint. */
async function begin(
  { model, args, source, resumeFromCheckpoint }: SessionOptions,
  plan: TrainingPlan,
): Promise<{ state: TrainerState; progress: TrainingProgress; optimizer: AdamW }> {
  const { maxSteps, numTrainEpochs, loggingSteps, evalSteps, saveSteps } = plan;
  const planned = { maxSteps, numTrainEpochs, loggingSteps, evalSteps, saveSteps };
  const optimizer = new AdamW(model.parameters, args);
  const folder = await checkpointToResume(resumeFromCheckpoint, args.outputDir);
  if (folder === undefined) {
    const state = { ...initialState(), ...planned, trainBatchSize: args.perDeviceTrainBatchSize };
    return { state, progress: initialProgress(), optimizer };
  }
  const { state, progress } = await readMatchingTraining(folder, model, args, plan, source.length);
  await restoreModel(folder, model);
  await restoreOptimizer(folder, optimizer);
  return { state: { ...state, ...planned }, progress, optimizer };
}

function runInfo(options: SessionOptions, plan: TrainingPlan, state: TrainerState): Parameters<Tracker['begin']>[0] {
  const { model, args, source, evalSource } = options;
  return {
    args,
    modelConfig: model.config,
    numParameters: model.numParameters(),
    numTrainExamples: source.length,
    numEvalExamples: evalSource?.length ?? 0,
    maxSteps: plan.maxSteps,
    numTrainEpochs: plan.numTrainEpochs,
    stepsPerEpoch: plan.stepsPerEpoch,
    resumedFromStep: state.globalStep,
    logHistory: [...state.logHistory],
  };
}

function finish(
  plan: TrainingPlan,
  { globalStep, totalFlos }: TrainerState,
  { lossSum, loggedSum }: TrainingProgress,
  { firstStep, milliseconds }: { firstStep: number; milliseconds: number },
): TrainOutput {
  const steps = globalStep - firstStep;
  const trainingLoss = (loggedSum + lossSum) / globalStep;
  const metrics = {
    ...speedMetrics('train', milliseconds, { samples: (plan.samples * steps) / plan.maxSteps, steps }),
    total_flos: totalFlos,
    train_loss: trainingLoss,
  };
  return { globalStep, trainingLoss, metrics };
}

/** Gives the model its best weights, where that is asked for, and removes what is not needed then. */
async function takeBest({ model, args }: SessionOptions, state: TrainerState): Promise<void> {
  const { bestModelCheckpoint: best } = state;
  if (best === null) return;
  if (args.loadBestModelAtEnd) await restoreModel(path.resolve(best), model);
  if (args.saveTotalLimit !== 1) return;
  for (const { path: place } of await listCheckpoints(args.outputDir)) {
    if (!isSame(place, best)) await removeCheckpoint(place);
  }
}
