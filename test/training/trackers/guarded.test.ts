import { deepEqual, equal, match } from 'node:assert/strict';
import type { RunInfo, Tracker } from 'onpa';
import { type GuardOptions, guarded } from 'onpa/dist/training/trackers/guarded.js';
import { tracking } from 'onpa/dist/training/trackers/tracking.js';
import { heard } from './runs.js';

const RUN = {} as RunInfo;
const STEP = { globalStep: 1, epoch: 0.5, loss: 1 };
const FINISHED = { status: 'finished', summary: {} } as const;

/** A tracker that writes down what it is told, unless one of its methods is replaced. */
function scribe(changes: Partial<Tracker> = {}): { told: string[]; tracker: Tracker } {
  const told: string[] = [];
  const tracker: Tracker = {
    name: 'The scribe',
    begin: () => void told.push('begin'),
    step: ({ globalStep }) => void told.push(`step ${globalStep}`),
    evaluating: ({ done, total }) => void told.push(`evaluating ${done}/${total}`),
    log: ({ step }) => void told.push(`log ${step}`),
    end: ({ status }) => void told.push(status),
    ...changes,
  };
  return { told, tracker };
}

/** Tells a guarded tracker of a training with two log entries; returns the warnings. */
async function train(tracker: Tracker, options?: GuardOptions): Promise<string[]> {
  const { warnings } = await heard(async () => {
    const watched = guarded(tracker, options);
    watched.begin(RUN);
    watched.step(STEP);
    watched.log({ step: 1 });
    watched.evaluating({ done: 1, total: 2 });
    watched.log({ step: 2 });
    await watched.end(FINISHED);
  });
  return warnings;
}

describe('a tracker', () => {
  it('is told everything at once and in order', async () => {
    const { told, tracker } = scribe();
    deepEqual(await train(tracker), []);
    deepEqual(told, ['begin', 'step 1', 'log 1', 'evaluating 1/2', 'log 2', 'finished']);
  });

  it('that is slow gets every log entry in order, and no step that is past', async () => {
    let begun = () => {};
    const { told, tracker } = scribe({
      begin: () =>
        new Promise((resolve) => {
          begun = resolve;
        }),
    });
    const watched = guarded(tracker);
    watched.begin(RUN);
    watched.step(STEP);
    watched.log({ step: 1 });
    watched.log({ step: 2 });
    deepEqual(told, []);
    const ended = watched.end(FINISHED);
    begun();
    await ended;
    deepEqual(told, ['log 1', 'log 2', 'finished']);
  });

  for (const [how, methods, fail] of [
    ['throws', ['begin', 'step', 'evaluating', 'log', 'end'], () => failure('broken\npipe')],
    ['rejects', ['begin', 'log', 'end'], async () => failure('broken\npipe')],
  ] as const) {
    for (const method of methods) {
      it(`that ${how} in ${method} is left out after one warning in one line`, async () => {
        const { told, tracker } = scribe({ [method]: fail });
        deepEqual(await train(tracker), ['The scribe is left out, and training goes on: broken pipe']);
        equal(told.includes('finished'), false);
      });
    }
  }

  it('that fails after training has gone on without it says nothing more', async () => {
    let fail: (error: Error) => void = () => {};
    const never = new Promise<void>((_, reject) => {
      fail = reject;
    });
    const warnings = await train(scribe({ log: () => never }).tracker, { patience: 1 });
    equal(warnings.length, 1);
    match(warnings[0], /^The scribe has not finished within 0\.001 s; its last entries may be missing/);
    const { warnings: later } = await heard(async () => {
      fail(new Error('too late'));
      await new Promise((resolve) => setImmediate(resolve));
    });
    deepEqual(later, []);
  });

  it('that does not keep up at all is said to miss entries, once', async () => {
    const { warnings } = await heard(async () => {
      const watched = guarded(scribe({ log: () => new Promise(() => {}) }).tracker, { limit: 3, patience: 1 });
      for (let step = 1; step <= 10; step++) watched.log({ step });
      await watched.end(FINISHED);
    });
    equal(warnings.length, 2);
    match(warnings[0], /^The scribe is too slow: 3 log entries wait for it, and it misses those that follow/);
  });

  it('cannot change the log of the training', async () => {
    const entry = { loss: 1, step: 1 };
    guarded(
      scribe({
        log: (own) => {
          own.loss = 2;
        },
      }).tracker,
    ).log(entry);
    deepEqual(entry, { loss: 1, step: 1 });
  });
});

describe('tracking', () => {
  it('tells all trackers the same, whatever one of them does', async () => {
    const [first, second, third] = [scribe(), scribe({ begin: () => failure('no') }), scribe()];
    const args = { reportTo: 'none', disableTqdm: true } as const;
    const { warnings } = await heard(async () => {
      const all = tracking(args, [first.tracker, second.tracker, third.tracker]);
      all.begin(RUN);
      all.log({ step: 1 });
      await all.end(FINISHED);
    });
    deepEqual(first.told, ['begin', 'log 1', 'finished']);
    deepEqual(third.told, first.told);
    equal(warnings.length, 1);
  });

  it('works without any tracker', async () => {
    const none = tracking({ reportTo: 'none', disableTqdm: true });
    none.begin(RUN);
    none.step(STEP);
    none.evaluating({ done: 1, total: 1 });
    none.log({ step: 1 });
    await none.end(FINISHED);
    equal(none.name, 'all trackers');
  });
});

function failure(message: string): never {
  throw new Error(message);
}
