import { ParameterError } from '../../errors.js';
import type { Interruption } from '../../interruption.js';
import { noteIfBest } from '../checkpoints/best-checkpoint.js';
import { saveCheckpoint } from '../checkpoints/training-checkpoint.js';
import { evaluate } from '../evaluation.js';
import type { Tracker } from '../trackers/tracker.js';
import type { TrainingContext } from '../trainer-options.js';
import type { LogEntry } from '../trainer-state.js';
import type { HubUploads } from '../uploads/hub-uploads.js';
import type { BatchSource } from './batches.js';
import type { Due, OngoingTraining } from './plan.js';

/** What a training is evaluated by, who watches and stops it, and who pushes what it saves. */
export interface DueWorkOptions {
  evalSet?: BatchSource;
  tracker: Tracker;
  interruption: Interruption;
  uploads?: HubUploads;
}

/** What is done between the steps of a training: logs, evaluations and checkpoints. */
export class DueWork {
  /** Whether there is more to save than the last checkpoint has. */
  unsaved = false;
  /** Whether an epoch has begun, and its end has not. */
  withinEpoch = false;
  readonly #context: TrainingContext;
  readonly #training: OngoingTraining;
  readonly #options: DueWorkOptions;

  constructor(context: TrainingContext, training: OngoingTraining, options: DueWorkOptions) {
    this.#context = context;
    this.#training = training;
    this.#options = options;
  }

  /** Logs, evaluates and saves, where callbacks wish so. */
  async act(): Promise<void> {
    const { args, callbacks } = this.#context;
    const { state } = this.#training;
    const { control } = callbacks;
    if (control.shouldLog) await this.#logLoss();
    if (control.shouldEvaluate) {
      const isBest = noteIfBest(args, state, await this.#evaluate());
      this.unsaved = true;
      if (args.saveStrategy === 'best') control.shouldSave = isBest;
    }
    if (!control.shouldSave) return;
    const isSaved = await this.save({ log: control.shouldLog, evaluate: control.shouldEvaluate, save: false });
    control.shouldSave = false;
    if (isSaved) await this.tellSaved();
  }

  /** Saves, unless there is nothing new, with what is still due after that; returns whether it has. */
  async save(due: Due): Promise<boolean> {
    if (!this.unsaved) return false;
    const { state, place } = this.#training;
    if (this.withinEpoch) this.noteIfOver();
    place.due = due;
    state.statefulCallbacks = this.#context.callbacks.states();
    await saveCheckpoint(this.#context, this.#training);
    this.unsaved = false;
    return true;
  }

  /** Has what was saved pushed, and tells callbacks. */
  async tellSaved(): Promise<void> {
    await this.#options.uploads?.saved(this.#training.state);
    await this.#context.callbacks.call('onSave');
  }

  /** Adds an entry to the history of logs, and tells trackers and callbacks. */
  async log(values: LogEntry): Promise<void> {
    const { logHistory, epoch, globalStep } = this.#training.state;
    const entry = { ...values, epoch, step: globalStep };
    logHistory.push(entry);
    void this.#options.tracker.log(entry);
    await this.#context.callbacks.call('onLog', { logs: { ...values, epoch } });
  }

  /** Notes whether the epoch is complete, or ended by a callback. */
  noteIfOver(): void {
    const { plan, place } = this.#training;
    place.isOver ||= place.steps === plan.stepsPerEpoch || this.#context.callbacks.control.shouldEpochStop;
  }

  async #evaluate(): Promise<Record<string, number>> {
    const { evalSet } = this.#options;
    if (!evalSet) throw new ParameterError('A callback wishes to evaluate, but there is no evalDataset; give one');
    const { metrics } = await evaluate(this.#context, evalSet, this.#options);
    await this.log(metrics);
    const { epoch } = this.#training.state;
    await this.#context.callbacks.call('onEvaluate', { metrics: { ...metrics, epoch } });
    return metrics;
  }

  async #logLoss(): Promise<void> {
    const { state, runningLoss } = this.#training;
    const steps = state.globalStep - runningLoss.lastLogged;
    if (steps <= 0) return;
    const loss = runningLoss.lossSum / steps;
    runningLoss.loggedSum += runningLoss.lossSum;
    runningLoss.lossSum = 0;
    runningLoss.lastLogged = state.globalStep;
    this.unsaved = true;
    await this.log({ loss, grad_norm: runningLoss.gradNorm, learning_rate: runningLoss.learningRate });
  }
}
