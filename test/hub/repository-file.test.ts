import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryFile } from 'onpa/dist/hub/download/repository-file.js';
import { patience } from 'onpa/dist/hub/retry.js';
import { withHub } from './running-hub.js';
import type { HubServer } from './server.js';
import { ownCache, tree } from './surroundings.js';

const CONFIG = '{"model_type": "hubert"}\n';
const WEIGHTS = Buffer.alloc(300_000, 'weights ');
/** As `git hash-object` and `sha256sum` give them. */
const CONFIG_SHA1 = '670a299f97b63912ede7384620a36989ee0b7ba0';
const WEIGHTS_SHA256 = '6b36a89d97ebf858f327bf6689fac1383cfe22e8b808c80a9574032dbde264b5';
const ID = 'ntu-spml/distilhubert';
const FOLDER = 'models--ntu-spml--distilhubert';

describe('repositoryFile', () => {
  const cache = ownCache();
  let nowhere = '';
  before(() =>
    withHub(async (hub) => {
      nowhere = hub.url;
    }),
  );

  it("keeps files as Python's cache does: blobs by checksum, links by commit, commits by branch", async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const commit = hub.commit(ID, { 'config.json': CONFIG, 'onnx/model.safetensors': WEIGHTS });
      const config = await repositoryFile(ID, 'config.json');
      equal(config, path.join(cache.hub, FOLDER, 'snapshots', commit, 'config.json'));
      equal(await readFile(config!, 'utf8'), CONFIG);
      deepEqual(await readFile((await repositoryFile(ID, 'onnx/model.safetensors'))!), WEIGHTS);
      deepEqual(await tree(path.join(cache.hub, FOLDER)), [
        ...[`blobs/${CONFIG_SHA1}`, `blobs/${WEIGHTS_SHA256}`].sort(),
        'refs/main',
        `snapshots/${commit}/config.json -> ../../blobs/${CONFIG_SHA1}`,
        `snapshots/${commit}/onnx/model.safetensors -> ../../../blobs/${WEIGHTS_SHA256}`,
      ]);
      equal(await readFile(path.join(cache.hub, FOLDER, 'refs', 'main'), 'utf8'), commit);
    });
  });

  it('asks for the commit each time, and downloads once', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'model.safetensors': WEIGHTS });
      const first = await repositoryFile(ID, 'model.safetensors', { hubUrl: hub.url });
      equal(hub.seen.filter(({ method }) => method === 'GET').length, 2);
      hub.seen.length = 0;
      equal(await repositoryFile(ID, 'model.safetensors', { hubUrl: `${hub.url}/` }), first);
      deepEqual(
        hub.seen.map(({ method }) => method),
        ['HEAD'],
      );
    });
  });

  it('asks nothing for a commit that is in the cache, nor for a file that the commit has not', async () => {
    const commit = await withFiles({ 'config.json': CONFIG }, async () => {
      await repositoryFile(ID, 'model.safetensors');
      await repositoryFile(ID, 'config.json');
    });
    equal(await readFile((await repositoryFile(ID, 'config.json', { revision: commit }))!, 'utf8'), CONFIG);
    equal(await repositoryFile(ID, 'model.safetensors', { revision: commit }), undefined);
  });

  it('follows a branch to its new commit, and downloads only what has changed', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const first = hub.commit(ID, { 'config.json': CONFIG, 'model.safetensors': WEIGHTS });
      await repositoryFile(ID, 'config.json');
      await repositoryFile(ID, 'model.safetensors');
      const second = hub.commit(ID, { 'config.json': '{}' });
      hub.seen.length = 0;
      equal(await readFile((await repositoryFile(ID, 'config.json'))!, 'utf8'), '{}');
      deepEqual(await readFile((await repositoryFile(ID, 'model.safetensors'))!), WEIGHTS);
      equal(hub.seen.filter(({ server }) => server === 'cdn').length, 0);
      equal(await readFile(path.join(cache.hub, FOLDER, 'refs', 'main'), 'utf8'), second);
      equal(await readFile((await repositoryFile(ID, 'config.json', { revision: first }))!, 'utf8'), CONFIG);
    });
  });

  it('knows branches with a slash, pull requests and data sets', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      for (const revision of ['refs/pr/1', 'my/branch']) {
        const commit = hub.commit('marsyas/gtzan', { 'a b#c?.csv': revision }, { type: 'dataset', revision });
        const file = await repositoryFile('marsyas/gtzan', 'a b#c?.csv', { revision, repoType: 'dataset' });
        equal(file, path.join(cache.hub, 'datasets--marsyas--gtzan', 'snapshots', commit, 'a b#c?.csv'));
        equal(await readFile(file!, 'utf8'), revision);
        const ref = path.join(cache.hub, 'datasets--marsyas--gtzan', 'refs', revision);
        equal(await readFile(ref, 'utf8'), commit);
      }
    });
  });

  it('keeps an empty file', async () => {
    await withFiles({ 'empty.txt': '', 'empty.bin': '' }, async () => {
      equal(await readFile((await repositoryFile(ID, 'empty.txt'))!, 'utf8'), '');
      equal(await readFile((await repositoryFile(ID, 'empty.bin'))!, 'utf8'), '');
    });
  });

  it('is undefined for a file that the repository has not, and notes it as Python does', async () => {
    const commit = await withFiles({ 'config.json': CONFIG }, async () => {
      equal(await repositoryFile(ID, 'onnx/model.safetensors'), undefined);
    });
    deepEqual(await tree(path.join(cache.hub, FOLDER)), [`.no_exist/${commit}/onnx/model.safetensors`, 'refs/main']);
  });

  it('replaces a link whose blob was deleted', async () => {
    await withFiles({ 'config.json': CONFIG }, async () => {
      const file = await repositoryFile(ID, 'config.json');
      await rm(path.join(cache.hub, FOLDER, 'blobs'), { recursive: true });
      equal(await repositoryFile(ID, 'config.json'), file);
      equal(await readFile(file!, 'utf8'), CONFIG);
    });
  });

  describe('without a connection', () => {
    beforeEach(() =>
      withFiles({ 'config.json': CONFIG, 'b.json': '{}' }, async () => {
        await repositoryFile(ID, 'config.json');
        await repositoryFile(ID, 'model.safetensors');
      }),
    );

    it('takes what the branch was when it was last asked for', async () => {
      process.env.HF_ENDPOINT = nowhere;
      equal(await readFile((await repositoryFile(ID, 'config.json'))!, 'utf8'), CONFIG);
      equal(await repositoryFile(ID, 'model.safetensors'), undefined);
    });

    it('says so for a file that was never downloaded, after a few tries', async () => {
      const waited: number[] = [];
      patience.wait = async (ms) => void waited.push(ms);
      await rejects(repositoryFile(ID, 'b.json', { hubUrl: nowhere }), {
        name: 'HubError',
        message: /distilhubert: b\.json: no connection: 127\.0\.0\.1:\d+, ECONNREFUSED.*HF_HUB_OFFLINE=1/,
      });
      deepEqual(waited, [1000, 2000, 4000]);
    });

    it('takes the cached file also where the Hub has a problem or asks for a token, without waiting', async () => {
      for (const status of [500, 503, 429, 401, 403]) {
        await withHub(async (hub) => {
          hub.instead(
            () => true,
            ({ response }) => response.writeHead(status).end(),
          );
          equal(await readFile((await repositoryFile(ID, 'config.json', { hubUrl: hub.url }))!, 'utf8'), CONFIG);
          equal(hub.seen.length, 1);
        });
      }
    });

    it('does not take the cached file of a branch that the Hub says is gone', async () => {
      await withHub(async (hub) => {
        hub.commit(ID, { 'config.json': CONFIG }, { revision: 'other' });
        await rejects(repositoryFile(ID, 'config.json', { hubUrl: hub.url }), /404 RevisionNotFound/);
      });
    });

    for (const [name, value] of [
      ['HF_HUB_OFFLINE', '1'],
      ['HF_HUB_OFFLINE', 'on'],
      ['TRANSFORMERS_OFFLINE', 'True'],
      ['TRANSFORMERS_OFFLINE', 'yes'],
    ]) {
      it(`opens none with ${name}=${value}, and makes do with the cache`, async () => {
        await withHub(async (hub) => {
          hub.commit(ID, { 'config.json': 'changed', 'b.json': '{}' });
          Object.assign(process.env, { HF_ENDPOINT: hub.url, [name]: value });
          equal(await readFile((await repositoryFile(ID, 'config.json'))!, 'utf8'), CONFIG);
          equal(await repositoryFile(ID, 'model.safetensors'), undefined);
          equal(await repositoryFile(ID, 'b.json'), undefined);
          await rejects(repositoryFile('other/model', 'config.json'), {
            name: 'HubError',
            message: /other\/model: config\.json is not in the cache .*models--other--model.*HF_HUB_OFFLINE/,
          });
          await rejects(repositoryFile(ID, 'config.json', { revision: 'v2' }), /config\.json \(revision v2\) is not/);
          deepEqual(hub.seen, []);
        });
      });
    }
  });

  describe('of a folder', () => {
    const here = process.cwd();
    afterEach(() => process.chdir(here));

    it('is the file in it, or undefined', async () => {
      const folder = path.join(cache.home, 'my model');
      await mkdir(path.join(folder, 'onnx'), { recursive: true });
      await writeFile(path.join(folder, 'config.json'), CONFIG);
      await symlink('config.json', path.join(folder, 'linked.json'));
      process.chdir(cache.home);
      equal(await repositoryFile(folder, 'config.json'), path.join(folder, 'config.json'));
      equal(await repositoryFile(folder, 'linked.json'), path.join(folder, 'linked.json'));
      equal(await repositoryFile(pathToFileURL(folder).href, 'config.json'), path.join(folder, 'config.json'));
      for (const relative of ['./my model', 'my model', `../${path.basename(cache.home)}/my model/`]) {
        equal(await readFile((await repositoryFile(relative, 'config.json'))!, 'utf8'), CONFIG);
      }
      equal(await repositoryFile(folder, 'model.safetensors'), undefined);
      equal(await repositoryFile(folder, 'onnx'), undefined);
    });

    it('goes before a repository of the same name', async () => {
      await mkdir(path.join(cache.home, ID), { recursive: true });
      await writeFile(path.join(cache.home, ID, 'config.json'), 'mine');
      process.chdir(cache.home);
      equal(await readFile((await repositoryFile(ID, 'config.json'))!, 'utf8'), 'mine');
    });
  });

  it('says of what is neither a folder nor a repository that it is neither', async () => {
    const long = 'a'.repeat(97);
    const names = ['', './none', '../none', '/none', 'a/b/c', 'a//b', '/a', 'a/', '-a/b', 'a/.b', 'a/b-', 'a/b.git'];
    for (const name of [
      ...names,
      'a/b--c',
      'a/b..c',
      'a b/c',
      'é/b',
      `${long}/b`,
      'https://hf.co/a/b',
      'file:///none',
    ]) {
      await rejects(repositoryFile(name, 'config.json', { hubUrl: nowhere }), {
        name: 'ParameterError',
        message: /neither a folder nor the name of a repository/,
      });
    }
    await rejects(repositoryFile('file://elsewhere/a', 'config.json'), { name: 'ParameterError' });
    await writeFile(path.join(cache.home, 'model.bin'), '');
    await rejects(repositoryFile(path.join(cache.home, 'model.bin'), 'config.json'), /is a file, not a folder/);
    for (const name of ['gpt2', 'a/b', 'A_1.x-y/B-2_z.w', '0/0']) {
      await rejects(repositoryFile(name, 'config.json', { hubUrl: nowhere }), { name: 'HubError' });
    }
  });

  it('refuses names of files and revisions that lead out of the folder', async () => {
    const wrong = [
      '',
      '.',
      '..',
      '../a',
      'a/../../b',
      '/etc/passwd',
      'a//b',
      'a/',
      'a\\..\\b',
      'C:a',
      'c:/a',
      'a\0b',
      'a\n',
    ];
    for (const name of wrong) {
      for (const where of [ID, cache.home]) {
        await rejects(repositoryFile(where, name), { name: 'ParameterError', message: /^file is '/ });
      }
      await rejects(repositoryFile(ID, 'config.json', { revision: name }), { message: /^revision is '/ });
    }
    for (const name of ['x'.repeat(400), `data/${'音'.repeat(86)}.wav`]) {
      await rejects(repositoryFile(ID, name), { name: 'ParameterError', message: /of names of at most 255 bytes$/ });
      await rejects(repositoryFile(ID, 'a', { revision: name }), { name: 'ParameterError', message: /^revision is/ });
    }
    await rejects(repositoryFile(ID, 'a', { repoType: 'space' as 'model' }), { message: /repoType is 'space'/ });
  });

  it('keeps a file whose name is as long as names can be', async () => {
    const name = `data/${'音'.repeat(83)}.wav`;
    await withFiles({ [name]: CONFIG }, async () => {
      ok((await readFile((await repositoryFile(ID, name))!)).equals(Buffer.from(CONFIG)));
    });
  });

  it('refuses a commit or checksum that leads out of the cache', async () => {
    for (const header of ['X-Repo-Commit', 'ETag']) {
      await withHub(async (hub) => {
        hub.instead(
          () => true,
          ({ response }) => {
            const usual = { 'X-Repo-Commit': 'a'.repeat(40), ETag: '"abc"' };
            response.writeHead(200, { ...usual, [header]: values.shift() }).end();
          },
        );
        const values = ['../../../x', '..', 'a/b', 'a\\b', '.hidden', 'x'.repeat(300), ''];
        while (values.length > 0) {
          await rejects(repositoryFile(ID, 'config.json', { hubUrl: hub.url }), { name: 'HubError' });
        }
      });
    }
    deepEqual(await tree(cache.home), []);
  });

  it('says of a server that is no Hub that it is none', async () => {
    await withHub(async (hub) => {
      hub.instead(
        () => true,
        ({ response }) => response.end('<html>Please log in to the network</html>'),
      );
      await rejects(repositoryFile(ID, 'config.json', { hubUrl: hub.url }), {
        name: 'HubError',
        message: /answers 200 without ETag, as no Hub does.*HF_ENDPOINT/,
      });
    });
  });

  it('says which folder cannot keep a file, and what to set', async () => {
    await writeFile(cache.hub, 'a file in the way');
    await rejects(
      withFiles({ 'config.json': CONFIG }, async () => void (await repositoryFile(ID, 'config.json'))),
      (error: Error) => {
        equal(error.name, 'HubError');
        match(error.message, /config\.json cannot be kept in .*models--ntu-spml--distilhubert: ENOTDIR.*Set HF_HOME/);
        return true;
      },
    );
  });

  async function withFiles(files: Record<string, string>, use: (hub: HubServer) => Promise<void>): Promise<string> {
    let commit = '';
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      commit = hub.commit(ID, files);
      await use(hub);
    });
    return commit;
  }
});
