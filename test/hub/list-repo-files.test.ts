import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HubError, hfHubDownload, listRepoFiles, ParameterError } from 'onpa';
import { withHub } from './running-hub.js';
import { ownCache } from './surroundings.js';

const ID = 'owner/model';

describe('a repository of the Hub and a folder of the same content', () => {
  const cache = ownCache();
  const files = { 'config.json': '{}', 'README.md': '# A model', 'runs/a/events.1': 'log' };

  async function folderOf(): Promise<string> {
    const folder = path.join(cache.home, 'model');
    await mkdir(path.join(folder, 'runs', 'a'), { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    return folder;
  }

  it('have the same list of files, sorted', async () => {
    const folder = await folderOf();
    await withHub(async (hub) => {
      hub.commit(ID, files);
      const expected = ['README.md', 'config.json', 'runs/a/events.1'];
      deepEqual(await listRepoFiles(ID, { hubUrl: hub.url }), expected);
      deepEqual(await listRepoFiles(folder), expected);
    });
  });

  it('give a file by its name, the folder’s own or one in the cache', async () => {
    const folder = await folderOf();
    await withHub(async (hub) => {
      hub.commit(ID, files);
      const path = await hfHubDownload(ID, 'README.md', { hubUrl: hub.url });
      equal(path.startsWith(cache.hub), true);
      equal(await readFile(path, 'utf8'), '# A model');
    });
    equal(await hfHubDownload(folder, 'config.json'), path.join(folder, 'config.json'));
  });

  it('name what there is where a file is missing', async () => {
    const folder = await folderOf();
    const message = /has no file 'a\.bin'; there are README\.md, config\.json, runs\/a\/events\.1$/;
    await rejects(hfHubDownload(folder, 'a.bin'), { name: 'HubError', message });
    await withHub(async (hub) => {
      hub.commit(ID, files);
      await rejects(hfHubDownload(ID, 'a.bin', { hubUrl: hub.url }), { name: 'HubError', message });
    });
  });

  it('leave what was downloaded before in its place when they are listed', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'config.json': '{"before": 1}' });
      const path = await hfHubDownload(ID, 'config.json', { hubUrl: hub.url });
      hub.commit(ID, files);
      equal((await listRepoFiles(ID, { hubUrl: hub.url })).length, 3);
      process.env.HF_HUB_OFFLINE = '1';
      equal(await hfHubDownload(ID, 'config.json'), path);
    });
  });

  it('are refused where there is none, before anything is asked', async () => {
    await rejects(listRepoFiles('no/such/folder'), ParameterError);
    await withHub(async (hub) => {
      await rejects(listRepoFiles('owner/none', { hubUrl: hub.url }), HubError);
      hub.commit(ID, files);
      await rejects(listRepoFiles(ID, { hubUrl: hub.url, revision: 'v9' }), /has no revision 'v9': give a branch/);
      const { length } = hub.seen;
      await rejects(listRepoFiles(ID, { hubUrl: hub.url, revision: '../main' }), ParameterError);
      process.env.HF_HUB_OFFLINE = '1';
      await rejects(listRepoFiles(ID, { hubUrl: hub.url }), /cannot be listed: HF_HUB_OFFLINE/);
      equal(hub.seen.length, length);
    });
  });
});
