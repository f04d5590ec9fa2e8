import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { code, displayed, errors, type Notebook, printed, readNotebook, stderr } from './notebook.js';

const folder = inRepository('notebooks');
const names = readdirSync(folder).filter((name) => name.endsWith('.ipynb'));

/** What a lesson wants to be seen. */
const WARNINGS: Readonly<Record<string, string>> = {
  '06-training.ipynb':
    '../data/models/mini-hubert lacks projector.weight, projector.bias, classifier.weight, classifier.bias: ' +
    'they start with random values. Train the model before you use it.\n',
};

describe('the notebooks as committed', () => {
  it('are the first six lessons', () => {
    const stems = ['01-waveform', '02-spectrum', '03-stft', '04-mel', '05-distilhubert', '06-training'];
    deepEqual(
      names,
      stems.map((stem) => `${stem}.ipynb`),
    );
  });

  for (const name of names) {
    describe(name, () => {
      const path = join(folder, name);
      let notebook: Notebook;
      before(() => {
        notebook = readNotebook(path);
      });

      it('was run from top to bottom, without an error or noise', () => {
        deepEqual(
          code(notebook).map((cell) => cell.execution_count),
          code(notebook).map((_, i) => i + 1),
        );
        deepEqual(errors(notebook), []);
        equal(stderr(notebook), WARNINGS[name] ?? '');
      });

      it('shows a picture where no Vega is, such as on GitHub, for each of its plots', () => {
        const plots = displayed(notebook, 'application/vnd.vegalite.v5+json');
        ok(plots.length >= 4, `${plots.length} plots`);
        ok(plots.every((data) => typeof data['image/png'] === 'string'));
      });

      it('explains everything in English and in Japanese', () => {
        const prose = notebook.cells
          .filter((cell) => cell.cell_type === 'markdown')
          .map((cell) => cell.source.join(''));
        for (const text of prose) {
          const [english, japanese] = text.split('<details lang="ja"><summary>日本語</summary>');
          ok(english.trim() !== '' && /[ぁ-ん]/.test(japanese) && japanese.endsWith('</details>'), text.slice(0, 60));
        }
      });

      it('has no code cell of more than 16 lines', () => {
        for (const cell of code(notebook)) ok(cell.source.length <= 16, cell.source[0]);
      });

      it('ends with three exercises that are checked and not yet solved', () => {
        const last = printed(notebook).slice(-3);
        equal(last.filter((line) => line.startsWith('Not yet')).length, 3, last.join('\n'));
      });

      it('is under 1.5 MB and names no folder of the machine it ran on', () => {
        ok(statSync(path).size < 1.5e6);
        const text = readFileSync(path, 'utf8');
        for (const place of [inRepository(), homedir(), tmpdir()]) ok(!text.includes(`${place}/`), place);
      });
    });
  }
});

describe('the lesson on training as committed', () => {
  const lines = printed(readNotebook(join(folder, '06-training.ipynb')));
  const numberAfter = (text: string) => Number(lines.find((line) => line.startsWith(text))?.split(/[ ,]/)[1]);

  it('tells at least 80 % of the clips right that it did not learn from', () => {
    ok(numberAfter('accuracy') >= 0.8, lines.join('\n'));
  });

  it('says how long the tutorial takes, and saves a model that names its classes', () => {
    ok(numberAfter('about') > 0.1);
    ok(lines.includes('../build/ft-hubert-on-gtzan: 10 classes, reggae among them'));
  });
});

describe('npm run notebooks', () => {
  /** Runs a lesson where neither network nor cache has anything, and gives it executed. */
  function runAlone(stem: string): Notebook {
    const { MODEL: _model, ...own } = process.env;
    const places = { ONPA_CACHE: inRepository('build', 'no-cache'), HF_HOME: inRepository('build', 'no-cache') };
    const env = { ...own, ...places, ONPA_LIBROSA_URL: 'http://127.0.0.1:9', HF_ENDPOINT: 'http://127.0.0.1:9' };
    const script = inRepository('scripts', 'notebooks.mjs');
    const run = spawnSync(process.execPath, [script, stem], { env, encoding: 'utf8' });
    equal(run.status, 0, run.stdout + run.stderr);
    const executed = readNotebook(inRepository('build', 'notebooks', `${stem}.ipynb`));
    deepEqual(errors(executed), []);
    equal(stderr(executed), '');
    return executed;
  }

  it('runs a lesson without network and cache, and says that it shows the embedded trumpet', function () {
    this.timeout(180_000);
    const executed = runAlone('01-waveform');
    const lines = printed(executed);
    equal(lines[0], '80000');
    ok(lines.some((line) => line.startsWith('A trumpet phrase of this project')));
    ok(lines.some((line) => line.endsWith('gives the same: true')));
    ok(displayed(executed, 'text/html').some((data) => String(data['text/html']).includes('data:audio/ogg;base64,')));
  });

  it('runs the lesson on DistilHuBERT without network and cache, with the model that comes along', function () {
    this.timeout(300_000);
    const lines = printed(runAlone('05-distilhubert'));
    equal(lines[0], '../data/models/mini-hubert: 2 layers of 128 channels');
    ok(lines.some((line) => line.startsWith('A trumpet phrase of this project')));
    ok(lines.includes('frames of 400 samples: 1, by the formula 1'));
    ok(lines.includes('recording: mean 0, variance 0.004 → mean 0, variance 1'));
  });
});
