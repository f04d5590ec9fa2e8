import { deepEqual, equal, match } from 'node:assert/strict';
import type { RunInfo, Tracker } from 'onpa';
import { jobTrackers } from 'onpa/dist/command/job-log.js';

/** A training of 100 steps in 10 epochs. */
const RUN = { maxSteps: 100, numTrainEpochs: 10, resumedFromStep: 0, logHistory: [] } as unknown as RunInfo;

/** Trackers with a clock that is set, and what they have written. */
function watched(format: string, isTTY: boolean, shows = true) {
  const said = { log: '', notes: '' };
  const clock = { ms: 0 };
  const stream = (name: keyof typeof said) => ({
    isTTY,
    columns: 100,
    write(text: string) {
      said[name] += text;
    },
  });
  const [tracker] = jobTrackers(format, shows, { log: stream('log'), notes: stream('notes'), now: () => clock.ms });
  return { said, clock, tracker: tracker as Required<Tracker> };
}

const ENTRY = { loss: 1.25, learning_rate: 5e-5, epoch: 0.5, step: 5 };

describe('The log of a job', () => {
  it('is a line for each entry, and a note where nothing was said for a minute', () => {
    const { said, clock, tracker } = watched('text', false);
    tracker.begin(RUN);
    for (let step = 1; step <= 5; step++) {
      clock.ms += 25_000;
      tracker.step({ globalStep: step, epoch: step / 10, loss: 1.25 });
    }
    tracker.log(ENTRY);
    tracker.end({ status: 'finished', summary: {} });
    equal(said.log, 'step 5: loss 1.25, learning_rate 0.00005, epoch 0.5\n');
    const notes = said.notes.trimEnd().split('\n');
    deepEqual(
      notes.map((note) => note.split(',')[0]),
      ['Step 0 of 100', 'Step 3 of 100', 'Finished: step 5 of 100'],
    );
    match(notes[1], /25\.0 s a step, 40:25 left, loss 1\.2500$/);
  });

  it('is JSON where that is asked for, also in a terminal', () => {
    const { said, tracker } = watched('json', true);
    tracker.begin(RUN);
    tracker.log(ENTRY);
    tracker.log({ ...ENTRY, loss: Number.NaN });
    const [first, second] = said.log.trimEnd().split('\n');
    deepEqual(JSON.parse(first), ENTRY);
    match(second, /^\{"loss":NaN,/);
  });

  it('in a terminal has a line that is drawn over and over, unless that is not wanted', () => {
    const { said, clock, tracker } = watched('text', true);
    tracker.begin(RUN);
    clock.ms = 1000;
    tracker.step({ globalStep: 1, epoch: 0.1, loss: 1.25 });
    match(said.log, /\rEpoch 0\.10\/10 .*1\/100 steps/);
    const plain = watched('text', true, false);
    plain.tracker.begin(RUN);
    plain.tracker.log(ENTRY);
    equal(plain.said.log, 'step 5: loss 1.25, learning_rate 0.00005, epoch 0.5\n');
  });
});
