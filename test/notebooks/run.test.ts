import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { type Exercise, exerciseScript } from '../course/exercises.js';
import { inRepository } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import { TOKEN } from '../hub/server.js';
import { code, displayed, errors, type Notebook, printed, readNotebook, stderr, verdicts } from './notebook.js';

const NOWHERE = 'http://127.0.0.1:9';

describe('npm run notebooks', () => {
  const work = inRepository('build', 'test', 'notebooks');
  const results = join(work, 'results');
  const executedNotebook = (name: string) => readNotebook(join(results, 'notebooks', name));

  before(() => {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
  });

  /** Runs a lesson with the solutions of its exercises, where neither network nor cache has anything. */
  async function runAlone(lesson: string, more: NodeJS.ProcessEnv = {}): Promise<Notebook> {
    const stem = basename(lesson);
    const path = join(work, `${stem}-alone.ipynb`);
    const { exercises } = (await exerciseScript()).readExercises(lesson);
    writeFileSync(path, JSON.stringify(solved(readNotebook(inRepository('notebooks', `${lesson}.ipynb`)), exercises)));
    const {
      MODEL: _model,
      DATASET: _dataset,
      CLASSIFIER: _classifier,
      AUDIO: _audio,
      VOCODER: _vocoder,
      ONPA_GRADING: _grading,
      ...own
    } = process.env;
    const cache = { ONPA_CACHE: join(work, 'cache'), HF_HOME: join(work, 'cache') };
    const places = { ...cache, ONPA_OUTPUT: results, HF_TOKEN: '', HF_TOKEN_PATH: '' };
    const env = { ...own, ...places, ONPA_LIBROSA_URL: NOWHERE, HF_ENDPOINT: NOWHERE, ...more };
    const script = inRepository('scripts', 'notebooks.mjs');
    await promisify(execFile)(process.execPath, [script, path], { env }).catch(({ stdout, stderr }) => {
      throw new Error(stdout + stderr);
    });
    const executed = executedNotebook(`${stem}-alone.ipynb`);
    deepEqual(errors(executed), []);
    equal(stderr(executed), '');
    const checks = exercises.flatMap(({ tests }) => tests.filter(({ kind }) => kind === 'check'));
    deepEqual(verdicts(executed), Array(checks.length).fill('✓ right'));
    return executed;
  }

  const withoutNetwork = 'without network and cache, and takes the right answers';

  it('names the cell that fails, its source and its error', async () => {
    const path = join(work, 'fails.ipynb');
    const cells = ['let y = [1];', '// no hop\nthrow new RangeError("too few");'].map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }));
    writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const env = { ...process.env, ONPA_OUTPUT: results };
    const run = promisify(execFile)(process.execPath, [inRepository('scripts', 'notebooks.mjs'), path], { env });
    await rejects(run, ({ stderr, code }: { stderr: string; code: number }) => {
      equal(code, 1);
      const shown = [
        'fails.ipynb, cell 2',
        '    // no hop',
        '    throw new RangeError("too few");',
        'RangeError: too few',
        '  cell [2], line 2',
        '    2 │ throw new RangeError("too few");',
        '',
      ];
      ok(stderr.endsWith(shown.join('\n')), stderr);
      return true;
    });
    deepEqual(errors(executedNotebook('fails.ipynb')), ['RangeError']);
  });

  it('says what to do where the folder of results cannot be written to', async () => {
    const file = join(work, 'a-file');
    writeFileSync(file, '');
    // Nobody can write below a file, not even root.
    const env = { ...process.env, ONPA_OUTPUT: join(file, 'results') };
    const run = promisify(execFile)(process.execPath, [inRepository('scripts', 'notebooks.mjs'), '01'], { env });
    const message = `Nothing can be written in the folder of results, ${env.ONPA_OUTPUT}: name a folder of yours in ONPA_OUTPUT\n`;
    await rejects(run, { stderr: message, code: 1 });
  });

  it(`runs the lesson on waveforms ${withoutNetwork}`, async () => {
    const executed = await runAlone('01-waveform');
    const lines = printed(executed);
    equal(lines[0], '80000');
    ok(lines.some((line) => line.startsWith('A trumpet phrase of this project')));
    ok(lines.some((line) => line.endsWith('gives the same: true')));
    ok(displayed(executed, 'text/html').some((data) => String(data['text/html']).includes('data:audio/ogg;base64,')));
  });

  for (const stem of ['02-spectrum', '03-stft', '04-mel']) {
    it(`runs the lesson ${stem} ${withoutNetwork}`, async () => {
      ok(printed(await runAlone(stem)).some((line) => line.startsWith('A trumpet phrase of this project')));
    });
  }

  it(`runs the lesson on DistilHuBERT ${withoutNetwork}, with the model that comes along`, async () => {
    const lines = printed(await runAlone('05-distilhubert'));
    equal(lines[0], 'onpa:models/mini-hubert: 2 layers of 128 channels');
    ok(lines.some((line) => line.startsWith('A trumpet phrase of this project')));
    ok(lines.includes('400 samples: 1 frames, formula 1'));
    ok(lines.includes('recording: mean 0, variance 0.004 → mean 0, variance 1'));
  });

  it(`runs the lesson on the push ${withoutNetwork}, with the model that comes along`, async () => {
    const lines = printed(await runAlone('07-push'));
    ok(lines.includes('We push to the folder build/test/notebooks/results/hub/ft-hubert-on-gtzan.'));
    ok(lines.includes('largest difference: 0'));
  });

  it('pushes what this user has trained to the Hub where there is a token, which is then in no notebook', async () => {
    const WANDB_NAME = 'pushed-by-the-lesson';
    const trained = join(results, WANDB_NAME);
    cpSync(inRepository('data', 'models', 'mini-genres'), trained, { recursive: true });
    const stateFile = join(trained, 'trainer_state.json');
    const state = JSON.parse(readFileSync(stateFile, 'utf8'));
    writeFileSync(stateFile, JSON.stringify({ ...state, global_step: 299 }));
    await withHub(async (hub) => {
      const more = { HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN, WANDB_NAME };
      const executed = await runAlone('07-push', more);
      ok(printed(executed).includes('299 steps'));
      ok(printed(executed).includes('We push to owner/pushed-by-the-lesson on the Hub.'));
      ok(printed(executed).includes('largest difference: 0'));
      const { commits, refs, history } = hub.find('model', 'owner/pushed-by-the-lesson')!;
      const pushed = commits.get(refs.get('main')!)!;
      const [, metadata] = pushed.get('README.md')!.bytes.toString().split(/^---$/m);
      ok(!/mini-(hubert|genres)/.test(metadata), metadata);
      deepEqual([...pushed.keys()].sort(), [
        '.gitattributes',
        'README.md',
        'config.json',
        'model.safetensors',
        'onnx/model.onnx',
        'preprocessor_config.json',
        'trainer_state.json',
      ]);
      equal(history.at(-1)?.title, 'End of training');
      for (const ending of ['ipynb', 'html', 'log']) {
        ok(!readFileSync(join(results, 'notebooks', `07-push-alone.${ending}`), 'utf8').includes(TOKEN));
      }
    });
  });

  it(`runs the lesson on inference ${withoutNetwork}, with the model that comes along`, async () => {
    const lines = printed(await runAlone('08-inference'));
    ok(lines.some((line) => line.startsWith('Sense and Sensibility') && line.endsWith('its first 8.3 s')));
  });

  it(`runs the lesson on browsers ${withoutNetwork}, with the model that comes along`, async () => {
    const lines = printed(await runAlone('beyond/browser'));
    ok(lines.includes('620,682 parameters') && lines.includes('60 clips of at most 5 s'));
  });

  it(`runs the lesson on pre-training ${withoutNetwork}, with the model that comes along`, async () => {
    const lines = printed(await runAlone('beyond/pretraining'));
    ok(lines.includes('240 to learn from, 60 held out'));
  });

  it(`runs the lesson on vocoders ${withoutNetwork}, with the model that comes along`, async () => {
    const lines = printed(await runAlone('beyond/vocoder'));
    ok(lines.includes('VOCODER names no model: mini-vocos is all we hear.'));
  });

  it('takes a real vocoder from the Hub in the lesson on vocoders, and plays what it makes of the phrase', async () => {
    const VOCODER = 'BSC-LT/vocos-mel-22khz';
    const file = (name: string) => readFileSync(inRepository('test', 'fixtures', 'vocoder', 'vocos-center', name));
    const names = ['config.yaml', 'pytorch_model.bin'];
    await withHub(async (hub) => {
      hub.commit(VOCODER, Object.fromEntries(names.map((name) => [name, file(name)])));
      const more = { HF_ENDPOINT: hub.url, VOCODER };
      const executed = await runAlone('beyond/vocoder', more);
      ok(!printed(executed).some((line) => line.startsWith('VOCODER names no model')));
      const sounds = displayed(executed, 'text/html').map((data) => String(data['text/html']));
      ok(sounds.some((html) => html.includes(VOCODER) && html.includes('data:audio/')));
    });
  });

  it('takes the model and the sound of the tutorial from the Hub in the lesson on inference', async () => {
    const data = (...names: string[]) => readFileSync(inRepository('data', ...names));
    const names = ['config.json', 'model.safetensors', 'preprocessor_config.json'];
    const files = names.map((name) => [name, data('models', 'mini-genres', name)] as const);
    await withHub(async (hub) => {
      hub.commit('aisuko/ft-hubert-on-gtzan', Object.fromEntries(files));
      hub.commit('Narsil/asr_dummy', { '1.flac': data('audio', 'reggae.flac') }, { type: 'dataset' });
      const AUDIO = `${hub.url}/datasets/Narsil/asr_dummy/resolve/main/1.flac`;
      const more = { HF_ENDPOINT: hub.url, CLASSIFIER: 'aisuko/ft-hubert-on-gtzan', AUDIO };
      const lines = printed(await runAlone('08-inference', more));
      equal(lines[0], `classifier aisuko/ft-hubert-on-gtzan, audio ${AUDIO}`);
      ok(lines.some((line) => line.startsWith('reggae 0.9846, blues 0.0092')));
    });
  });
});

describe('A notebook that is graded', () => {
  it('fails at the check that is not right, and says which it is', async () => {
    const work = inRepository('build', 'test', 'graded');
    mkdirSync(work, { recursive: true });
    const path = join(work, 'graded.ipynb');
    const source = [
      "import { check } from 'onpa';\n\nconst [answer1, answer2] = [15_876_000, 5000];",
      'check.lesson1.count(answer1);',
      'check.lesson1.alias(answer2);',
    ];
    const cells = source.map((text) => ({
      cell_type: 'code',
      metadata: {},
      outputs: [],
      execution_count: null,
      source: text,
    }));
    writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const env = { ...process.env, ONPA_GRADING: '1', ONPA_OUTPUT: work };
    const run = promisify(execFile)(process.execPath, [inRepository('scripts', 'notebooks.mjs'), path], { env });
    await rejects(run, ({ stderr }) => /cell 3\b[\s\S]*ExerciseError: check\.lesson1\.alias: Not yet/.test(stderr));
    deepEqual(printed(readNotebook(join(work, 'notebooks', 'graded.ipynb'))), ['✓ right']);
  });
});

/** The lesson with the solutions in the cells that a reader fills in. */
function solved(notebook: Notebook, exercises: readonly Exercise[]): Notebook {
  for (const { answer, solution } of exercises) {
    const cells = code(notebook).filter(({ source }) => source.join('') === answer);
    equal(cells.length, 1, answer);
    cells[0].source = solution.split(/(?<=\n)/);
  }
  return notebook;
}
