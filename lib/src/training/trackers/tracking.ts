import type { TrainingArguments } from '../training-arguments.js';
import type { Tracker } from './tracker.js';

/** All who watch a training, as one. */
export function tracking(_args: TrainingArguments, more: readonly Tracker[] = []): Tracker {
  const each = (tell: (tracker: Tracker) => unknown): Promise<unknown>[] =>
    more.map((tracker) => Promise.resolve(tell(tracker)));
  return {
    name: 'all',
    begin: (run) => void each((tracker) => tracker.begin(run)),
    step: (step) => void each((tracker) => tracker.step?.(step)),
    evaluating: (progress) => void each((tracker) => tracker.evaluating?.(progress)),
    log: (entry) => void each((tracker) => tracker.log(entry)),
    end: async (outcome) => {
      await Promise.allSettled(each((tracker) => tracker.end(outcome)));
    },
  };
}
