import { readFileSync } from 'node:fs';
import {
  type CallbackListener,
  type LogEntry,
  type StatefulCallbacks,
  Trainer,
  type TrainerCallback,
  type TrainerControl,
  type TrainerEvent,
  type TrainerOptions,
} from 'onpa';
import { TRAINER_EVENTS } from 'onpa/dist/training/callbacks/trainer-callback.js';
import { inRepository } from '../../fixtures.js';
import { camelCase, examples, extractor, tinyModel } from '../tiny.js';

/** Trainings that test/reference/callback_fixtures.py went through, and the same here. */

/** What is set in an event, the first time that so many optimiser steps are done. */
export type Act = [event: string, globalStep: number, wishes: Record<string, boolean>];

/** An event, steps and epochs done, what `control` says, and what was logged or measured. */
export type Heard = [event: string, globalStep: number, epoch: number, flags: string, keys?: string[]];

interface EventCase {
  args: Record<string, number | string>;
  acts?: Act[];
  scores?: number[];
  stopping?: { early_stopping_patience: number; early_stopping_threshold?: number };
  events: Heard[];
  steps: number;
  epoch: number;
  best: [number | null, number | null];
  checkpoints: string[];
  callbacks: Record<string, StatefulCallbacks>;
}

interface ResumedRun {
  args: Record<string, number | string>;
  /** The step after which a callback stops it. */
  stop: number | null;
  order: number[];
  history: LogEntry[];
}

export const recorded: {
  lengths: { train: number[]; evaluation: number[] };
  events: Record<string, EventCase>;
  stops: {
    scores: string[];
    greater: boolean;
    patience: number;
    threshold: number;
    steps: number;
    counter: number;
  }[];
  resumed: Record<string, { first: ResumedRun; second: ResumedRun }>;
} = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'callbacks.json'), 'utf8'));

const FLAGS = ['TrainingStop', 'EpochStop', 'Save', 'Evaluate', 'Log'] as const;
const titled = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** The event's or wish's name here: `step_end` is `onStepEnd`. */
const named = (prefix: string, name: string) => prefix + name.split('_').map(titled).join('');

/** Notes each event with what is done and what `control` says, and sets in it what is to be set. */
export function recorder(acts: readonly Act[] = []): TrainerCallback & { events: Heard[] } {
  const left = [...acts];
  const events: Heard[] = [];
  const hear = (event: TrainerEvent): CallbackListener<{ logs?: object; metrics?: object }> => {
    const name = event
      .slice(2)
      .replace(/(?!^)[A-Z]/g, '_$&')
      .toLowerCase();
    return (_args, state, control, { logs, metrics }) => {
      const flags = FLAGS.map((flag) => (control[`should${flag}`] ? flag.charAt(0) : '-')).join('');
      const given = logs ?? metrics;
      const keys = given ? [Object.keys(given).sort()] : [];
      events.push([name, state.globalStep, Number(state.epoch.toFixed(6)), flags, ...keys] as Heard);
      const act = left.findIndex(([when, step]) => when === name && step === state.globalStep);
      if (act < 0) return;
      for (const [wish, value] of Object.entries(left.splice(act, 1)[0][2])) {
        control[named('should', wish) as keyof TrainerControl] = value;
      }
    };
  };
  return { events, ...Object.fromEntries(TRAINER_EVENTS.map((event) => [event, hear(event)])) };
}

/** A trainer with the arguments and the data of the fixture. */
export async function recordedTrainer(
  outputDir: string,
  args: Record<string, number | string | boolean>,
  more: Partial<TrainerOptions> = {},
  scores?: readonly number[],
): Promise<Trainer> {
  const left = [...(scores ?? [])];
  return new Trainer({
    model: await tinyModel(),
    args: { ...camelCase(args), outputDir, reportTo: 'none', disableTqdm: true },
    trainDataset: examples(recorded.lengths.train, 0),
    evalDataset: examples(recorded.lengths.evaluation, 1),
    featureExtractor: extractor(),
    ...(scores && { computeMetrics: () => ({ score: left.shift()! }) }),
    ...more,
  });
}
