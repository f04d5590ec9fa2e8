import { equal, rejects } from 'node:assert/strict';
import path from 'node:path';
import { HubError, loadDataset } from 'onpa';
import { withHub } from '../hub/running-hub.js';
import { ownCache } from '../hub/surroundings.js';
import { ownUnpacked } from './folders.js';

describe('loadDataset of a path that looks like a folder, and is none', () => {
  ownCache();
  ownUnpacked();

  const named = (start: RegExp) => (error: Error) => {
    equal(error instanceof HubError, true);
    equal(start.test(error.message), true, error.message);
    equal(error.message.endsWith(`. Nor is there a folder ${path.resolve('data/x')}`), true, error.message);
    return true;
  };

  it('names the repository and the folder: there is neither', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      await rejects(loadDataset('data/x'), named(/data\/x/));
    });
  });

  it('names both where there is no connection', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      await hub.stop();
      await rejects(loadDataset('data/x'), named(/data\/x/));
    });
    process.env.HF_HUB_OFFLINE = '1';
    await rejects(loadDataset('data/x'), named(/data\/x/));
  });
});
