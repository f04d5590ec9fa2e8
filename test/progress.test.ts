import { deepEqual, equal } from 'node:assert/strict';
import path from 'node:path';
import type { OutputPlace } from 'onpa/dist/notebook.js';
import { formatSeconds, line, type ProgressOptions, type ProgressState, progress } from 'onpa/dist/progress.js';

/** Work of ten parts, one each quarter of a second. */
function work(options: ProgressOptions, stream: object, parts: number = 10): void {
  let time = 1000;
  const bar = progress(options, { now: () => time, stream: stream as NodeJS.WriteStream, display: undefined });
  try {
    for (let part = 1; part <= parts; part++) {
      time += 250;
      bar.update((part * (options.total ?? 10)) / 10);
    }
  } finally {
    bar.end();
  }
}

function terminal(columns: number = 120): {
  written: string[];
  isTTY: boolean;
  columns: number;
  write(text: string): void;
} {
  const written: string[] = [];
  return { written, isTTY: true, columns, write: (text) => void written.push(text) };
}

describe("a progress bar's line", () => {
  const download: ProgressState = { title: 'model.safetensors', unit: 'bytes', total: 94e6, done: 0, seconds: 0 };

  it('shows bytes as megabytes, with rate and time left', () => {
    equal(
      line({ ...download, done: 47e6, seconds: 4 }, false),
      'model.safetensors ████████████░░░░░░░░░░░░ 50 %, 47.0/94.0 MB, 11.8 MB/s, 0:04 left',
    );
  });

  it('shows no rate before anything is done', () => {
    equal(line(download, false), 'model.safetensors ░░░░░░░░░░░░░░░░░░░░░░░░ 0 %, 0.0/94.0 MB');
  });

  it('counts the rate without what an earlier run has done', () => {
    equal(
      line({ ...download, start: 40e6, done: 50e6, seconds: 5 }, false),
      'model.safetensors ████████████░░░░░░░░░░░░ 53 %, 50.0/94.0 MB, 2.0 MB/s, 0:22 left',
    );
  });

  it('counts slow steps in seconds for each, fast ones in steps for each second', () => {
    const training = { title: 'Epoch 1', total: 100, done: 10, seconds: 75 };
    equal(line(training, false), 'Epoch 1 ██░░░░░░░░░░░░░░░░░░░░░░ 10 %, 10/100 steps, 7.5 s each, 11:15 left');
    const maps = { title: 'Map', unit: 'clips', total: 100, done: 75, seconds: 25 };
    equal(line(maps, false), 'Map ██████████████████░░░░░░ 75 %, 75/100 clips, 3.0 clips/s, 0:08 left');
  });

  it('without a total shows how much is done, and how fast', () => {
    equal(line({ title: 'Clips', unit: 'clips', done: 30, seconds: 10 }, false), 'Clips 30 clips, 3.0 clips/s');
  });

  it('says at the end what was done in which time, and where it stopped', () => {
    equal(line({ ...download, done: 94e6, seconds: 8 }, true), 'model.safetensors 94.0 MB in 0:08, 11.8 MB/s');
    equal(
      line({ ...download, done: 47e6, seconds: 4 }, true),
      'model.safetensors stopped at 47.0/94.0 MB after 0:04, 11.8 MB/s',
    );
  });

  it('keeps the end of a long title', () => {
    const title = `data/${'long/'.repeat(20)}train.parquet`;
    const text = line({ title, done: 1, seconds: 1 }, true);
    equal(text.indexOf('train.parquet'), 27);
    equal(text[0], '…');
  });

  it('writes times with hours where there are any', () => {
    deepEqual([0.4, 59.6, 61, 3600, 36_061].map(formatSeconds), ['0:00', '1:00', '1:01', '1:00:00', '10:01:01']);
  });
});

describe('progress', () => {
  it('writes one line over and over in a terminal, and ends it once', () => {
    const screen = terminal();
    work({ title: 'Epoch 1', total: 100 }, screen);
    equal(screen.written.length, 10);
    equal(screen.written[0], '\rEpoch 1 ████░░░░░░░░░░░░░░░░░░░░ 20 %, 20/100 steps, 40.0 steps/s, 0:02 left');
    equal(screen.written.join('').match(/\n/g)?.length, 1);
    equal(screen.written[9].trim(), 'Epoch 1 100 steps in 0:03, 40.0 steps/s');
    // The last line is shorter, and leaves nothing of the one before.
    equal(screen.written[9].length - 1, screen.written[8].length);
  });

  it('never reaches the last column', () => {
    const screen = terminal(30);
    work({ title: 'Epoch 1', total: 100 }, screen);
    deepEqual(new Set(screen.written.map((text) => text.trim().length)), new Set([29]));
  });

  it('ends the line also where the work stops half-way', () => {
    const screen = terminal();
    work({ title: 'Epoch 1', total: 100 }, screen, 5);
    equal(screen.written.at(-1)?.trim(), 'Epoch 1 stopped at 50/100 steps after 0:01, 40.0 steps/s');
    equal(screen.written.at(-1)?.at(-1), '\n');
  });

  it('shows nothing of work that is done at once', () => {
    const screen = terminal();
    work({ title: 'config.json', total: 100 }, screen, 1);
    deepEqual(screen.written, []);
  });

  it('writes only the last line where stderr is no terminal', () => {
    const log = { ...terminal(), isTTY: false };
    work({ title: 'Epoch 1', total: 100 }, log);
    deepEqual(log.written, ['Epoch 1 100 steps in 0:03, 40.0 steps/s\n']);
  });

  it('draws at most ten times a second', () => {
    const screen = terminal();
    let time = 0;
    const bar = progress({ title: 'Steps', total: 5000 }, { now: () => time, stream: screen, display: undefined });
    for (let step = 1; step <= 5000; step++) {
      time += 1;
      bar.update(step);
    }
    bar.end();
    equal(screen.written.length, 47);
  });

  it('is one output of the cell in a notebook, brought up to date in its place', () => {
    const outputs: { data: Record<string, string>; transient: Partial<OutputPlace>; update: boolean }[] = [];
    const name = path.join('/kernel', 'tslab', 'dist', 'jupyter.js');
    const lastWriteDisplayData = (output: object, update: boolean) =>
      outputs.push({ ...output, update } as (typeof outputs)[0]);
    require.cache[name] = { id: name, filename: name, loaded: true, exports: { lastWriteDisplayData } } as never;
    let time = 0;
    const screen = terminal();
    try {
      const bar = progress({ title: 'a<b>', total: 10 }, { now: () => time, stream: screen });
      for (const done of [2, 5, 10]) {
        time += 1000;
        bar.update(done);
      }
      bar.end();
    } finally {
      delete require.cache[name];
    }
    deepEqual(
      outputs.map(({ update }) => update),
      [false, true, true, true],
    );
    equal(new Set(outputs.map(({ transient }) => (transient as { display_id: string }).display_id)).size, 1);
    equal(
      outputs[1].data['text/html'],
      '<div>a&#60;b&#62; <progress aria-label="a&#60;b&#62;" value="0.500" max="1"></progress> 50 %, 5/10 steps, 2.5 steps/s, 0:02 left</div>',
    );
    deepEqual(outputs[3].data, {
      'text/html': '<div>a&#60;b&#62; 10 steps in 0:03, 3.3 steps/s</div>',
      'text/plain': 'a<b> 10 steps in 0:03, 3.3 steps/s',
    });
    deepEqual(screen.written, []);
  });
});
