import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { TrialRecord } from 'onpa';
import type { MimeBundle, OutputPlace } from 'onpa/dist/notebook.js';
import { searchDisplay } from 'onpa/dist/training/search/search-display.js';
import { runInfo } from '../trackers/runs.js';

const TRIALS: readonly TrialRecord[] = [
  {
    number: 0,
    params: { learningRate: 0.000123456, kind: '<b>' },
    state: 'complete',
    value: 0.5,
    intermediateValues: {},
  },
  {
    number: 1,
    params: { learningRate: 0.01, kind: null },
    state: 'failed',
    reason: 'Training diverged at step 3, with the learning rate 1.00e-2. Try a lower one.',
    intermediateValues: {},
  },
  { number: 2, params: { learningRate: 0.002, kind: 'x' }, state: 'running', intermediateValues: {} },
];
const ENDED: TrialRecord = { ...TRIALS[2], state: 'complete', value: 0.25 };

describe('The display of a search', () => {
  it('is one output in a notebook: trials, the best, the training that runs, a table', async () => {
    const shown: { html: string; text: string; place: OutputPlace }[] = [];
    const clock = { now: 0 };
    const display = (data: MimeBundle, place?: OutputPlace) =>
      void shown.push({ html: String(data['text/html']), text: String(data['text/plain']), place: place! });
    const surroundings = { display, now: () => clock.now };
    const search = searchDisplay({ nTrials: 3, direction: 'minimize' }, surroundings);
    search.update(TRIALS);
    match(
      shown[0].html,
      /<progress aria-label="Search" value="2" max="3"><\/progress> 2 of 3 trials; best is trial 0 with 0.5/,
    );
    match(shown[0].html, /<td>0<\/td><td>complete<\/td><td>0.5<\/td><td>0.0001235<\/td><td>&#60;b&#62;<\/td>/);
    match(shown[0].html, /<td>failed<\/td><td>Training diverged at step 3, with the learning rate 1.00e-2<\/td>/);
    const tracker = search.tracker();
    await tracker.begin(await runInfo());
    for (let step = 1; step <= 4; step++) {
      clock.now += 600;
      tracker.step?.({ globalStep: step, epoch: step / 3, loss: 1 / step });
    }
    // At most one drawing a second.
    deepEqual(
      shown.map(({ text }) => text.split('\n')[1]).filter((line) => line.startsWith('Trial 2:')),
      [
        'Trial 2: Step 0 of 6, epoch 0 of 2, 0:00',
        'Trial 2: Step 2 of 6, epoch 0.67 of 2, 1.7 steps/s, 0:02 left, loss 0.5000',
        'Trial 2: Step 4 of 6, epoch 1.33 of 2, 1.7 steps/s, 0:01 left, loss 0.2500',
      ],
    );
    search.update([TRIALS[0], TRIALS[1], ENDED]);
    const { html, text } = shown.at(-1)!;
    ok(!html.includes('<progress'));
    equal(text.split('\n')[0], '3 of 3 trials; best is trial 2 with 0.25');
    equal(text.split('\n')[1], 'Trial  State  Objective  learningRate  kind');
    deepEqual(
      shown.map(({ place }) => place.update),
      shown.map((_, i) => i > 0),
    );
    equal(new Set(shown.map(({ place }) => place.id)).size, 1);
  });

  it('says why a trial has failed', () => {
    const written: string[] = [];
    const search = searchDisplay(
      { nTrials: 3, direction: 'minimize' },
      { stream: { write: (text) => written.push(text) } },
    );
    search.update([TRIALS[0]]);
    search.update(TRIALS);
    match(
      written[0],
      /^Trial 1: failed \(Training diverged at step 3, with the learning rate 1.00e-2\), learningRate 0.01, /,
    );
  });

  it('is a line for each trial elsewhere, but not for those of an earlier call', () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) };
    const search = searchDisplay({ nTrials: 3, direction: 'maximize' }, { stream });
    search.update(TRIALS);
    deepEqual(written, []);
    search.update([TRIALS[0], TRIALS[1], ENDED]);
    deepEqual(written, ['Trial 2: complete, objective 0.25, learningRate 0.002, kind x; best is trial 0 with 0.5\n']);
  });
});
