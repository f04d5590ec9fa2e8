/** What a training must know to go on, besides weights, moments and {@link TrainerState}. */
export interface TrainingProgress {
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

export const initialProgress = (): TrainingProgress => ({
  lossSum: 0,
  loggedSum: 0,
  lastLogged: 0,
  gradNorm: 0,
  learningRate: 0,
});
