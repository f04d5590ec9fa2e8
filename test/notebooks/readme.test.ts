import { deepEqual, equal, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { load, saveWav } from 'onpa';
import { inRepository } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import { TOKEN } from '../hub/server.js';
import { displayed, errors, type Notebook, printed, readNotebook } from './notebook.js';

const NOWHERE = 'http://127.0.0.1:9';

describe("README's snippets", () => {
  const work = inRepository('build', 'test', 'readme');
  const snippets = Array.from(readFileSync(inRepository('README.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)\n```$/gm));

  /** A second of two clips of each genre: a whole training would show no more. */
  async function fewSeconds(): Promise<string> {
    const folder = join(work, 'few-seconds');
    const genres = inRepository('data', 'mini-genres', 'genres');
    for (const genre of readdirSync(genres)) {
      mkdirSync(join(folder, genre), { recursive: true });
      for (const clip of readdirSync(join(genres, genre)).slice(0, 2)) {
        const second = await load(join(genres, genre, clip), { duration: 1 });
        await saveWav(join(folder, genre, `${clip}.wav`), second);
      }
    }
    return folder;
  }

  /** A notebook with a cell for each snippet, run in a folder that has neither data/ nor build/. */
  async function run(more: NodeJS.ProcessEnv): Promise<Notebook> {
    rmSync(work, { recursive: true, force: true });
    mkdirSync(work, { recursive: true });
    const path = join(work, 'readme.ipynb');
    const cell = { cell_type: 'code', metadata: {}, outputs: [], execution_count: null };
    const cells = snippets.map(([, source]) => ({ ...cell, source }));
    writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const { MODEL: _model, ...own } = process.env;
    const places = {
      ONPA_CACHE: join(work, 'cache'),
      HF_HOME: join(work, 'cache'),
      HF_TOKEN_PATH: '',
      ONPA_OUTPUT: work,
    };
    const env = { ...own, ...places, ONPA_LIBROSA_URL: NOWHERE, DATASET: await fewSeconds(), ...more };
    const script = inRepository('scripts', 'notebooks.mjs');
    await promisify(execFile)(process.execPath, [script, path], { env }).catch(({ stdout, stderr }) => {
      throw new Error(stdout + stderr);
    });
    return readNotebook(join(work, 'notebooks', 'readme.ipynb'));
  }

  it('run one after the other in a notebook in any folder, as they stand', async () => {
    equal(snippets.length, 4);
    await withHub(async (hub) => {
      const executed = await run({ HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN });
      deepEqual(errors(executed), []);
      equal(displayed(executed, 'application/vnd.vegalite.v5+json').length, 3);
      ok(hub.find('model', 'owner/ft-hubert-on-gtzan'));
      ok(printed(executed).some((line) => line.includes("label: 'reggae'")));
    });
  });
});
