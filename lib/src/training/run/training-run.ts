import path from 'node:path';
import type { ExampleSource } from '../../dataset/example-source.js';
import { TrainingError } from '../../errors.js';
import type { Wav2Vec2FeatureExtractor } from '../../feature-extractor/feature-extractor.js';
import type { HubertForSequenceClassification } from '../../hubert/models.js';
import type { Interruption } from '../../interruption.js';
import { tf } from '../../tensor/tensorflow.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import { removeOldCheckpoints } from '../checkpoints/checkpoint-folder.js';
import { saveCheckpoint } from '../checkpoints/training-checkpoint.js';
import type { KeptFeatures } from '../feature-cache.js';
import type { Tracker } from '../trackers/tracker.js';
import type { LogEntry, TrainerState } from '../trainer-state.js';
import { type AdamW, gradientNorm } from './adamw.js';
import { BatchReader } from './batch-reader.js';
import { DivergenceWatch } from './divergence.js';
import { accumulateGradients } from './gradients.js';
import { type Due, dueAfterEpoch, dueAfterStep, type TrainingPlan } from './plan.js';
import { placeSeed, trainingBatches } from './sampler.js';
import { learningRateAt } from './schedule.js';
import type { TrainingProgress } from './training-progress.js';

/** What a training works with. */
export interface RunSetup {
  model: HubertForSequenceClassification;
  args: TrainingArguments;
  plan: TrainingPlan;
  state: TrainerState;
  progress: TrainingProgress;
  optimizer: AdamW;
  source: ExampleSource;
  featureExtractor?: Wav2Vec2FeatureExtractor;
  /** What a frozen feature encoder gave, where it is frozen. */
  kept?: KeptFeatures;
  /** Whether the gradients of several batches are added up as they are, or averaged. */
  lossIsScaledForGa: boolean;
  tracker: Tracker;
  interruption: Interruption;
  /** Evaluates the model, and logs what it finds. */
  evaluate: () => Promise<Record<string, number>>;
  log: (entry: LogEntry) => void;
}

/** The steps of a training, from the one that `state` tells to the last. */
export class TrainingRun {
  readonly #setup: RunSetup;
  readonly #watch: DivergenceWatch;
  readonly #numParameters: number;
  /** Whether there is more to save than the last checkpoint has. */
  #unsaved = false;
  #withinStep = false;

  constructor(setup: RunSetup) {
    this.#setup = setup;
    this.#watch = new DivergenceWatch(setup.model.config.numLabels, setup.progress.firstLoss);
    this.#numParameters = setup.model.numParameters();
  }

  /** Whether weights and state are those after a whole step: within one, batch norm moves its statistics already. */
  get isExact(): boolean {
    return !(this.#withinStep && this.#setup.model.config.convPosBatchNorm);
  }

  /** @throws Stopped if somebody wishes so; weights and state are then those after the last whole step */
  async run(): Promise<void> {
    const { plan, state, args } = this.#setup;
    const { stepsPerEpoch, maxSteps } = plan;
    // What the run before may not have come to after its last step.
    if (state.globalStep > 0) {
      await this.#act(dueAfterStep(args, plan, state));
      if (state.globalStep % stepsPerEpoch === 0 || state.globalStep >= maxSteps) await this.#act(dueAfterEpoch(args));
    }
    for (let epoch = Math.floor(state.globalStep / stepsPerEpoch); state.globalStep < maxSteps; epoch++) {
      await this.#epoch(epoch);
      await this.#act(dueAfterEpoch(args));
    }
  }

  /** Saves what there is after the last whole step, unless it is saved already. */
  async save(): Promise<void> {
    const { args, state, source, ...others } = this.#setup;
    if (!this.#unsaved) return;
    const place = path.join(args.outputDir, `checkpoint-${state.globalStep}`);
    const best = state.bestGlobalStep === state.globalStep ? place : state.bestModelCheckpoint;
    await saveCheckpoint({ ...others, args, state: { ...state, bestModelCheckpoint: best }, examples: source.length });
    state.bestModelCheckpoint = best;
    this.#unsaved = false;
    if (args.saveTotalLimit !== undefined) {
      await removeOldCheckpoints(args.outputDir, args.saveTotalLimit, state.bestModelCheckpoint);
    }
  }

  async #epoch(epoch: number): Promise<void> {
    const { model, args, plan, state, source, featureExtractor, kept, interruption } = this.#setup;
    const { gradientAccumulationSteps: accumulation } = args;
    const batches = trainingBatches(source.length, {
      seed: args.dataSeed ?? args.seed,
      epoch,
      batchSize: args.perDeviceTrainBatchSize,
      dropLast: args.dataloaderDropLast,
    });
    const stepsToDo = Math.min(plan.stepsPerEpoch * (epoch + 1), plan.maxSteps) - state.globalStep;
    let place = (state.globalStep - plan.stepsPerEpoch * epoch) * accumulation;
    const ahead = batches.slice(place, place + stepsToDo * accumulation);
    const options = { name: 'trainDataset', model, featureExtractor, kept };
    const reader = new BatchReader(source, ahead, options, interruption);
    try {
      for (let step = 0; step < stepsToDo; step++) {
        const count = Math.min(accumulation, batches.length - place);
        place += count;
        await this.#step(reader, count, epoch + place / batches.length);
        await this.#act(dueAfterStep(args, plan, state));
      }
    } finally {
      await reader.close();
    }
  }

  /** An optimiser step. */
  async #step(reader: BatchReader, batches: number, epochAfter: number): Promise<void> {
    const { model, args, plan, state, progress, optimizer, tracker } = this.#setup;
    const { globalStep } = state;
    this.#withinStep = true;
    const seedOf = (batch: number) => placeSeed(args.seed, globalStep, batch);
    const { gradients, losses, samples } = await accumulateGradients(model, reader, batches, seedOf);
    try {
      if (Object.keys(gradients).length === 0) {
        throw new TrainingError('No parameter of the model is trainable, so that there is nothing to learn');
      }
      const sum = losses.reduce((total, loss) => total + loss, 0);
      const divisor = this.#setup.lossIsScaledForGa ? 1 : batches;
      const gradNorm = gradientNorm(gradients) / divisor;
      const learningRate = learningRateAt(globalStep, args, plan.maxSteps);
      this.#watch.check(sum / batches, gradNorm, { globalStep, learningRate, maxGradNorm: args.maxGradNorm });
      const clip = args.maxGradNorm > 0 ? Math.min(1, args.maxGradNorm / (gradNorm + 1e-6)) : 1;
      optimizer.step(gradients, { learningRate, scale: clip / divisor });
      Object.assign(progress, { gradNorm, learningRate, firstLoss: this.#watch.firstLoss });
      progress.lossSum += sum / divisor;
      this.#unsaved = true;
      this.#withinStep = false;
      state.globalStep++;
      state.epoch = epochAfter;
      state.totalFlos += 6 * samples * this.#numParameters;
      tracker.step?.({ globalStep: state.globalStep, epoch: epochAfter, loss: sum / divisor });
    } finally {
      tf.dispose(gradients);
    }
  }

  /** Logs, evaluates and saves, unless that is done already for this step. */
  async #act(due: Due): Promise<void> {
    const { args, state } = this.#setup;
    let { save } = due;
    if (due.log) this.#log();
    if (due.evaluate && !isEvaluated(state)) {
      const isBest = this.#compare(await this.#setup.evaluate());
      this.#unsaved = true;
      if (args.saveStrategy === 'best') save = isBest;
    }
    if (save) await this.save();
  }

  #log(): void {
    const { state, progress, log } = this.#setup;
    const steps = state.globalStep - progress.lastLogged;
    if (steps <= 0) return;
    const loss = progress.lossSum / steps;
    progress.loggedSum += progress.lossSum;
    progress.lossSum = 0;
    progress.lastLogged = state.globalStep;
    this.#unsaved = true;
    log({ loss, grad_norm: progress.gradNorm, learning_rate: progress.learningRate });
  }

  /** Whether the model is better than ever. */
  #compare(metrics: Readonly<Record<string, number>>): boolean {
    const { args, state } = this.#setup;
    if (args.metricForBestModel === undefined) return false;
    const name = args.metricForBestModel.startsWith('eval_')
      ? args.metricForBestModel
      : `eval_${args.metricForBestModel}`;
    const value = metrics[name];
    if (value === undefined) {
      throw new TrainingError(
        `metricForBestModel is '${args.metricForBestModel}', but the evaluation gave ${Object.keys(metrics).join(', ')}; ` +
          'name one of these, or let computeMetrics give it',
      );
    }
    const best = state.bestMetric;
    if (best !== null && !(args.greaterIsBetter ? value > best : value < best)) return false;
    state.bestMetric = value;
    if (args.saveStrategy !== 'no') state.bestGlobalStep = state.globalStep;
    return true;
  }
}

/** Whether the last evaluation was after this very step. */
function isEvaluated({ logHistory, globalStep }: TrainerState): boolean {
  return logHistory.some((entry) => entry.step === globalStep && 'eval_runtime' in entry);
}
