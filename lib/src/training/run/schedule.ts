import type { TrainingArguments } from '../arguments/training-arguments.js';

/** What a learning rate depends on. */
export type ScheduleArguments = Pick<
  TrainingArguments,
  'learningRate' | 'lrSchedulerType' | 'warmupSteps' | 'warmupRatio'
>;

/** How many optimiser steps the learning rate rises. */
export function warmupStepsOf({ warmupSteps, warmupRatio }: ScheduleArguments, maxSteps: number): number {
  if (warmupSteps >= 1) return warmupSteps;
  return Math.ceil(maxSteps * (warmupSteps || warmupRatio));
}

/**
 * The learning rate of an optimiser step: a rise from 0 to `learningRate`, then a line or half a cosine down to 0, or a
 * constant.
 *
 * @param step - how many steps came before
 * @see Python: `transformers.get_scheduler`
 */
export function learningRateAt(step: number, args: ScheduleArguments, maxSteps: number): number {
  const { learningRate, lrSchedulerType } = args;
  if (lrSchedulerType === 'constant') return learningRate;
  const warmup = warmupStepsOf(args, maxSteps);
  if (step < warmup) return learningRate * (step / Math.max(1, warmup));
  if (lrSchedulerType === 'constant_with_warmup') return learningRate;
  const rest = Math.max(1, maxSteps - warmup);
  if (lrSchedulerType === 'linear') return learningRate * Math.max(0, (maxSteps - step) / rest);
  return learningRate * Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmup)) / rest)));
}
