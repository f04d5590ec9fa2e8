import type { LogEntry } from 'onpa';
import { type Fixture, fixture } from '../fixtures.js';

/** What test/reference/training_options_fixtures.py has. */
interface Cases {
  steps: number;
  losses: {
    rows: { labels: number[]; others: number[]; shares: number[] };
    cases: Record<string, { labelSmoothing?: number; classWeights?: number[]; mixed?: boolean; value: number }>;
  };
  schedules: { lr_scheduler_type: string; warmup_steps: number; lr_scheduler_kwargs: Record<string, unknown> }[];
  sgd: { momentum?: number; dampening?: number; nesterov?: boolean }[];
  orders: { count: number; size: number }[];
  balanced: { labels: number[]; weights: number[] };
  lengths: { train: number[]; evaluation: number[] };
  runs: Record<string, { args: Record<string, unknown>; compute_loss?: boolean; history: LogEntry[] }>;
}

export const options: Fixture<never> & { cases: Cases } = fixture('training-options') as never;
