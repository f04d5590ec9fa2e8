import { median } from '../../dsp/median.js';
import { completeTrials, type Direction, type TrialRecord } from './trial.js';

/** Whether a search ends trials early that are worse than others were. */
export type Pruner = 'median' | 'none';

/** Trials that must have ended before the first is pruned. */
const STARTUP_TRIALS = 5;

/**
 * Whether the best that a trial has reached is worse than the median of what trials that ran to their end had at the
 * same step.
 *
 * @param intermediateValues - of the trial, by optimiser steps; it is at the last of them
 * @see Python: `optuna.pruners.MedianPruner`
 */
export function isBelowMedian(
  intermediateValues: Readonly<Record<number, number>>,
  trials: readonly TrialRecord[],
  direction: Direction,
): boolean {
  const complete = completeTrials(trials);
  if (complete.length < STARTUP_TRIALS || Object.keys(intermediateValues).length === 0) return false;
  const sign = direction === 'maximize' ? -1 : 1;
  const reached = Object.values(intermediateValues).filter((value) => !Number.isNaN(value));
  if (reached.length === 0) return true;
  const step = Math.max(...Object.keys(intermediateValues).map(Number));
  const others = complete.map((trial) => trial.intermediateValues[step] ?? NaN).filter((value) => !Number.isNaN(value));
  return Math.min(...reached.map((value) => sign * value)) > sign * median(Float64Array.from(others));
}
