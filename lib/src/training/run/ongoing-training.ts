import type { TrainerState } from '../trainer-state.js';
import type { AdamW } from './adamw.js';
import type { TrainingPlan } from './plan.js';

/** A training between two steps: with the model's weights, all that a checkpoint holds. */
export interface OngoingTraining {
  readonly plan: TrainingPlan;
  readonly state: TrainerState;
  readonly runningLoss: RunningLoss;
  readonly optimizer: AdamW;
}

/** What the next log entry, and the watch over the loss, must know of the steps before. */
export interface RunningLoss {
  /** The losses since the last log, and up to it, added up. */
  lossSum: number;
  loggedSum: number;
  /** The optimiser step of the last log. */
  lastLogged: number;
  /** Of the last step. */
  gradNorm: number;
  learningRate: number;
  /** The loss of the first step, undefined before it. */
  firstLoss?: number;
}
