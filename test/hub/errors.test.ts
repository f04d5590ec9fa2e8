import { equal, match, ok, rejects } from 'node:assert/strict';
import { inspect } from 'node:util';
import { HubError } from 'onpa';
import { repositoryFile } from 'onpa/dist/hub/download/repository-file.js';
import { withHub } from './running-hub.js';
import { type HubServer, OTHER_TOKEN, type Seen, TOKEN } from './server.js';
import { ownCache } from './surroundings.js';

const ID = 'owner/model';
const all = (): boolean => true;

describe('an error of the Hub', () => {
  ownCache();

  /** The message of the error that the Hub's answer ends in. */
  async function messageOf(hub: HubServer, accessToken?: string, revision?: string): Promise<string> {
    const options = { hubUrl: hub.url, accessToken, revision };
    const error = await repositoryFile(ID, 'config.json', options).then(
      () => new Error('no error'),
      (error: Error) => error,
    );
    ok(error instanceof HubError);
    equal(error.name, 'HubError');
    match(error.message, /^owner\/model: config\.json/);
    if (accessToken) ok(!inspect(error, { depth: 9, showHidden: true }).includes(accessToken));
    return error.message;
  }

  it('for a repository that there is not, or that is private, says to check the name and to log in', async () => {
    await withHub(async (hub) => {
      match(
        await messageOf(hub),
        /answers 401 RepoNotFound \(Repository not found\).*no folder and no model 'owner\/model', or it is private.*HF_TOKEN.*hf auth login/,
      );
      match(
        await messageOf(hub, TOKEN),
        /answers 404 RepoNotFound.*check that your access token is valid and may read it/,
      );
      hub.commit(ID, { 'config.json': '{}' }, { access: 'private' });
      match(await messageOf(hub), /401 RepoNotFound/);
      match(await messageOf(hub, OTHER_TOKEN), /404 RepoNotFound/);
    });
  });

  it('for a gated repository says where to accept its conditions', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'config.json': '{}' }, { access: 'gated' });
      match(
        await messageOf(hub),
        new RegExp(`401 GatedRepo.*accept its conditions at ${hub.url}/owner/model, then set HF_TOKEN`),
      );
      match(
        await messageOf(hub, OTHER_TOKEN),
        new RegExp(`403 GatedRepo.*accept its conditions at ${hub.url}/owner/model, and wait for the owner`),
      );
      ok(await repositoryFile(ID, 'config.json', { hubUrl: hub.url, accessToken: TOKEN }));
    });
  });

  it('for a token that is not valid says so', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'config.json': '{}' });
      match(await messageOf(hub, 'hf_wrong'), /401 \(Invalid credentials.*check that your access token is valid/);
    });
  });

  it('for a revision that there is not names it', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'config.json': '{}' });
      match(
        await messageOf(hub, undefined, 'v9'),
        /\(revision v9\): .*404 RevisionNotFound.*There is no revision 'v9': give a branch, a tag or a commit/,
      );
    });
  });

  it('names the status and what to do, after a few tries where it may pass', async () => {
    const cases: [number, RegExp, number][] = [
      [400, /answers 400\. Check that HF_ENDPOINT/, 1],
      [403, /answers 403\. Check at .* who may read it/, 1],
      [404, /answers 404\. Check the name/, 1],
      [408, /answers 408\. Try again later/, 4],
      [429, /answers 429\. Wait a while; with an access token more is allowed/, 4],
      [500, /answers 500\. Try again later/, 4],
      [503, /answers 503\. Try again later/, 4],
    ];
    for (const [status, message, requests] of cases) {
      await withHub(async (hub) => {
        hub.instead(all, ({ response }) => response.writeHead(status).end());
        match(await messageOf(hub), message);
        equal(hub.seen.length, requests);
      });
    }
  });

  it('may pass', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'config.json': '{}' });
      hub.instead(all, ({ response }) => response.writeHead(502).end(), 2);
      hub.instead(all, ({ response }) => response.destroy(), 1);
      ok(await repositoryFile(ID, 'config.json', { hubUrl: hub.url }));
    });
  });

  it('is one also where the file itself is refused', async () => {
    await withHub(async (hub) => {
      hub.commit(ID, { 'config.json': '{}' });
      hub.instead(
        ({ method }) => method === 'GET',
        ({ response }) => response.writeHead(403, { 'X-Error-Message': 'Access is disabled.' }).end(),
      );
      match(await messageOf(hub), /answers 403 \(Access is disabled\.\)/);
      equal(hub.seen.filter(({ method }) => method === 'GET').length, 1);
    });
  });

  it('ends redirects in a circle, and those to nowhere', async () => {
    await withHub(async (hub) => {
      hub.instead(all, ({ response, request }) => response.writeHead(307, { Location: request.url }).end());
      match(await messageOf(hub), /redirects in circles/);
      for (const Location of [
        'gopher://elsewhere/a',
        'file:///etc/hostname',
        'data:text/plain,weights',
        'http://[',
        'http://',
      ]) {
        hub.instead(all, ({ response }) => response.writeHead(307, { Location }).end());
        match(
          await messageOf(hub),
          /config\.json: 127\S+ sends to an address that is none of the web \(its Location begins '.+'\)/,
        );
      }
    });
  });

  describe('and the token', () => {
    const authorized = ({ headers }: Seen): boolean => headers.authorization !== undefined;

    it('goes to the Hub with each request, and to no other server that it redirects to', async () => {
      await withHub(async (hub) => {
        hub.commit(ID, { 'config.json': '{}', 'model.bin': 'weights' }, { access: 'private' });
        for (const file of ['config.json', 'model.bin']) {
          ok(await repositoryFile(ID, file, { hubUrl: hub.url, accessToken: TOKEN }));
        }
        const [ours, theirs] = ['hub', 'cdn'].map((name) => hub.seen.filter(({ server }) => server === name));
        ok(ours.length > 0 && ours.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`));
        ok(theirs.length > 0 && !theirs.some(authorized));
      });
    });

    it('does not come along where a mirror redirects the question itself to another server', async () => {
      await withHub(async (hub) => {
        hub.commit(ID, { 'config.json': '{}' });
        await withHub(async (mirror) => {
          mirror.instead(all, ({ response, seen }) => response.writeHead(302, { Location: hub.url + seen.path }).end());
          ok(await repositoryFile(ID, 'config.json', { hubUrl: mirror.url, accessToken: TOKEN }));
          ok(mirror.seen.every(authorized));
        });
        ok(hub.seen.length > 0 && !hub.seen.some(authorized));
      });
    });

    it('is in no message, even if the server says it', async () => {
      await withHub(async (hub) => {
        hub.instead(all, ({ response, request }) => {
          const message = `${request.headers.authorization} may not`;
          response.writeHead(403, { 'X-Error-Message': message }).end(message);
        });
        match(await messageOf(hub, TOKEN), /\(Bearer … may not\)/);
      });
      await withHub(async (hub) => {
        await hub.stop();
        match(await messageOf(hub, TOKEN), /ECONNREFUSED/);
      });
      for (const token of [`${TOKEN} x`, `${TOKEN}\u00e9`, `${TOKEN}\u0000`]) {
        await rejects(repositoryFile(ID, 'config.json', { accessToken: token }), (error: Error) => {
          equal(error.name, 'ParameterError');
          return !inspect(error).includes(TOKEN);
        });
      }
    });

    it('is not part of the address', async () => {
      for (const hubUrl of ['http://me:secret@127.0.0.1', 'http://secret@127.0.0.1']) {
        await rejects(repositoryFile(ID, 'config.json', { hubUrl }), (error: Error) => {
          equal(error.name, 'ParameterError');
          return !inspect(error).includes('secret');
        });
      }
      for (const hubUrl of ['huggingface.co', 'ftp://huggingface.co', 'https://huggingface.co/?a', '']) {
        await rejects(repositoryFile(ID, 'config.json', { hubUrl }), { name: 'ParameterError', message: /hubUrl/ });
      }
    });
  });
});
