import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { LogEntry, RunInfo } from 'onpa';
import type { MimeBundle, OutputPlace } from 'onpa/dist/notebook.js';
import { liveDisplay } from 'onpa/dist/training/trackers/live-display.js';
import { notebookDisplay } from 'onpa/dist/training/trackers/notebook-display.js';
import { terminalDisplay } from 'onpa/dist/training/trackers/terminal-display.js';
import type { Tracker } from 'onpa/dist/training/trackers/tracker.js';
import { trainingTable } from 'onpa/dist/training/trackers/training-table.js';
import { ENTRIES, runInfo } from './runs.js';

/** Six steps of four seconds, with an evaluation after each epoch. */
async function train(tracker: Tracker, clock: { now: number }, end?: 'finished' | 'interrupted' | 'failed') {
  const run = await runInfo();
  tracker.begin(run);
  for (let step = 1; step <= 6; step++) {
    clock.now += 4000;
    tracker.step?.({ globalStep: step, epoch: step / 3, loss: 2 / step });
    if (step % 3 === 0) {
      clock.now += 2000;
      tracker.evaluating?.({ done: 2, total: 3 });
    }
    for (const entry of ENTRIES) if (entry.step === step) tracker.log(entry);
    if (end === 'interrupted' && step === 4) break;
  }
  if (end) tracker.end({ status: end, summary: {} });
}

describe('the live display in a notebook', () => {
  interface Shown {
    html: string;
    text: string;
    place: OutputPlace;
  }

  function cell(): { shown: Shown[]; clock: { now: number }; tracker: Tracker } {
    const shown: Shown[] = [];
    const clock = { now: 1000 };
    const display = (data: MimeBundle, place?: OutputPlace) =>
      void shown.push({ html: String(data['text/html']), text: String(data['text/plain']), place: place! });
    return { shown, clock, tracker: notebookDisplay({ display, now: () => clock.now }) };
  }

  it('is one output, updated in place', async () => {
    const { shown, clock, tracker } = cell();
    await train(tracker, clock, 'finished');
    ok(shown.length > 6);
    equal(new Set(shown.map(({ place }) => place.id)).size, 1);
    deepEqual(
      shown.map(({ place }) => place.update),
      shown.map((_, i) => i > 0),
    );
  });

  it('tells step, epoch, rate, time left, loss and accuracy', async () => {
    const { shown, clock, tracker } = cell();
    await train(tracker, clock);
    const lines = shown.map(({ text }) => text.split('\n')[0]);
    equal(lines[0], 'Step 0 of 6, epoch 0 of 2, 0:00');
    equal(lines[1], 'Step 1 of 6, epoch 0.33 of 2, 4.0 s a step, 0:20 left, loss 2.0000');
    ok(lines.includes('Step 4 of 6, epoch 1.33 of 2, 4.5 s a step, 0:09 left, loss 0.5000, accuracy 0.5000'));
  });

  it('shows how far an evaluation is', async () => {
    const { shown, clock, tracker } = cell();
    await train(tracker, clock);
    const evaluations = shown.filter(({ text }) => text.includes('Evaluation: 2 of 3 clips'));
    equal(evaluations.length, 2);
    match(evaluations[0].html, /<progress aria-label="Evaluation" value="2" max="3">/);
  });

  for (const [status, opening] of [
    ['finished', 'Finished: step 6 of 6, epoch 2 of 2, 4.7 s a step, 0:28, loss 0.3333, accuracy 0.7500'],
    ['interrupted', 'Interrupted after step 4 of 6, epoch 1.33 of 2, 4.5 s a step, 0:18, loss 0.5000, accuracy 0.5000'],
    ['failed', 'Failed after step 6 of 6, epoch 2 of 2, 4.7 s a step, 0:28, loss 0.3333, accuracy 0.7500'],
  ] as const) {
    it(`stays, small, after a training that has ${status}`, async () => {
      const { shown, clock, tracker } = cell();
      await train(tracker, clock, status);
      const { html, text } = shown.at(-1)!;
      const [first, heading, ...rows] = text.split('\n');
      equal(first, opening);
      equal(heading, 'Epoch  Training Loss  Validation Loss  Accuracy');
      equal(rows[0], '    1       1.500000         1.250000  0.500000');
      equal(rows.length, status === 'interrupted' ? 1 : 2);
      ok(!html.includes('<progress'));
      ok(html.includes(`<div>${opening}</div>`));
      ok(html.includes('<tr><td>1</td><td>1.500000</td><td>1.250000</td><td>0.500000</td></tr>'));
      ok(html.length < 8000, `${html.length} characters`);
    });
  }

  it('draws the curves, which grow', async () => {
    const { shown, clock, tracker } = cell();
    await train(tracker, clock, 'finished');
    const pictures = shown.map(({ html }) => /src="data:image\/svg\+xml,([^"]*)"/.exec(html)?.[1]);
    equal(pictures[0], undefined);
    const points = pictures.slice(1).map((picture) => {
      const svg = decodeURIComponent(picture!);
      const [, path] = /<path d='([^']*)' fill='none' stroke='#b5d3e9'/.exec(svg)!;
      return path.split(/[M ]/).length;
    });
    ok(points.every((count, i) => i === 0 || count >= points[i - 1]));
    ok(points.at(-1)! > points[0]);
    for (const name of ['training loss', 'validation loss', 'accuracy']) {
      ok(decodeURIComponent(pictures.at(-1)!).includes(`>${name}<`), name);
    }
  });

  it('is drawn at most once a second, however fast the steps are', async () => {
    const { shown, clock, tracker } = cell();
    tracker.begin(await runInfo({}, { maxSteps: 10_000 }));
    for (let step = 1; step <= 10_000; step++) {
      clock.now += 1;
      tracker.step?.({ globalStep: step, epoch: step / 3, loss: 1 + Math.sin(step) });
    }
    ok(shown.length <= 11, `${shown.length} drawings`);
    ok(shown.at(-1)!.html.length < 20_000, `${shown.at(-1)!.html.length} characters`);
  });

  it('takes a fiftieth of the time at most, also where drawing is slow', async () => {
    const clock = { now: 0 };
    let drawings = 0;
    const display = () => {
      clock.now += 100;
      drawings++;
    };
    const tracker = notebookDisplay({ display, now: () => clock.now });
    tracker.begin(await runInfo({}, { maxSteps: 1000 }));
    for (let step = 1; step <= 1000; step++) {
      clock.now += 100;
      tracker.step?.({ globalStep: step, epoch: step / 3, loss: 1 });
    }
    ok(drawings * 100 <= clock.now / 50 + 100, `${drawings} drawings in ${clock.now} ms`);
  });

  it('goes on with the table of the run that is resumed', async () => {
    const { shown, tracker } = cell();
    tracker.begin(await runInfo({}, { resumedFromStep: 3, logHistory: ENTRIES.slice(0, 2) }));
    const [first, , ...rows] = shown[0].text.split('\n');
    equal(first, 'Step 3 of 6, epoch 1 of 2, 0:00, loss 1.5000, accuracy 0.5000');
    equal(rows.length, 1);
  });

  it('keeps the last hundred rows of a long table', async () => {
    const { shown, tracker } = cell();
    const logHistory = Array.from({ length: 250 }, (_, i): LogEntry => ({ loss: 1, step: i + 1, epoch: i }));
    tracker.begin(await runInfo({ evalStrategy: 'no' }, { resumedFromStep: 250, logHistory }));
    equal(shown[0].html.match(/<tr><td>/g)!.length, 100);
    match(shown[0].html, /The last 100 of 250 rows:/);
  });

  it('shows the names of metrics as text', async () => {
    const { shown, clock, tracker } = cell();
    tracker.begin(await runInfo());
    clock.now += 2000;
    tracker.log({ eval_loss: 1, 'eval_<b>f1</b>': 0.5, step: 3, epoch: 1 });
    ok(!shown.at(-1)!.html.includes('<b>'));
    match(shown.at(-1)!.html, /<th>&#60;b&#62;f1&#60;\/b&#62;<\/th>/);
  });
});

describe('the table of a training', () => {
  const table = (entries: readonly LogEntry[], args: Partial<RunInfo['args']>) =>
    trainingTable(entries, { evalStrategy: 'no', ...args });

  it('has a row for each evaluation, with the last training loss', () => {
    deepEqual(table(ENTRIES, { evalStrategy: 'epoch' }), {
      columns: ['Epoch', 'Training Loss', 'Validation Loss', 'Accuracy'],
      rows: [
        ['1', '1.500000', '1.250000', '0.500000'],
        ['2', '1.000000', '0.750000', '0.750000'],
      ],
    });
  });

  it('counts in steps where training is evaluated by steps', () => {
    const { columns, rows } = table(ENTRIES, { evalStrategy: 'steps' });
    deepEqual([columns[0], rows.map(([step]) => step)], ['Step', ['3', '6']]);
  });

  it('says No log where nothing was logged yet', () => {
    deepEqual(table(ENTRIES.slice(1, 2), { evalStrategy: 'epoch' }).rows[0][1], 'No log');
  });

  it('without evaluation has a row for each logged loss', () => {
    deepEqual(table(ENTRIES, { evalStrategy: 'no' }), {
      columns: ['Step', 'Training Loss'],
      rows: [
        ['2', '1.500000'],
        ['4', '1.000000'],
      ],
    });
  });

  it('gets a column for a metric that comes later', () => {
    const entries: LogEntry[] = [
      { eval_loss: 1, step: 1, epoch: 1 },
      { eval_loss: 1, eval_macro_f1: 0.5, step: 2, epoch: 2 },
    ];
    const { columns, rows } = table(entries, { evalStrategy: 'epoch' });
    deepEqual(columns.at(-1), 'Macro F1');
    deepEqual(
      rows.map((row) => row.at(-1)),
      ['No log', '0.500000'],
    );
  });
});

describe('the live display outside of a notebook', () => {
  function screen(isTTY: boolean): { written: string[]; clock: { now: number }; tracker: Tracker } {
    const written: string[] = [];
    const clock = { now: 1000 };
    const stream = { isTTY, columns: 100, write: (text: string) => void written.push(text) };
    return { written, clock, tracker: terminalDisplay({ stream, now: () => clock.now }) };
  }

  it('in a terminal draws a line over and over, below the log entries', async () => {
    const { written, clock, tracker } = screen(true);
    await train(tracker, clock, 'finished');
    const text = written.join('');
    ok(text.includes('\rEpoch 0.33/2 ████░░░░░░░░░░░░░░░░░░░░ 16 %, 1/6 steps, 4.0 s each, 0:20 left'));
    ok(text.includes('\rEvaluation after step 3: 2/3 clips'));
    const lines = text.split('\n').map((line) => line.split('\r').at(-1)!.trimEnd());
    deepEqual(lines.slice(0, 2), [
      'step 2: loss 1.5, grad_norm 2.25, learning_rate 0.00005, epoch 0.67',
      'step 3: eval_loss 1.25, eval_accuracy 0.5, eval_runtime 0.5, eval_samples_per_second 6, epoch 1',
    ]);
    equal(lines.at(-2), 'Finished: step 6 of 6, epoch 2 of 2, 4.7 s a step, 0:28, loss 0.3333, accuracy 0.7500');
    equal(lines.at(-1), '');
  });

  it('leaves nothing of a longer line behind a shorter one', async () => {
    const { written, clock, tracker } = screen(true);
    await train(tracker, clock, 'finished');
    let line = '';
    for (const text of written) {
      if (text.startsWith('\r')) ok(text.replace(/^\r|\n$/g, '').length >= line.trimEnd().length, JSON.stringify(text));
      line = text.endsWith('\n') ? '' : text.slice(1);
    }
  });

  it('elsewhere writes the log entries and how training ended, nothing else', async () => {
    const { written, clock, tracker } = screen(false);
    await train(tracker, clock, 'interrupted');
    deepEqual(
      written.map((text) => text.slice(0, 23)),
      ['step 2: loss 1.5, grad_', 'step 3: eval_loss 1.25,', 'step 4: loss 1, grad_no', 'Interrupted after step '],
    );
    ok(written.every((text) => text.endsWith('\n') && !text.includes('\r')));
  });
});

describe('an evaluation outside of training', () => {
  it('shows a progress bar, each time anew', () => {
    const written: string[] = [];
    let time = 0;
    const stream = { isTTY: true, columns: 80, write: (text: string) => void written.push(text) };
    const display = liveDisplay({ stream, now: () => time });
    for (const total of [20, 40]) {
      for (let done = 4; done <= total; done += 4) {
        display.evaluating?.({ done, total });
        time += 1000;
      }
    }
    const lines = written.join('').split('\n');
    equal(lines.length, 3);
    match(lines[0], /\rEvaluation 20 clips in 0:04, 5\.0 clips\/s *$/);
    match(lines[1], /\rEvaluation 40 clips in 0:09, 4\.4 clips\/s *$/);
  });

  it('is part of the display while a model is trained', async () => {
    const texts: string[] = [];
    const clock = { now: 0 };
    const display = liveDisplay({
      display: (data) => void texts.push(String(data['text/plain'])),
      now: () => clock.now,
    });
    await train(display, clock, 'finished');
    ok(texts.some((text) => text.startsWith('Step 3 of 6') && text.includes('Evaluation: 2 of 3 clips')));
  });
});
