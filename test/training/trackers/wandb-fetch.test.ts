import { deepEqual, equal, match } from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { wandbFetch } from 'onpa/dist/training/trackers/wandb-fetch.js';
import { withServer } from '../../audio/server.js';
import { API_KEY } from './wandb-server.js';

const headers = {
  Authorization: `Basic ${Buffer.from(`api:${API_KEY}`).toString('base64')}`,
  'Content-Type': 'application/json',
};

describe('the client for Weights & Biases', () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it(`tells another port nothing where the server answers ${status}`, async () => {
      const asked: IncomingMessage[] = [];
      await withServer(
        (request, response) => {
          asked.push(request);
          response.end('{}');
        },
        async (elsewhere) => {
          await withServer(
            (_, response) => response.writeHead(status, { Location: `${elsewhere}/graphql` }).end(),
            async (url) => {
              for (const init of [{ method: 'POST', body: '{}', headers }, { headers }]) {
                const error = await wandbFetch(`${url}/graphql`, init).catch((reason: Error) => reason);
                match(String(error), new RegExp(`sends to ${elsewhere}, which does not get the key`));
              }
            },
          );
        },
      );
      deepEqual(asked, []);
    });
  }

  it('goes on within the server with all that was said, or not at all', async () => {
    const said: string[] = [];
    await withServer(
      async (request, response) => {
        const status = Number(request.url!.slice(1));
        said.push(`${request.url} ${request.headers.authorization?.slice(0, 5)} ${await text(request)}`);
        if (status) response.writeHead(status, { Location: '/end' }).end();
        else response.end('done');
      },
      async (url) => {
        const post = (status: number) => wandbFetch(`${url}/${status}`, { method: 'POST', body: '{}', headers });
        equal(await (await post(308)).text(), 'done');
        match(String(await post(302).catch((error: Error) => error)), /answers 302, with which a request loses/);
      },
    );
    deepEqual(said, ['/308 Basic {}', '/end Basic {}', '/302 Basic {}']);
  });
});
