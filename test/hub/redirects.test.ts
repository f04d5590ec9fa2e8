import { deepEqual, match, ok, rejects } from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { HubError, hfHubDownload, listRepoFiles, login, whoAmI } from 'onpa';
import { repositoryLicense } from 'onpa/dist/hub/download/repository-license.js';
import { withServer } from '../audio/server.js';
import { startHub } from './running-hub.js';
import type { Exchange, HubServer, Seen } from './server.js';
import { TOKEN } from './server.js';
import { ID, STEPS, WEIGHTS, watched } from './server-push.js';

/** What a server on another port was told. */
interface Told {
  method?: string;
  url?: string;
  headers: IncomingMessage['headers'];
  body: string;
}

const FILE = 'config.json';
const everything = (): boolean => true;

describe('a redirect to another port of the same host', () => {
  const own = watched();
  let hub: HubServer;
  beforeEach(async () => {
    hub = await startHub();
    process.env.HF_ENDPOINT = hub.url;
    hub.commit(ID, { [FILE]: '{}' }, { access: 'private' });
  });
  afterEach(() => hub.stop());

  /** Whatever is asked for by `act`, the Hub sends it elsewhere. Returns what was said there. */
  async function sent(status: number, matches: (seen: Seen) => boolean, act: () => Promise<unknown>): Promise<Told[]> {
    const told: Told[] = [];
    await withServer(
      async (request, response) => {
        const { method, url, headers } = request;
        told.push({ method, url, headers, body: await text(request) });
        response.setHeader('Set-Cookie', 'session=1');
        response.end('{}');
      },
      async (elsewhere) => {
        const redirect = async ({ request, response, seen }: Exchange) => {
          request.resume();
          response.setHeader('Set-Cookie', 'session=secret');
          response.writeHead(status, { Location: elsewhere + seen.path }).end();
        };
        hub.instead(matches, redirect);
        const error = await act().catch((reason: Error) => reason);
        if (error instanceof Error) ok(error instanceof HubError, String(error));
        hub.routes.shift();
      },
    );
    return told;
  }

  function requireNoCredentials(told: Told[]): void {
    for (const { method, url, headers, body } of told) {
      const allowed = ['host', 'connection', 'accept', 'accept-encoding', 'accept-language', 'user-agent'];
      const more = ['sec-fetch-mode', 'range', 'if-range', 'content-type', 'content-length'];
      deepEqual(
        Object.keys(headers).filter((name) => ![...allowed, ...more].includes(name)),
        [],
        `${method} ${url}`,
      );
      ok(!(url + JSON.stringify(headers) + body).includes(TOKEN));
      deepEqual(body, '');
    }
  }

  const clients: Record<string, () => Promise<unknown>> = {
    whoAmI: () => whoAmI({ accessToken: TOKEN }),
    login: () => login({ token: TOKEN }),
    'a list of files': () => listRepoFiles(ID, { accessToken: TOKEN }),
    'a download': () => hfHubDownload(ID, FILE, { accessToken: TOKEN }),
    'a licence': () => repositoryLicense(ID, { accessToken: TOKEN }),
    'a push': () => own.push(hub),
  };
  for (const [name, act] of Object.entries(clients)) {
    it(`takes no credential of ${name} along`, async () => {
      for (const status of [301, 302, 303, 307, 308]) {
        requireNoCredentials(await sent(status, everything, act));
        await rm(path.join(own.home, 'hub'), { recursive: true, force: true });
      }
    });
  }

  for (const [name, step] of Object.entries(STEPS)) {
    it(`takes neither token nor files along in the step '${name}' of a push`, async () => {
      for (const status of [302, 307]) {
        let message = '';
        const told = await sent(status, step, async () => {
          message = (await own.push(hub)).error?.message ?? '';
        });
        requireNoCredentials(told);
        // What only reads may read elsewhere; what writes says so.
        if (name !== 'head') match(message, /sends to|sends an upload to another address|answers 302/);
      }
    });
  }

  it('takes nothing along where the parts of an upload are put together', async () => {
    hub.partSize = 400_000;
    const told = await sent(
      307,
      ({ path: place }) => place.startsWith('/api/complete_multipart'),
      async () => match((await own.push(hub)).error?.message ?? '', /sends to .*neither the token nor the files/),
    );
    deepEqual(told, []);
    ok(WEIGHTS.length > hub.partSize);
  });

  it('is followed to the content of a file, without the token', async () => {
    const told = await sent(302, ({ method }) => method === 'GET', clients['a download']);
    ok(told.length > 0);
    requireNoCredentials(told);
  });

  it('that names a user takes no name and no password along', async () => {
    await withServer(
      (request, response) => {
        ok(request.headers.authorization === undefined);
        response.end();
      },
      async (elsewhere) => {
        const location = elsewhere.replace('//', '//user:password@');
        hub.instead(everything, ({ response }) => response.writeHead(302, { Location: location }).end());
        await rejects(listRepoFiles(ID, { accessToken: TOKEN }), { name: 'HubError', message: /no list of files/ });
      },
    );
  });
});
