import { TrainingError } from '../../errors.js';
import type { Interruption } from '../../interruption.js';
import { tf } from '../../tensor/tensorflow.js';
import { noteIfBest } from '../checkpoints/best-checkpoint.js';
import { saveCheckpoint } from '../checkpoints/training-checkpoint.js';
import { evaluate } from '../evaluation.js';
import type { Tracker } from '../trackers/tracker.js';
import type { TrainingContext } from '../trainer-options.js';
import type { LogEntry, TrainerState } from '../trainer-state.js';
import type { HubUploads } from '../uploads/hub-uploads.js';
import { gradientNorm } from './adamw.js';
import { BatchReader } from './batch-reader.js';
import type { BatchSource } from './batches.js';
import { DivergenceWatch } from './divergence.js';
import { accumulateGradients } from './gradients.js';
import type { OngoingTraining } from './plan.js';
import { type Due, dueAfterEpoch, dueAfterStep } from './plan.js';
import { placeSeed, trainingBatches } from './sampler.js';
import { learningRateAt } from './schedule.js';

/** What a loop reads, and who watches and stops it. */
export interface LoopOptions {
  trainSet: BatchSource;
  evalSet?: BatchSource;
  tracker: Tracker;
  interruption: Interruption;
  uploads?: HubUploads;
}

/** The steps of a training, from the one that its state tells to the last. */
export class TrainingLoop {
  readonly #context: TrainingContext;
  readonly #training: OngoingTraining;
  readonly #options: LoopOptions;
  readonly #watch: DivergenceWatch;
  readonly #numParameters: number;
  /** Whether there is more to save than the last checkpoint has. */
  #unsaved = false;
  #withinStep = false;

  constructor(context: TrainingContext, training: OngoingTraining, options: LoopOptions) {
    this.#context = context;
    this.#training = training;
    this.#options = options;
    this.#watch = new DivergenceWatch(context.model.config.numLabels, training.runningLoss.firstLoss);
    this.#numParameters = context.model.numParameters();
  }

  /** Whether weights and state are those after a whole step: within one, batch norm moves its statistics already. */
  get isExact(): boolean {
    return !(this.#withinStep && this.#context.model.config.convPosBatchNorm);
  }

  /** @throws Stopped if somebody wishes so; weights and state are then those after the last whole step */
  async run(): Promise<void> {
    const { args } = this.#context;
    const { plan, state } = this.#training;
    const { stepsPerEpoch, maxSteps } = plan;
    // What an interrupted run may not have come to after its last step.
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
    if (!this.#unsaved) return;
    await saveCheckpoint(this.#context, this.#training);
    this.#unsaved = false;
    await this.#options.uploads?.saved(this.#training.state);
  }

  /** Adds an entry to the history of logs, and tells the tracker. */
  log(values: LogEntry): void {
    const { logHistory, epoch, globalStep } = this.#training.state;
    const entry = { ...values, epoch, step: globalStep };
    logHistory.push(entry);
    void this.#options.tracker.log(entry);
  }

  async #epoch(epoch: number): Promise<void> {
    const { args } = this.#context;
    const { plan, state } = this.#training;
    const { trainSet, interruption } = this.#options;
    const { gradientAccumulationSteps: accumulation } = args;
    const batches = trainingBatches(plan.examples, {
      seed: args.dataSeed ?? args.seed,
      epoch,
      batchSize: args.perDeviceTrainBatchSize,
      dropLast: args.dataloaderDropLast,
    });
    const stepsToDo = Math.min(plan.stepsPerEpoch * (epoch + 1), plan.maxSteps) - state.globalStep;
    let place = (state.globalStep - plan.stepsPerEpoch * epoch) * accumulation;
    const ahead = batches.slice(place, place + stepsToDo * accumulation);
    const reader = new BatchReader(this.#context, trainSet, ahead, interruption);
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
    const { model, args, lossIsScaledForGa } = this.#context;
    const { plan, state, runningLoss, optimizer } = this.#training;
    const { globalStep } = state;
    this.#withinStep = true;
    const seedOf = (batch: number) => placeSeed(args.seed, globalStep, batch);
    const { gradients, losses, samples } = await accumulateGradients(model, reader, batches, seedOf);
    try {
      if (Object.keys(gradients).length === 0) {
        throw new TrainingError('No parameter of the model is trainable, so that there is nothing to learn');
      }
      const sum = losses.reduce((total, loss) => total + loss, 0);
      const divisor = lossIsScaledForGa ? 1 : batches;
      const gradNorm = gradientNorm(gradients) / divisor;
      const learningRate = learningRateAt(globalStep, args, plan.maxSteps);
      this.#watch.check(sum / batches, gradNorm, { globalStep, learningRate, maxGradNorm: args.maxGradNorm });
      const clip = args.maxGradNorm > 0 ? Math.min(1, args.maxGradNorm / (gradNorm + 1e-6)) : 1;
      optimizer.step(gradients, { learningRate, scale: clip / divisor });
      Object.assign(runningLoss, { gradNorm, learningRate, firstLoss: this.#watch.firstLoss });
      runningLoss.lossSum += sum / divisor;
      this.#unsaved = true;
      this.#withinStep = false;
      state.globalStep++;
      state.epoch = epochAfter;
      state.totalFlos += 6 * samples * this.#numParameters;
      this.#options.tracker.step?.({ globalStep: state.globalStep, epoch: epochAfter, loss: sum / divisor });
    } finally {
      tf.dispose(gradients);
    }
  }

  /** Logs, evaluates and saves, unless that is done already for this step. */
  async #act({ log, evaluate: isEvaluationDue, save }: Due): Promise<void> {
    const { args } = this.#context;
    const { state } = this.#training;
    let isSaveDue = save;
    if (log) this.#logLoss();
    if (isEvaluationDue && !isEvaluated(state)) {
      const { metrics } = await evaluate(this.#context, this.#options.evalSet!, this.#options);
      this.log(metrics);
      const isBest = noteIfBest(args, state, metrics);
      this.#unsaved = true;
      if (args.saveStrategy === 'best') isSaveDue = isBest;
    }
    if (isSaveDue) await this.save();
  }

  #logLoss(): void {
    const { state, runningLoss } = this.#training;
    const steps = state.globalStep - runningLoss.lastLogged;
    if (steps <= 0) return;
    const loss = runningLoss.lossSum / steps;
    runningLoss.loggedSum += runningLoss.lossSum;
    runningLoss.lossSum = 0;
    runningLoss.lastLogged = state.globalStep;
    this.#unsaved = true;
    this.log({ loss, grad_norm: runningLoss.gradNorm, learning_rate: runningLoss.learningRate });
  }
}

/** Whether the last evaluation was after this very step. */
function isEvaluated({ logHistory, globalStep }: TrainerState): boolean {
  return logHistory.some((entry) => entry.step === globalStep && 'eval_runtime' in entry);
}
