import type { TrainingArguments } from '../arguments/training-arguments.js';
import { type Due, dueAfterEpoch, dueAfterStep } from '../run/plan.js';
import type { TrainerState } from '../trainer-state.js';
import type { TrainerCallback, TrainerControl } from './trainer-callback.js';

/**
 * Wishes for logs, evaluations and checkpoints where the training arguments say so, and for the end after the last step,
 * like `transformers.DefaultFlowCallback`. Every Trainer has one, before all other callbacks.
 *
 * @example
 * trainer.removeCallback(DefaultFlowCallback); // callbacks alone decide what is logged, evaluated and saved
 */
export class DefaultFlowCallback implements TrainerCallback {
  onStepEnd(args: TrainingArguments, state: TrainerState, control: TrainerControl): void {
    wish(control, dueAfterStep(args, state));
    if (state.globalStep >= state.maxSteps) control.shouldTrainingStop = true;
  }

  onEpochEnd(args: TrainingArguments, _state: TrainerState, control: TrainerControl): void {
    wish(control, dueAfterEpoch(args));
  }
}

function wish(control: TrainerControl, { log, evaluate, save }: Due): void {
  control.shouldLog ||= log;
  control.shouldEvaluate ||= evaluate;
  control.shouldSave ||= save;
}
