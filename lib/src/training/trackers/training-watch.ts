import type { LogEntry } from '../trainer-state.js';
import type { RunInfo, StepInfo, Tracker } from './tracker.js';

/** What a live display knows of a training. */
export interface TrainingView {
  run: RunInfo;
  /** All log entries, also those of an earlier run. */
  entries: readonly LogEntry[];
  /** Optimiser steps so far, and the epoch with the part of it that is done. */
  globalStep: number;
  epoch: number;
  /** Since the beginning, in s. */
  seconds: number;
  /** The loss of each step of this run. */
  losses: { step: readonly number[]; loss: readonly number[] };
  /** An evaluation that runs, counted in clips. */
  evaluation?: { done: number; total: number };
  status: 'running' | Parameters<Tracker['end']>[0]['status'];
}

/** What changes a view, and why it has changed. */
export interface TrainingWatch extends Required<Omit<Tracker, 'name'>> {
  begin(run: RunInfo): void;
  log(entry: LogEntry): void;
  end(outcome: Parameters<Tracker['end']>[0]): void;
}

/** Follows a training, and says after each event how things are. */
export function watchTraining(
  onChange: (view: TrainingView, event: keyof TrainingWatch) => void,
  now: () => number = () => performance.now(),
): TrainingWatch {
  const entries: LogEntry[] = [];
  const losses = { step: [] as number[], loss: [] as number[] };
  let start = 0;
  let view: TrainingView | undefined;
  const change = (event: keyof TrainingWatch, news: Partial<TrainingView>): void => {
    if (!view) return;
    Object.assign(view, news, { seconds: (now() - start) / 1000 });
    onChange(view, event);
  };
  return {
    begin(run) {
      start = now();
      for (const entry of run.logHistory) entries.push(entry);
      const { resumedFromStep: globalStep, logHistory } = run;
      const epoch = logHistory.at(-1)?.epoch ?? 0;
      view = { run, entries, losses, globalStep, epoch, seconds: 0, status: 'running' };
      change('begin', {});
    },
    step({ globalStep, epoch, loss }: StepInfo) {
      losses.step.push(globalStep);
      losses.loss.push(loss);
      change('step', { globalStep, epoch, evaluation: undefined });
    },
    evaluating(evaluation) {
      change('evaluating', { evaluation });
    },
    log(entry) {
      entries.push(entry);
      change('log', { evaluation: undefined });
    },
    end({ status }) {
      change('end', { evaluation: undefined, status });
    },
  };
}
