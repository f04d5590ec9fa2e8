import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { code, displayed, errors, type Notebook, printed, readNotebook, stderr } from './notebook.js';

const NOWHERE = 'http://127.0.0.1:9';

describe('npm run notebooks', () => {
  const work = inRepository('build', 'test', 'notebooks');

  before(() => {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
  });

  /** Runs a lesson with these answers to its exercises, where neither network nor cache has anything. */
  function runAlone(stem: string, answers: readonly string[], more: NodeJS.ProcessEnv = {}): Notebook {
    const path = join(work, `${stem}-alone.ipynb`);
    writeFileSync(path, JSON.stringify(solved(readNotebook(inRepository('notebooks', `${stem}.ipynb`)), answers)));
    const { MODEL: _model, DATASET: _dataset, CLASSIFIER: _classifier, AUDIO: _audio, ...own } = process.env;
    const places = { ONPA_CACHE: join(work, 'cache'), HF_HOME: join(work, 'cache'), HF_TOKEN: '', HF_TOKEN_PATH: '' };
    const env = { ...own, ...places, ONPA_LIBROSA_URL: NOWHERE, HF_ENDPOINT: NOWHERE, ...more };
    const script = inRepository('scripts', 'notebooks.mjs');
    const run = spawnSync(process.execPath, [script, path], { env, encoding: 'utf8' });
    equal(run.status, 0, run.stdout + run.stderr);
    const executed = readNotebook(inRepository('build', 'notebooks', `${stem}-alone.ipynb`));
    deepEqual(errors(executed), []);
    equal(stderr(executed), '');
    deepEqual(printed(executed).slice(-3), ['✓ right', '✓ right', '✓ right']);
    return executed;
  }

  const withoutNetwork = 'without network and cache, and takes the right answers';

  it(`runs the lesson on waveforms ${withoutNetwork}`, function () {
    this.timeout(180_000);
    const executed = runAlone('01-waveform', ['15_876_000', '3000', '10']);
    const lines = printed(executed);
    equal(lines[0], '80000');
    ok(lines.some((line) => line.startsWith('A trumpet phrase of this project')));
    ok(lines.some((line) => line.endsWith('gives the same: true')));
    ok(displayed(executed, 'text/html').some((data) => String(data['text/html']).includes('data:audio/ogg;base64,')));
  });

  for (const [stem, answers] of [
    ['02-spectrum', ['186', '11_025', '2']],
    ['03-stft', ['431', '400', '8192']],
    ['04-mel', ['8000', '6', '18']],
  ] as const) {
    it(`runs the lesson ${stem} ${withoutNetwork}`, function () {
      this.timeout(180_000);
      ok(printed(runAlone(stem, answers)).some((line) => line.startsWith('A trumpet phrase of this project')));
    });
  }

  it(`runs the lesson on DistilHuBERT ${withoutNetwork}, with the model that comes along`, function () {
    this.timeout(300_000);
    const lines = printed(runAlone('05-distilhubert', ['1499', '3280', '4 * 1499 * 1499']));
    equal(lines[0], '../data/models/mini-hubert: 2 layers of 128 channels');
    ok(lines.some((line) => line.startsWith('A trumpet phrase of this project')));
    ok(lines.includes('frames of 400 samples: 1, by the formula 1'));
    ok(lines.includes('recording: mean 0, variance 0.004 → mean 0, variance 1'));
  });

  it(`runs the lesson on the push ${withoutNetwork}, with the model that comes along`, function () {
    this.timeout(300_000);
    const WANDB_NAME = 'a-name-of-its-own';
    const lines = printed(runAlone('07-push', ["'base_model'", '4', '10'], { WANDB_NAME }));
    ok(lines.includes(`We push to the folder ../build/hub/${WANDB_NAME}.`));
    ok(lines.includes('largest difference: 0'));
  });

  it(`runs the lesson on inference ${withoutNetwork}, with the model that comes along`, function () {
    this.timeout(300_000);
    const lines = printed(runAlone('08-inference', ['0.69', '26', '0.1']));
    ok(lines.some((line) => line.startsWith('Sense and Sensibility') && line.endsWith('its first 8.3 s')));
  });
});

/** The lesson with answers in the cells that a reader fills in. */
function solved(notebook: Notebook, answers: readonly string[]): Notebook {
  const cells = code(notebook).filter(({ source }) => source[0].startsWith('let answer'));
  equal(cells.length, answers.length);
  for (const [i, { source }] of cells.entries()) source[0] = source[0].replace(/= .*;/, `= ${answers[i]};`);
  return notebook;
}
