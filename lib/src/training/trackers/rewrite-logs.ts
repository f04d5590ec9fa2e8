import type { LogEntry } from '../trainer-state.js';

/** A log entry under the names that Transformers gives to trackers: `train/loss`, `eval/accuracy`, without the step. */
export function rewriteLogs({ step: _step, ...entry }: LogEntry): Record<string, number> {
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [rewritten(key), value]));
}

function rewritten(key: string): string {
  const [, prefix, name] = /^(eval|test)_(.*)$/.exec(key) ?? [undefined, 'train', key];
  return `${prefix}/${name}`;
}
