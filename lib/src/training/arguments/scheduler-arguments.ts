import { ParameterError } from '../../errors.js';
import { requireChoice, requireInteger, requireNumber, requirePositive } from '../../validation.js';

/** How the learning rate goes after the warm-up, as `transformers.get_scheduler` names it. */
export type SchedulerType =
  | 'linear'
  | 'cosine'
  | 'cosine_with_restarts'
  | 'polynomial'
  | 'constant'
  | 'constant_with_warmup'
  | 'inverse_sqrt'
  | 'cosine_with_min_lr'
  | 'cosine_warmup_with_min_lr'
  | 'warmup_stable_decay';

/** How a warm-up or a decay of `warmup_stable_decay` goes. */
export type RampType = 'linear' | 'cosine' | '1-sqrt';

/** What a schedule may be told besides its warm-up; each takes some of them. */
export interface SchedulerKwargs {
  /** Waves of a cosine; default 0.5, half a wave. Of `cosine_with_restarts` its half waves; default 1. */
  readonly numCycles?: number;
  /** `polynomial`: the learning rate in the end; default 1e-7. */
  readonly lrEnd?: number;
  /** `polynomial`: of what is left of the training; default 1, a line. */
  readonly power?: number;
  /** `inverse_sqrt`: steps; default those of the warm-up, or 10,000 without one. */
  readonly timescale?: number;
  /** A cosine `_with_min_lr`: the learning rate in the end. */
  readonly minLr?: number;
  /** The same as a share of `learningRate`. */
  readonly minLrRate?: number;
  /** `cosine_warmup_with_min_lr`: the share of `learningRate` in the first step; default one over the steps of the warm-up. */
  readonly warmupLrRate?: number;
  /** `warmup_stable_decay`: steps in which the learning rate goes down. */
  readonly numDecaySteps?: number;
  /** `warmup_stable_decay`: steps at `learningRate`; default all that warm-up and decay leave. */
  readonly numStableSteps?: number;
  /** `warmup_stable_decay`: default 'linear'. */
  readonly warmupType?: RampType;
  /** `warmup_stable_decay`: default 'cosine'. */
  readonly decayType?: RampType;
  /** `warmup_stable_decay`: the share of `learningRate` at both ends; default 0. */
  readonly minLrRatio?: number;
}

/** Which of them each schedule takes. */
const KWARGS: Readonly<Record<SchedulerType, readonly (keyof SchedulerKwargs)[]>> = {
  linear: [],
  cosine: ['numCycles'],
  cosine_with_restarts: ['numCycles'],
  polynomial: ['lrEnd', 'power'],
  constant: [],
  constant_with_warmup: [],
  inverse_sqrt: ['timescale'],
  cosine_with_min_lr: ['minLr', 'minLrRate', 'numCycles'],
  cosine_warmup_with_min_lr: ['minLr', 'minLrRate', 'warmupLrRate', 'numCycles'],
  warmup_stable_decay: ['numDecaySteps', 'numStableSteps', 'warmupType', 'decayType', 'minLrRatio', 'numCycles'],
};
const RAMPS: readonly RampType[] = ['linear', 'cosine', '1-sqrt'];

/** What of the training arguments a schedule is made of. */
interface ScheduleChoice {
  readonly learningRate: number;
  readonly lrSchedulerType: SchedulerType;
  readonly lrSchedulerKwargs?: SchedulerKwargs;
}

/** @throws ParameterError for a schedule that there is not, and for what it does not take */
export function checkSchedule(choice: ScheduleChoice): void {
  const { learningRate, lrSchedulerType: type, lrSchedulerKwargs: kwargs = {} } = choice;
  requireChoice('lrSchedulerType', type, Object.keys(KWARGS) as SchedulerType[]);
  if (typeof kwargs !== 'object' || Array.isArray(kwargs)) {
    throw new ParameterError(`lrSchedulerKwargs is ${JSON.stringify(kwargs)}; give an object such as { power: 2 }`);
  }
  for (const key of Object.keys(kwargs) as (keyof SchedulerKwargs)[]) {
    if (KWARGS[type].includes(key)) continue;
    const known = KWARGS[type].length > 0 ? `takes ${KWARGS[type].join(', ')}` : 'takes none';
    throw new ParameterError(`lrSchedulerKwargs has ${key}, but the schedule '${type}' ${known}`);
  }
  for (const key of ['numCycles', 'lrEnd', 'power', 'minLr', 'minLrRate', 'warmupLrRate', 'minLrRatio'] as const) {
    if (kwargs[key] !== undefined) requireNumber(`lrSchedulerKwargs.${key}`, kwargs[key], 0);
  }
  for (const key of ['numDecaySteps', 'numStableSteps'] as const) {
    if (kwargs[key] !== undefined) requireInteger(`lrSchedulerKwargs.${key}`, kwargs[key], 0);
  }
  for (const key of ['warmupType', 'decayType'] as const) {
    if (kwargs[key] !== undefined) requireChoice(`lrSchedulerKwargs.${key}`, kwargs[key], RAMPS);
  }
  if (kwargs.timescale !== undefined) requirePositive('lrSchedulerKwargs.timescale', kwargs.timescale);
  if (type === 'polynomial' && !(learningRate > (kwargs.lrEnd ?? DEFAULT_LR_END))) {
    const end = `lrSchedulerKwargs.lrEnd (${kwargs.lrEnd ?? DEFAULT_LR_END})`;
    throw new ParameterError(`${end} must be below learningRate (${learningRate}), where the schedule begins`);
  }
  if (type.endsWith('_min_lr') && (kwargs.minLr === undefined) === (kwargs.minLrRate === undefined)) {
    throw new ParameterError(`the schedule '${type}' needs lrSchedulerKwargs with either minLr or minLrRate`);
  }
  if (type === 'warmup_stable_decay' && kwargs.numDecaySteps === undefined) {
    throw new ParameterError(`the schedule '${type}' needs lrSchedulerKwargs with numDecaySteps`);
  }
}

/** Of `polynomial`. */
export const DEFAULT_LR_END = 1e-7;
