import { deepEqual, equal, rejects } from 'node:assert/strict';
import { HubError } from 'onpa';
import { repositoryFiles } from 'onpa/dist/hub/download/repository-files.js';
import { withHub } from './running-hub.js';
import { refuse, TOKEN } from './server.js';
import { ownCache, tree } from './surroundings.js';

const ID = 'marsyas/gtzan';
const PARQUET = 'refs/convert/parquet';

describe('repositoryFiles', () => {
  const cache = ownCache();

  it('names the commit and the files of a revision, and notes the commit in the cache', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      hub.commit(ID, { 'README.md': 'words' }, { type: 'dataset' });
      const files = { 'default/train/0000.parquet': 'a', 'default/train/0001.parquet': 'b' };
      const commit = hub.commit(ID, files, { type: 'dataset', revision: PARQUET });
      const found = await repositoryFiles(ID, { repoType: 'dataset', revision: PARQUET });
      deepEqual([found.commit, found.files], [commit, Object.keys(files)]);
      deepEqual((await repositoryFiles(ID, { repoType: 'dataset' })).files, ['README.md']);
      deepEqual(await tree(cache.hub), [
        'datasets--marsyas--gtzan/refs/main',
        `datasets--marsyas--gtzan/refs/${PARQUET}`,
      ]);
    });
  });

  it('tells a revision that there is not from a repository that there is not', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      hub.commit(ID, { 'README.md': 'words' }, { type: 'dataset' });
      const { commit, files } = await repositoryFiles(ID, { repoType: 'dataset', revision: PARQUET });
      deepEqual([commit, files], [undefined, undefined]);
      await rejects(
        repositoryFiles('no/such', { repoType: 'dataset' }),
        /There is no folder and no dataset 'no\/such'/,
      );
    });
  });

  it('sends the token, and asks again where an error may pass', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      hub.commit('me/private', { 'a.txt': 'a' }, { type: 'dataset', access: 'private' });
      hub.instead(
        ({ path }) => path.startsWith('/api/'),
        (exchange) => refuse(exchange, 503),
        2,
      );
      const options = { repoType: 'dataset', accessToken: TOKEN } as const;
      deepEqual((await repositoryFiles('me/private', options)).files, ['a.txt']);
      equal(hub.seen.length, 3);
    });
  });

  it('refuses an answer that is none of a Hub', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      for (const answer of ['<html>log in</html>', '{}', '{"sha": "../..", "siblings": []}']) {
        hub.instead(
          () => true,
          ({ response }) => response.end(answer),
          1,
        );
        await rejects(repositoryFiles(ID, { repoType: 'dataset' }), (error: Error) => {
          return error instanceof HubError && error.message.includes('answers with no list of files, as no Hub does');
        });
      }
    });
  });
});
