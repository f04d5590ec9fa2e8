import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { repositoryFile } from 'onpa/dist/hub/download/repository-file.js';
import { pushFiles } from 'onpa/dist/hub/push/push-files.js';
import { withHub } from './running-hub.js';
import { type HubServer, refuse, TOKEN } from './server.js';
import { fill, ID, PATHS, STEPS, WEIGHTS, watched } from './server-push.js';
import { bodyOf } from './server-writes.js';

describe('a push', () => {
  const { push } = watched();
  const titles = (hub: HubServer): string[] => hub.find('model', ID)!.history.map(({ title }) => title);

  it('makes the repository, and one commit that reads back', async () => {
    await withHub(async (hub) => {
      const { info, output } = await push(hub, { commitMessage: 'First', commitDescription: 'Of\ntwo lines' });
      const { refs, history, access } = hub.find('model', ID)!;
      equal(access, 'public');
      deepEqual(titles(hub), ['initial commit', 'First']);
      equal(history[1].description, 'Of\ntwo lines');
      const oid = refs.get('main')!;
      deepEqual(info, {
        repoUrl: `${hub.url}/${ID}`,
        commitUrl: `${hub.url}/${ID}/commit/${oid}`,
        oid,
        commitMessage: 'First',
        files: PATHS,
      });
      equal(output, '');
      process.env.HF_ENDPOINT = hub.url;
      deepEqual(await readFile((await repositoryFile(ID, 'model.safetensors'))!), WEIGHTS);
      equal(await readFile((await repositoryFile(ID, 'runs/now/events.out.tfevents.1'))!, 'utf8'), 'the log');
    });
  });

  it('keeps the files of the repository that it does not push, and what it is', async () => {
    await withHub(async (hub) => {
      const files = { 'README.md': 'words', 'config.json': 'of before' };
      hub.commit(ID, files, { access: 'private' });
      await push(hub, { private: false });
      const { commits, refs, access } = hub.find('model', ID)!;
      deepEqual([...commits.get(refs.get('main')!)!.keys()].sort(), ['README.md', ...PATHS].sort());
      equal(access, 'private');
    });
  });

  it('goes to a repository of the user’s own where only its name is given', async () => {
    await withHub(async (hub) => {
      const { info } = await push(hub, { repoId: 'model' });
      equal(info!.repoUrl, `${hub.url}/owner/model`);
      deepEqual([...hub.find('model', 'owner/model')!.commits.get(info!.oid!)!.keys()].slice(1), PATHS);
      hub.instead(
        ({ path }) => path === '/api/whoami-v2',
        (exchange) => refuse(exchange, 503),
      );
      match((await push(hub, { repoId: 'model' })).error!.message, /answers 503/);
      hub.routes.shift();
      hub.instead(
        ({ path }) => path === '/api/whoami-v2',
        ({ response }) => response.end('{"name": "../../somebody"}'),
      );
      match((await push(hub, { repoId: 'model' })).error!.message, /that of '\.\.\/\.\.\/somebody', which no user/);
      hub.routes.shift();
      process.env.HF_TOKEN = 'hf_wrong';
      await rejects(pushFiles('model', fill, { hubUrl: hub.url }), /The access token \(HF_TOKEN\) is not valid here/);
    });
  });

  it('makes a private repository where that is asked for', async () => {
    await withHub(async (hub) => {
      await push(hub, { private: true });
      equal(hub.find('model', ID)!.access, 'private');
    });
  });

  it('makes the branch that it is for, and leaves the others', async () => {
    await withHub(async (hub) => {
      const main = hub.commit(ID, { 'README.md': 'words' });
      for (const name of ['first', 'second']) {
        const write = (folder: string) => fill(folder, { 'notes.txt': name });
        await push(hub, { revision: 'experiments/a', commitMessage: name, write });
      }
      const { refs, commits } = hub.find('model', ID)!;
      equal(refs.get('main'), main);
      deepEqual([...commits.get(refs.get('experiments/a')!)!.keys()], ['README.md', 'notes.txt']);
      deepEqual(titles(hub), ['a commit', 'first', 'second']);
    });
  });

  it('makes no commit where the branch has it all, and names the one that is there', async () => {
    await withHub(async (hub) => {
      const { info } = await push(hub);
      const before = hub.seen.length;
      const again = await push(hub, { commitMessage: 'Again' });
      deepEqual(again.info, { ...info, commitMessage: 'Again' });
      deepEqual(titles(hub), ['initial commit', 'Upload files']);
      ok(!hub.seen.slice(before).some(({ path }) => path.includes('/preupload/')));
      const changed = Buffer.from(WEIGHTS);
      changed[0] ^= 1;
      await push(hub, { write: (folder) => fill(folder, { 'model.safetensors': changed }) });
      await push(hub, { write: (folder) => fill(folder, { 'config.json': '{"a": 2}\n' }) });
      equal(titles(hub).length, 4);
    });
  });

  it('works where the token may write to the repository, and not make one', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'README.md': 'words' });
      hub.instead(STEPS.create, async (exchange) => {
        await bodyOf(exchange);
        exchange.response.writeHead(403).end();
      });
      const { info } = await push(hub);
      equal(info!.oid, hub.find('model', ID)!.refs.get('main'));
    });
  });

  it('sends a large file in parts where the Hub wants it so', async () => {
    await withHub(async (hub) => {
      hub.partSize = 300_000;
      const { info } = await push(hub);
      const sizes = hub.seen.filter(STEPS.upload).map(({ headers }) => Number(headers['content-length']));
      deepEqual(
        sizes.sort((a, b) => b - a),
        [300_000, 300_000, 300_000, 100_000, 7],
      );
      const { bytes } = hub.find('model', ID)!.commits.get(info!.oid!)!.get('model.safetensors')!;
      ok(bytes.equals(WEIGHTS));
    });
  });

  it('sends empty files, and those with names that need care', async () => {
    await withHub(async (hub) => {
      const files = { 'empty.txt': '', 'empty.bin': '', 'a b/ü#?%41.txt': 'text' };
      const { info } = await push(hub, { write: (folder) => fill(folder, files) });
      const stored = hub.find('model', ID)!.commits.get(info!.oid!)!;
      for (const [name, text] of Object.entries(files)) equal(String(stored.get(name)?.bytes), text, name);
      deepEqual((await push(hub, { write: (folder) => fill(folder, files) })).info, info);
    });
  });

  it('reads large files piece by piece', async () => {
    await withHub(async (hub) => {
      const script = path.join(__dirname, 'push-process.js');
      const env = { ...process.env, HF_ENDPOINT: hub.url, HF_TOKEN: TOKEN, HF_HUB_DISABLE_PROGRESS_BARS: '1' };
      const { stdout } = await promisify(execFile)(process.execPath, [script, ID, '120000000'], { env });
      ok(Number(stdout) < 90e6, `${Number(stdout) / 1e6} MB for a file of 120 MB`);
      equal(hub.find('model', ID)!.history.length, 2);
    });
  });

  it('shows one bar for all large files where it takes long, unless HF_HUB_DISABLE_PROGRESS_BARS forbids', async () => {
    for (const disabled of ['', '1']) {
      process.env.HF_HUB_DISABLE_PROGRESS_BARS = disabled;
      await withHub(async (hub) => {
        const { now } = performance;
        let time = 0;
        performance.now = () => (time += 1000);
        try {
          const { output } = await push(hub);
          if (disabled) equal(output, '');
          else match(output, /^Upload to me\/model 1\.0 MB in 0:\d\d, .* MB\/s\n$/);
        } finally {
          performance.now = now;
        }
      });
    }
  });

  it('is refused before any request where the names are none, or there is nothing to push', async () => {
    await withHub(async (hub) => {
      const options = { hubUrl: hub.url, accessToken: TOKEN };
      const nothing = async () => {};
      for (const id of ['', 'a/b/c', '../b', 'a b/c', 'https://huggingface.co/a/b']) {
        await rejects(pushFiles(id, nothing, options), {
          name: 'ParameterError',
          message: /repoId is .*'owner\/name'/,
        });
      }
      for (const revision of ['', 'a/../b', 'f'.repeat(40)]) {
        await rejects(pushFiles(ID, nothing, { ...options, revision }), {
          name: 'ParameterError',
          message: /revision is .*give the name of a branch/,
        });
      }
      await rejects(pushFiles(ID, fill, { ...options, commitMessage: ' ' }), {
        name: 'ParameterError',
        message: /commitMessage is empty/,
      });
      await rejects(pushFiles(ID, nothing, options), { name: 'ParameterError', message: /no files to push/ });
      for (const name of ['.git/config', 'a\nb', 'a\\b']) {
        await rejects(
          pushFiles(ID, (folder) => fill(folder, { [name]: 'x' }), options),
          { name: 'ParameterError' },
        );
      }
      equal(hub.seen.length, 0);
    });
  });

  it('says what went wrong where the files are written, and leaves nothing of them', async () => {
    await withHub(async (hub) => {
      const write = async (folder: string) => {
        await fill(folder);
        const error = new Error('ENOSPC: no space left on device, write');
        throw Object.assign(error, { code: 'ENOSPC', syscall: 'write' });
      };
      const { error } = await push(hub, { write });
      match(error!.message, /^me\/model: no room for the files in .*ENOSPC.*Set TMPDIR to another folder/);
      const bug = new RangeError('not a matter of the disk');
      await rejects(
        pushFiles(ID, () => Promise.reject(bug), { hubUrl: hub.url, accessToken: TOKEN }),
        bug,
      );
      equal(hub.seen.length, 0);
    });
  });

  it('is refused without a token, with where to get one', async () => {
    await withHub(async (hub) => {
      for (const id of [ID, 'model']) {
        await rejects(pushFiles(id, fill, { hubUrl: hub.url }), {
          name: 'HubError',
          message: new RegExp(`no access token.*role 'write' at ${hub.url}/settings/tokens`),
        });
      }
      equal(hub.seen.length, 0);
    });
  });

  it('is refused without network, with what to do instead', async () => {
    await withHub(async (hub) => {
      for (const name of ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE']) {
        process.env[name] = '1';
        match((await push(hub)).error!.message, /HF_HUB_OFFLINE.*unset it; the option 'folder' writes the files/);
        delete process.env[name];
      }
      equal(hub.seen.length, 0);
    });
  });

  it('says so where no Hub answers', async () => {
    const hub = await closed();
    const { error, waited } = await push(hub);
    match(
      error!.message,
      /^me\/model: its creation: no connection: 127.*ECONNREFUSED.*option 'folder' writes the files/,
    );
    deepEqual(waited, [1000, 2000, 4000]);
  });

  it('listens for Ctrl+C while it lasts', async () => {
    await withHub(async (hub) => {
      const before = process.listenerCount('SIGINT');
      let meanwhile = 0;
      hub.instead(STEPS.commit, () => {
        meanwhile = process.listenerCount('SIGINT');
        return false;
      });
      await push(hub);
      deepEqual([meanwhile, process.listenerCount('SIGINT')], [before + 1, before]);
    });
  });
});

/** A Hub that has gone. */
async function closed(): Promise<HubServer> {
  let gone: HubServer | undefined;
  await withHub(async (hub) => {
    gone = hub;
  });
  return gone!;
}
