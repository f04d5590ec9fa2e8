import { equal, match, ok, rejects } from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { hfHubDownload, listRepoFiles, login, whoAmI } from 'onpa';
import { repositoryLicense } from 'onpa/dist/hub/download/repository-license.js';
import { withServer } from '../audio/server.js';
import { sendBomb, sendEndlessly } from '../endless.js';
import { withHub } from './running-hub.js';
import { type Exchange, TOKEN } from './server.js';
import { ID, STEPS, watched } from './server-push.js';
import { tree } from './surroundings.js';

const always = (): boolean => true;

describe('an answer of a hostile server', () => {
  const own = watched();

  const endless: Record<string, (exchange: Exchange) => void> = {
    'that does not end': ({ request, response }) => {
      request.resume();
      sendEndlessly(response);
    },
    'that becomes longer when it is unpacked': ({ request, response }) => {
      request.resume();
      sendBomb(response, 20_000_000);
    },
  };
  for (const [name, answer] of Object.entries(endless)) {
    it(`${name} is left, and named`, async () => {
      await withHub(async (hub) => {
        process.env.HF_ENDPOINT = hub.url;
        hub.instead(always, answer);
        for (const ask of [() => whoAmI({ accessToken: TOKEN }), () => login({ token: TOKEN })]) {
          await rejects(ask, { name: 'HubError', message: /whose it is: .* answers with more than 1048576 bytes/ });
        }
        match((await own.push(hub)).error?.message ?? '', /its creation: .* answers with more than 16777216 bytes/);
        equal(await repositoryLicense(ID, {}), undefined);
      });
    });
  }

  it('that does not end is left where the files of a repository are asked for', async () => {
    await withHub(async (hub) => {
      hub.instead(always, endless['that does not end']);
      const message = /its list of files: .* answers with more than 134217728 bytes/;
      await rejects(listRepoFiles(ID, { hubUrl: hub.url }), { name: 'HubError', message });
    });
  });

  it('that does not end is none of Kaggle’s secrets', async () => {
    await withServer(
      (request, response) => {
        request.resume();
        sendEndlessly(response);
      },
      async (url) => {
        Object.assign(process.env, { KAGGLE_USER_SECRETS_TOKEN: 'key', KAGGLE_URL_BASE: url });
        await rejects(login(), { name: 'HubError', message: /On Kaggle: Kaggle cannot be asked/ });
      },
    );
  });

  it('that is nested 200,000 deep is no answer', async () => {
    const nested = '['.repeat(200_000) + ']'.repeat(200_000);
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      hub.commit(ID, { 'README.md': 'words' });
      for (const text of [`{"sha": ${nested}, "name": ${nested}}`, '['.repeat(200_000)]) {
        hub.instead(always, ({ request, response }) => {
          request.resume();
          response.writeHead(200, { 'Content-Type': 'application/json' }).end(text);
        });
        await rejects(whoAmI({ accessToken: TOKEN }), { name: 'HubError', message: /does not say whose the token is/ });
        await rejects(listRepoFiles(ID), { name: 'HubError', message: /answers with no list of files/ });
        match((await own.push(hub)).error!.message, /does not answer as a Hub does/);
        hub.routes.shift();
      }
      for (const step of [STEPS['its files'], STEPS.preupload, STEPS.batch, STEPS.commit]) {
        hub.instead(step, ({ request, response }) => {
          request.resume();
          response.writeHead(403, { 'Content-Type': 'application/json' }).end(`{"error": ${nested}}`);
        });
        match((await own.push(hub)).error!.message, /answers 403/);
        hub.routes.shift();
      }
    });
  });

  it('may list 200,000 files', async () => {
    await withHub(async (hub) => {
      const siblings = Array.from({ length: 200_000 }, (_, i) => ({ rfilename: `data/train/${i}.wav` }));
      const text = JSON.stringify({ sha: 'a'.repeat(40), siblings });
      hub.instead(always, ({ response }) => response.end(text));
      equal((await listRepoFiles(ID, { hubUrl: hub.url })).length, 200_000);
    });
  });

  it('that lists names which are none writes nothing, and shows no more of them than is needed', async () => {
    const names = ['x'.repeat(400), 'a\0b', '../../up', 'a\\..\\b', '/etc/passwd', `\u001b[2J${TOKEN}`];
    await withHub(async (hub) => {
      const options = { hubUrl: hub.url, accessToken: TOKEN };
      hub.commit(ID, { 'README.md': 'words' });
      const siblings = names.map((rfilename) => ({ rfilename }));
      hub.instead(
        ({ path: place }) => place.includes('/revision/'),
        ({ response }) => response.end(JSON.stringify({ sha: 'a'.repeat(40), siblings })),
      );
      equal((await listRepoFiles(ID, options)).length, names.length);
      for (const name of names.slice(0, -1)) {
        await rejects(hfHubDownload(ID, name, options), {
          name: 'ParameterError',
          message: /^file is '.{0,100}'; give/,
        });
      }
      await rejects(hfHubDownload(ID, 'none', options), (error: Error) => {
        match(error.message, /has no file 'none'; there are .*x{60}… \(400 characters\)/);
        ok(!/\p{Cc}/u.test(error.message) && !error.message.includes(TOKEN));
        return true;
      });
    });
    await rm(path.join(own.home, 'temporary'), { recursive: true });
    ok((await tree(own.home)).every((name) => name.startsWith('hub/models--me--model/')));
  });
});
