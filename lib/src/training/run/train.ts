import path from 'node:path';
import type { ExampleSource } from '../../dataset/example-source.js';
import { TrainingInterrupted } from '../../errors.js';
import { shortestClip } from '../../hubert/shortest-clip.js';
import { type Interruption, Stopped } from '../../interruption.js';
import { trimMemorySoon } from '../../trim-memory.js';
import { takeBest } from '../checkpoints/best-checkpoint.js';
import { type CheckpointFolder, listCheckpoints, partialFolder } from '../checkpoints/checkpoint-folder.js';
import { checkpointToResume } from '../checkpoints/hub-checkpoint.js';
import { inOutputFolder } from '../checkpoints/output-folder.js';
import { beginOrResume, readMatchingTraining } from '../checkpoints/resume.js';
import { FeatureCaches, isEncoderFrozen } from '../feature-cache.js';
import { speedMetrics } from '../log-metrics.js';
import type { RunInfo, Tracker } from '../trackers/tracker.js';
import type { TrainingContext } from '../trainer-options.js';
import type { TrainerState } from '../trainer-state.js';
import type { HubUploads } from '../uploads/hub-uploads.js';
import { withUploads } from '../uploads/with-uploads.js';
import { checksumOf, lengthsOf } from './lengths.js';
import type { OngoingTraining, TrainingPlan } from './plan.js';
import { planTraining } from './plan.js';
import { TrainingLoop } from './training-loop.js';

/** What a call of {@link Trainer.train} brings. */
export interface TrainingCall {
  source: ExampleSource;
  evalSource?: ExampleSource;
  tracker: Tracker;
  interruption: Interruption;
  resumeFromCheckpoint?: boolean | string;
  signal?: AbortSignal;
  pushTrained?: boolean;
  uploads?: HubUploads;
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

/**
 * Begins a training or goes on with one, and tells its tracker how it ended. Ctrl+C makes what the loop waits for throw
 * {@link Stopped}; then the last whole step is saved.
 *
 * @throws TrainingInterrupted when somebody has stopped it
 */
export async function train(context: TrainingContext, call: TrainingCall): Promise<TrainOutput> {
  const { model, args, callbacks } = context;
  const plan = planTraining(args, call.source.length);
  const isResumed = (call.resumeFromCheckpoint ?? false) !== false;
  // Callbacks may freeze the encoder, and save.
  const writes = args.saveStrategy !== 'no' || isEncoderFrozen(model) || isResumed || callbacks.hasOthers;
  const work = () => withUploads(context, call, (pushed) => trainBy(plan, context, pushed));
  return writes ? inOutputFolder(args.outputDir, call.interruption, work) : work();
}

async function trainBy(plan: TrainingPlan, context: TrainingContext, call: TrainingCall): Promise<TrainOutput> {
  const { model, args } = context;
  const { source, evalSource, tracker, interruption, resumeFromCheckpoint = false } = call;
  const lengths = await lengthsToSort(context, source, interruption);
  const planned = lengths ? { ...plan, lengths: checksumOf(lengths) } : plan;
  const check = (folder: string, name: string) => readMatchingTraining(folder, context, planned, name);
  const checkpoint = await checkpointToResume(resumeFromCheckpoint, args.outputDir, interruption, check);
  const training = await beginOrResume(context, planned, checkpoint);
  const { state } = training;
  const caches = new FeatureCaches(model, () => ({
    memory: args.featureCacheBytes,
    disk: args.featureCacheDiskBytes,
    folder: partialFolder(args.outputDir, 'features'),
  }));
  const evalCache = () => caches.of('evalDataset');
  const evalSet = evalSource && { name: 'evalDataset', source: evalSource, cacheNow: evalCache };
  const differs = (source.differsByEpoch ?? false) || args.mixupAlpha > 0;
  const trainCache = () => {
    // What is seen only once is not worth storing.
    const cache = caches.of('trainDataset', plan.numTrainEpochs > 1);
    return differs ? undefined : cache;
  };
  const trainSet = { name: 'trainDataset', source, cacheNow: trainCache, isTraining: true };
  const { uploads } = call;
  const loop = new TrainingLoop(context, training, { tracker, interruption, uploads, trainSet, lengths, evalSet });
  const start = performance.now();
  const firstStep = state.globalStep;
  let outcome: Parameters<Tracker['end']>[0] = { status: 'failed', summary: {} };
  try {
    call.onState(state);
    void tracker.begin(runInfo(context, training, evalSource?.length ?? 0));
    await loop.run();
    const output = outputOf(training, firstStep, performance.now() - start);
    await loop.log(output.metrics);
    await takeBest(context, state);
    await context.callbacks.call('onTrainEnd');
    outcome = { status: 'finished', summary: output.metrics };
    return output;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    outcome = { status: 'interrupted', summary: {} };
    if (args.saveStrategy !== 'no' && loop.isExact) await loop.save();
    const saved = (await listCheckpoints(args.outputDir)).filter(({ step }) => step <= state.globalStep).at(-1);
    throw new TrainingInterrupted(
      `Training was stopped after step ${state.globalStep} of ${state.maxSteps}. ${howToGoOn(state, saved)}`,
    );
  } finally {
    interruption.end();
    model.eval();
    training.optimizer.dispose();
    await caches.dispose();
    trimMemorySoon();
    await tracker.end(outcome);
  }
}

/** How long the examples are, where their order depends on it. */
async function lengthsToSort(
  { model, args: { trainSamplingStrategy, lengthColumnName } }: TrainingContext,
  source: ExampleSource,
  interruption: Interruption,
): Promise<readonly number[] | undefined> {
  if (trainSamplingStrategy !== 'group_by_length') return undefined;
  try {
    return await interruption.race(lengthsOf(source, lengthColumnName, shortestClip(model.config, true)));
  } catch (error) {
    if (error instanceof Stopped) throw new TrainingInterrupted('Training was stopped before its first step.');
    throw error;
  }
}

/** @param saved - the newest checkpoint, none of a later step */
function howToGoOn({ globalStep }: TrainerState, saved: CheckpointFolder | undefined): string {
  if (saved === undefined) return 'It was not saved; train() begins anew, with the weights as they are now.';
  const from = `train({ resumeFromCheckpoint: '${saved.path}' }) goes on from`;
  if (saved.step === globalStep) return `train({ resumeFromCheckpoint: true }) goes on from ${saved.path}.`;
  const lost = globalStep - saved.step;
  return `It was not saved; ${from} the newest checkpoint there, ${lost} ${lost === 1 ? 'step' : 'steps'} before.`;
}

function runInfo({ model, args }: TrainingContext, { plan, state }: OngoingTraining, numEvalExamples: number): RunInfo {
  return {
    args,
    modelConfig: model.config,
    numParameters: model.numParameters(),
    numTrainExamples: plan.examples,
    numEvalExamples,
    maxSteps: plan.maxSteps,
    numTrainEpochs: plan.numTrainEpochs,
    stepsPerEpoch: plan.stepsPerEpoch,
    resumedFromStep: state.globalStep,
    logHistory: [...state.logHistory],
    ...(state.isHyperParamSearch && { group: path.basename(path.dirname(path.resolve(args.outputDir))) }),
  };
}

function outputOf({ plan, state, runningLoss }: OngoingTraining, firstStep: number, milliseconds: number): TrainOutput {
  const { globalStep, totalFlos } = state;
  const steps = globalStep - firstStep;
  const trainingLoss = (runningLoss.loggedSum + runningLoss.lossSum) / Math.max(1, globalStep);
  const metrics = {
    ...speedMetrics('train', milliseconds, { samples: (plan.samples * steps) / plan.maxSteps, steps }),
    total_flos: totalFlos,
    train_loss: trainingLoss,
  };
  return { globalStep, trainingLoss, metrics };
}
