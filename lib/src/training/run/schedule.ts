import { DEFAULT_LR_END, type RampType, type SchedulerKwargs } from '../arguments/scheduler-arguments.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';

/** What a learning rate depends on. */
export type ScheduleArguments = Pick<
  TrainingArguments,
  'learningRate' | 'lrSchedulerType' | 'warmupSteps' | 'warmupRatio'
> & { lrSchedulerKwargs?: SchedulerKwargs };

/** How many optimiser steps the learning rate rises. */
export function warmupStepsOf({ warmupSteps, warmupRatio }: ScheduleArguments, maxSteps: number): number {
  if (warmupSteps >= 1) return warmupSteps;
  return Math.ceil(maxSteps * (warmupSteps || warmupRatio));
}

/**
 * The learning rate of an optimiser step: `learningRate` times the factor of the schedule.
 *
 * @param step - how many steps came before
 * @see Python: `transformers.get_scheduler`
 */
export function learningRateAt(step: number, args: ScheduleArguments, maxSteps: number): number {
  const { learningRate, lrSchedulerKwargs = {} } = args;
  const warmup = warmupStepsOf(args, maxSteps);
  return learningRate * factorAt({ step, warmup, maxSteps }, args, lrSchedulerKwargs);
}

/** Where a training is, in optimiser steps. */
interface Place {
  step: number;
  warmup: number;
  maxSteps: number;
}

function factorAt(place: Place, { lrSchedulerType: type, learningRate }: ScheduleArguments, kwargs: SchedulerKwargs) {
  const { step, warmup, maxSteps } = place;
  if (type === 'constant') return 1;
  if (type === 'warmup_stable_decay') return warmupStableDecay(place, kwargs);
  const { numCycles = 0.5, minLr, minLrRate = minLr === undefined ? 0 : minLr / learningRate } = kwargs;
  if (type === 'cosine_warmup_with_min_lr') return cosineFromAbove(place, { ...kwargs, numCycles, minLrRate });
  if (step < warmup) return step / Math.max(1, warmup);
  const progress = (step - warmup) / Math.max(1, maxSteps - warmup);
  switch (type) {
    case 'linear':
      return Math.max(0, (maxSteps - step) / Math.max(1, maxSteps - warmup));
    case 'cosine':
    case 'cosine_with_min_lr':
      return Math.max(0, between(minLrRate, cosine(2 * numCycles * progress)));
    case 'cosine_with_restarts':
      return progress >= 1 ? 0 : Math.max(0, cosine(((kwargs.numCycles ?? 1) * progress) % 1));
    case 'polynomial': {
      const { lrEnd = DEFAULT_LR_END, power = 1 } = kwargs;
      if (step > maxSteps) return lrEnd / learningRate;
      return ((learningRate - lrEnd) * (1 - progress) ** power + lrEnd) / learningRate;
    }
    case 'inverse_sqrt': {
      const { timescale = warmup || 10_000 } = kwargs;
      return 1 / Math.sqrt((step + timescale - warmup) / timescale);
    }
    default:
      return 1;
  }
}

/** From 1 at 0 down to 0 at 1, and up again. */
const cosine = (halfWaves: number): number => 0.5 * (1 + Math.cos(Math.PI * halfWaves));

/** A factor in [0, 1] as one in [least, 1]. */
const between = (least: number, factor: number): number => factor * (1 - least) + least;

/** A cosine whose warm-up begins above 0, and which is a step ahead of the others. */
function cosineFromAbove(
  { step, warmup, maxSteps }: Place,
  { numCycles, minLrRate, warmupLrRate }: { numCycles: number; minLrRate: number; warmupLrRate?: number },
): number {
  if (step < warmup) {
    if (warmupLrRate === undefined) return (step + 1) / warmup;
    return warmupLrRate + ((1 - warmupLrRate) * step) / Math.max(1, warmup - 1);
  }
  const progress = (step - warmup + 1) / Math.max(1, maxSteps - warmup);
  return Math.max(0, between(minLrRate, cosine(2 * numCycles * progress)));
}

function warmupStableDecay({ step, warmup, maxSteps }: Place, kwargs: SchedulerKwargs): number {
  const { numDecaySteps: decay = 0, numStableSteps: stable = maxSteps - warmup - decay } = kwargs;
  const { warmupType = 'linear', decayType = 'cosine', minLrRatio = 0, numCycles = 0.5 } = kwargs;
  // A rise is a fall backwards.
  if (step < warmup) return Math.max(0, between(minLrRatio, fall(warmupType, 1 - step / warmup, 0.5)));
  if (step < warmup + stable) return 1;
  if (step >= warmup + stable + decay) return minLrRatio;
  return Math.max(0, between(minLrRatio, fall(decayType, (step - warmup - stable) / decay, numCycles)));
}

/** From 1 at 0 down to 0 at 1. */
function fall(type: RampType, progress: number, numCycles: number): number {
  if (type === 'cosine') return cosine(2 * numCycles * progress);
  return 1 - (type === 'linear' ? progress : Math.sqrt(progress));
}
