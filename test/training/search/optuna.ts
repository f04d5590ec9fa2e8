import { readFileSync } from 'node:fs';
import type { Direction, Hyperparameters, SearchSpace, TrialRecord } from 'onpa';
import { inRepository } from '../../fixtures.js';

/** How good the best of a search is, over many seeds: the mean, and what half and nine tenths of them reach. */
export interface Quality {
  mean: number;
  median: number;
  ninth: number;
}

interface Reference {
  space: SearchSpace;
  /** a, b, and ln P(a < Z < b). */
  masses: [number, number, number][];
  densities: { observed: Hyperparameters[]; points: Hyperparameters[]; logDensities: number[] }[];
  splits: { trials: Partial<TrialRecord>[]; direction: Direction; below: number[]; above: number[] }[];
  prunings: {
    trials: Partial<TrialRecord>[];
    direction: Direction;
    /** null for NaN, which JSON has not. */
    values: Record<number, number | null>;
    pruned: boolean;
  }[];
  searches: {
    seeds: number;
    trials: number;
    functions: Record<string, { space: SearchSpace; tpe: Quality; random: Quality }>;
  };
}

/** What Optuna computes, from test/reference/search_reference.py. */
export const optuna: Reference = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'search.json'), 'utf8'));

/** The trials of the fixture, which have no values to try. */
export const records = (trials: readonly Partial<TrialRecord>[]): TrialRecord[] =>
  trials.map((trial) => ({ params: {}, ...trial }) as TrialRecord);
