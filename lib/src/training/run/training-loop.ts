import { TrainingError } from '../../errors.js';
import { tf } from '../../tensor/tensorflow.js';
import type { TrainingContext } from '../trainer-options.js';
import type { LogEntry } from '../trainer-state.js';
import { gradientNorm } from './adamw.js';
import { BatchReader } from './batch-reader.js';
import type { BatchSource } from './batches.js';
import { DivergenceWatch } from './divergence.js';
import { DueWork, type DueWorkOptions } from './due-work.js';
import { accumulateGradients } from './gradients.js';
import { NOTHING_DUE, type OngoingTraining } from './plan.js';
import { placeSeed, trainingBatches } from './sampler.js';
import { learningRateAt } from './schedule.js';

/** What a loop reads, and who watches and stops it. */
interface LoopOptions extends DueWorkOptions {
  trainSet: BatchSource;
  /** Of the examples of `trainSet`, where their order depends on them. */
  lengths?: readonly number[];
}

/** The steps of a training, from the one that its state tells to the last. */
export class TrainingLoop {
  readonly #context: TrainingContext;
  readonly #training: OngoingTraining;
  readonly #options: LoopOptions;
  readonly #due: DueWork;
  readonly #watch: DivergenceWatch;
  readonly #numParameters: number;
  #withinStep = false;

  constructor(context: TrainingContext, training: OngoingTraining, options: LoopOptions) {
    this.#context = context;
    this.#training = training;
    this.#options = options;
    this.#due = new DueWork(context, training, options);
    this.#watch = new DivergenceWatch(context.model.config.numLabels, training.runningLoss.firstLoss);
    this.#numParameters = context.model.numParameters();
  }

  /** Whether weights and state are those after a whole step: within one, batch norm moves its statistics already. */
  get isExact(): boolean {
    return !(this.#withinStep && this.#context.model.config.convPosBatchNorm);
  }

  /** @throws Stopped if somebody wishes so; weights and state are then those after the last whole step */
  async run(): Promise<void> {
    const { callbacks } = this.#context;
    const { plan, state, place } = this.#training;
    const { control } = callbacks;
    await callbacks.call('onTrainBegin');
    if (state.globalStep > 0 && (await this.#catchUp())) return;
    while (place.epoch < plan.numTrainEpochs && state.globalStep < plan.maxSteps) {
      await callbacks.call('onEpochBegin');
      await this.#epoch();
      await this.#endEpoch();
      if (control.shouldTrainingStop) return;
    }
  }

  /** Saves what there is after the last whole step, unless it is saved already; what callbacks then throw is said only. */
  async save(): Promise<void> {
    const { shouldLog: log, shouldEvaluate: evaluate, shouldSave: save } = this.#context.callbacks.control;
    if (!(await this.#due.save(this.#withinStep ? NOTHING_DUE : { log, evaluate, save }))) return;
    await this.#due.tellSaved().catch((error: Error) => {
      console.warn(`The checkpoint is saved, but a callback failed: ${error.message}`);
    });
  }

  /** Adds an entry to the history of logs, and tells trackers and callbacks. */
  log(values: LogEntry): Promise<void> {
    return this.#due.log(values);
  }

  /** Does what an interrupted run has not come to after its last step; returns whether training ends with that. */
  async #catchUp(): Promise<boolean> {
    const { control } = this.#context.callbacks;
    const { plan, state, place } = this.#training;
    const { log: shouldLog, evaluate: shouldEvaluate, save: shouldSave } = place.due;
    Object.assign(control, { shouldEpochStop: false, shouldLog, shouldEvaluate, shouldSave });
    this.#due.withinEpoch = place.endedAt !== state.globalStep;
    await this.#due.act();
    if (this.#due.withinEpoch) {
      this.#due.noteIfOver();
      this.#due.withinEpoch = false;
      const isEnd = place.isOver || state.globalStep >= plan.maxSteps || control.shouldTrainingStop;
      if (isEnd) await this.#endEpoch();
    }
    return control.shouldTrainingStop;
  }

  async #endEpoch(): Promise<void> {
    const { place, state } = this.#training;
    await this.#context.callbacks.call('onEpochEnd');
    place.endedAt = state.globalStep;
    if (place.isOver) Object.assign(place, { epoch: place.epoch + 1, steps: 0, isOver: false });
    await this.#due.act();
  }

  async #epoch(): Promise<void> {
    const { args, callbacks } = this.#context;
    const { plan, state, place } = this.#training;
    const { trainSet, interruption } = this.#options;
    const { control } = callbacks;
    const { epoch } = place;
    const { gradientAccumulationSteps: accumulation } = args;
    const batches = trainingBatches(plan.examples, {
      strategy: args.trainSamplingStrategy,
      lengths: this.#options.lengths,
      seed: args.dataSeed ?? args.seed,
      epoch,
      batchSize: args.perDeviceTrainBatchSize,
      accumulation,
      dropLast: args.dataloaderDropLast,
    });
    const stepsToDo = Math.min(plan.stepsPerEpoch - place.steps, plan.maxSteps - state.globalStep);
    let done = place.steps * accumulation;
    const ahead = batches.slice(done, done + stepsToDo * accumulation);
    const seedOf = (index: number) => placeSeed(args.seed, epoch, index);
    const reader = new BatchReader(this.#context, { ...trainSet, seedOf }, ahead, interruption);
    this.#due.withinEpoch = true;
    try {
      for (let step = 0; step < stepsToDo; step++) {
        const count = Math.min(accumulation, batches.length - done);
        done += count;
        if (await this.#step(reader, count, epoch + done / batches.length)) {
          await callbacks.call('onStepEnd');
          await this.#due.act();
        }
        if (control.shouldEpochStop || control.shouldTrainingStop) break;
      }
      this.#due.noteIfOver();
      this.#withinStep = false;
      this.#due.withinEpoch = false;
    } finally {
      await reader.close();
    }
  }

  /** An optimiser step; returns false where a callback has ended it between two batches, and nothing is learnt. */
  async #step(reader: BatchReader, batches: number, epochAfter: number): Promise<boolean> {
    const { args, callbacks, loss: trainerLoss, lossIsScaledForGa } = this.#context;
    const { plan, state, runningLoss, optimizer, place } = this.#training;
    const { globalStep } = state;
    this.#withinStep = true;
    await callbacks.call('onStepBegin');
    const seedOf = (batch: number) => placeSeed(args.seed, globalStep, batch);
    const goesOn = async () => {
      await callbacks.call('onSubstepEnd');
      return !(callbacks.control.shouldEpochStop || callbacks.control.shouldTrainingStop);
    };
    const step = await accumulateGradients(this.#context, reader, batches, seedOf, goesOn);
    const { gradients, losses, samples } = step;
    try {
      if (!step.isWhole) return false;
      if (Object.keys(gradients).length === 0) {
        throw new TrainingError('No parameter of the model is trainable, so that there is nothing to learn');
      }
      const sum = losses.reduce((total, loss) => total + loss, 0);
      const divisor = lossIsScaledForGa ? 1 : batches;
      const gradNorm = gradientNorm(gradients) / divisor;
      const learningRate = runningLoss.nextLearningRate ?? learningRateAt(globalStep, args, plan.maxSteps);
      // Losses that are divided by the labels of the step make its mean together.
      const mean = trainerLoss && lossIsScaledForGa ? sum : sum / batches;
      this.#watch.check(mean, gradNorm, { globalStep, learningRate, maxGradNorm: args.maxGradNorm });
      const clip = args.maxGradNorm > 0 ? Math.min(1, args.maxGradNorm / (gradNorm + 1e-6)) : 1;
      await this.#tellGradients('onPreOptimizerStep', gradients, clip / divisor);
      optimizer.step(gradients, { learningRate, scale: clip / divisor });
      await this.#tellGradients('onOptimizerStep', gradients, clip / divisor);
      const nextLearningRate = learningRateAt(globalStep + 1, args, plan.maxSteps);
      Object.assign(runningLoss, { gradNorm, learningRate, nextLearningRate, firstLoss: this.#watch.firstLoss });
      runningLoss.lossSum += sum / divisor;
      this.#due.unsaved = true;
      this.#withinStep = false;
      state.globalStep++;
      place.steps++;
      state.epoch = epochAfter;
      state.totalFlos += 6 * samples * this.#numParameters;
      this.#options.tracker.step?.({ globalStep: state.globalStep, epoch: epochAfter, loss: sum / divisor });
      return true;
    } finally {
      tf.dispose(gradients);
    }
  }

  /** Tells callbacks of the gradients as the optimiser takes them, if one listens. */
  async #tellGradients(
    event: 'onPreOptimizerStep' | 'onOptimizerStep',
    gradients: tf.NamedTensorMap,
    scale: number,
  ): Promise<void> {
    const { callbacks } = this.#context;
    if (!callbacks.listensFor(event)) return;
    const scaled = Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)]),
    );
    try {
      await callbacks.call(event, { gradients: scaled });
    } finally {
      tf.dispose(scaled);
    }
  }
}
