import { deepEqual, equal } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pushFiles } from 'onpa/dist/hub/push-files.js';
import { repositoryFile } from 'onpa/dist/hub/repository-file.js';
import { TOKEN, withHub } from './server.js';
import { ownCache } from './surroundings.js';

const ID = 'me/model';
const WEIGHTS = randomBytes(1_000_000);

async function write(folder: string): Promise<void> {
  await writeFile(path.join(folder, 'model.safetensors'), WEIGHTS);
  await writeFile(path.join(folder, 'config.json'), '{"a": 1}\n');
  await mkdir(path.join(folder, 'runs'));
  await writeFile(path.join(folder, 'runs', 'events.out.tfevents.1'), 'log');
}

describe('a push', () => {
  ownCache();

  it('makes the repository and one commit, which reads back', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const info = await pushFiles(ID, write, { accessToken: TOKEN, commitMessage: 'First' });
      const repository = hub.find('model', ID)!;
      deepEqual(
        repository.history.map(({ title }) => title),
        ['initial commit', 'First'],
      );
      equal(info.oid, repository.refs.get('main'));
      deepEqual(await readFile((await repositoryFile(ID, 'model.safetensors'))!), WEIGHTS);
    });
  });
});
