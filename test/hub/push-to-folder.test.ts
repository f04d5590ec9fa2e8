import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { pushFiles } from 'onpa/dist/hub/push/push-files.js';
import { TOKEN } from './server.js';
import { fill, ID, PATHS } from './server-push.js';
import { ownCache, tree } from './surroundings.js';

describe('a push into a folder', () => {
  const cache = ownCache();
  const inside = (...names: string[]): string => path.join(cache.home, ...names);
  const noRoom = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write' });

  it('writes what a commit would have, into a folder that it makes, without a token', async () => {
    process.env.HF_HUB_OFFLINE = '1';
    const folder = inside('made', 'for it');
    const repoUrl = pathToFileURL(folder).href;
    const info = { repoUrl, commitMessage: 'Upload files', files: PATHS };
    deepEqual(await pushFiles(ID, fill, { folder }), info);
    deepEqual(await tree(folder), PATHS);
    deepEqual(await pushFiles('model', fill, { folder: repoUrl }), info);
    deepEqual(
      await tree(cache.home),
      PATHS.map((name) => `made/for it/${name}`),
    );
  });

  it('lays its files over what is there, and keeps the rest', async () => {
    const folder = inside('there');
    await fill(folder, { 'README.md': 'words', 'config.json': 'old', 'runs/before/log': 'old' });
    await pushFiles(ID, fill, { folder });
    deepEqual(await tree(folder), [...PATHS, 'README.md', 'runs/before/log'].sort());
    equal(await readFile(path.join(folder, 'config.json'), 'utf8'), '{"a": 1}\n');
  });

  it('leaves the folder as it was where something goes wrong before all is written', async () => {
    const folder = inside('there');
    await fill(folder, { 'config.json': 'old' });
    const bug = new RangeError('a bug');
    const faults: [fault: Error | undefined, files: Parameters<typeof fill>[1], expected: object][] = [
      [noRoom(), undefined, { name: 'ParameterError', message: /^folder is .*ENOSPC.*with room/ }],
      [bug, undefined, bug],
      [undefined, {}, { name: 'ParameterError', message: /no files to push/ }],
    ];
    for (const target of [folder, inside('new', 'one')]) {
      for (const [fault, files, expected] of faults) {
        const write = async (to: string) => {
          await fill(to, files);
          if (fault) throw fault;
        };
        await rejects(pushFiles(ID, write, { folder: target }), expected);
        deepEqual(await tree(cache.home), ['there/config.json']);
      }
    }
    const stop = new AbortController();
    const write = (to: string) => fill(to).then(() => stop.abort());
    await rejects(pushFiles(ID, write, { folder, signal: stop.signal }), { name: 'HubError', message: /was stopped/ });
    deepEqual(await tree(cache.home), ['there/config.json']);
    equal(await readFile(path.join(folder, 'config.json'), 'utf8'), 'old');
    await rejects(stat(inside('new')), { code: 'ENOENT' });
  });

  it('says so where there is no place for a file, before it moves any', async () => {
    for (const name of ['model.safetensors/x', 'runs']) {
      const folder = inside(name.slice(0, 4));
      await fill(folder, { [name]: 'in the way', 'config.json': 'old' });
      await rejects(pushFiles(ID, fill, { folder }), { name: 'ParameterError', message: /^folder is '.*(model|runs)/ });
      deepEqual(await tree(folder), ['config.json', name]);
      equal(await readFile(path.join(folder, 'config.json'), 'utf8'), 'old');
    }
  });

  it('says so where the folder is a file, or cannot be made', async () => {
    await writeFile(inside('file'), 'text');
    for (const folder of [inside('file'), inside('file', 'below')]) {
      let written = false;
      const write = async () => {
        written = true;
      };
      await rejects(pushFiles(ID, write, { folder, accessToken: TOKEN }), (error: Error) => {
        ok(!inspect(error, { depth: 9, showHidden: true }).includes(TOKEN));
        ok(/^folder is '.*file.*', which cannot be written to: .*; give a folder of yours/.test(error.message));
        return error.name === 'ParameterError';
      });
      equal(written, false);
    }
    await rejects(pushFiles('not a name', fill, { folder: inside('new') }), { name: 'ParameterError' });
    deepEqual(await tree(cache.home), ['file']);
  });

  it('has no token in what it writes', async () => {
    process.env.HF_TOKEN = TOKEN;
    const folder = inside('made');
    await mkdir(folder);
    const info = await pushFiles(ID, fill, { folder, accessToken: TOKEN });
    ok(!inspect(info, { depth: 9 }).includes(TOKEN));
    for (const name of await tree(cache.home)) ok(!(await readFile(inside(name))).includes(TOKEN));
  });
});
