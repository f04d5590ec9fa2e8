import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { HubError, type HubUser, login, ParameterError, whoAmI } from 'onpa';
import { findToken, keepForProcess } from 'onpa/dist/hub/login/token.js';
import { withServer } from '../audio/server.js';
import { withHub } from './running-hub.js';
import { type HubServer, OTHER_TOKEN, refuse, TOKEN } from './server.js';
import { listened } from './server-push.js';
import { ownCache } from './surroundings.js';

const KAGGLE_KEY = 'the.key.of.a.notebook';

/** A Kaggle that has these secrets, and what was asked of it. */
async function withKaggle(
  secrets: Record<string, string>,
  use: (asked: IncomingMessage[]) => Promise<void>,
): Promise<void> {
  const asked: IncomingMessage[] = [];
  await withServer(
    async (request, response) => {
      asked.push(request);
      const { Label } = (await json(request)) as { Label: string };
      const allowed = request.headers['x-kaggle-authorization'] === `Bearer ${KAGGLE_KEY}`;
      response.writeHead(allowed ? 200 : 401, { 'Content-Type': 'application/json' });
      const found = allowed && request.url === '/requests/GetUserSecretByLabelRequest' && Label in secrets;
      const none = { wasSuccessful: false, errors: [`No user secrets exist for kernel and label ${Label}`] };
      response.end(JSON.stringify(found ? { wasSuccessful: true, result: { secret: secrets[Label] } } : none));
    },
    async (url) => {
      Object.assign(process.env, { KAGGLE_USER_SECRETS_TOKEN: KAGGLE_KEY, KAGGLE_URL_BASE: url });
      await use(asked);
    },
  );
}

describe('login', () => {
  const cache = ownCache();
  const file = () => path.join(cache.home, 'token');

  /** Runs `use` with a Hub that the environment names. */
  const withOwnHub = (use: (hub: HubServer) => Promise<void>): Promise<void> =>
    withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      await use(hub);
    });

  it('says whose the token is', async () => {
    await withOwnHub(async () => {
      const owner: HubUser = { name: 'owner', fullName: 'The Owner', type: 'user', orgs: ['a-band'], role: 'write' };
      deepEqual(await login({ token: TOKEN }), owner);
      deepEqual(await whoAmI({ accessToken: TOKEN }), owner);
      equal((await whoAmI({ accessToken: OTHER_TOKEN })).role, 'read');
    });
  });

  it('takes the token given, then HF_TOKEN, then the one that is saved, then Kaggle’s', async () => {
    await withOwnHub(async () => {
      await withKaggle({ HF_TOKEN: TOKEN }, async (asked) => {
        await writeFile(file(), OTHER_TOKEN);
        equal((await login()).name, 'somebody');
        process.env.HF_TOKEN = TOKEN;
        equal((await login()).name, 'owner');
        equal((await login({ token: OTHER_TOKEN })).name, 'somebody');
        equal(asked.length, 0);
        keepForProcess(undefined);
        delete process.env.HF_TOKEN;
        await rm(file());
        equal((await login()).name, 'owner');
        equal(asked.length, 1);
      });
    });
  });

  it('keeps a token that is given where Python finds it, for its owner alone', async () => {
    await withOwnHub(async () => {
      await login({ token: ` ${TOKEN}\n` });
      equal(await readFile(file(), 'utf8'), TOKEN);
      equal((await stat(file())).mode & 0o777, 0o600);
      process.env.HF_TOKEN_PATH = path.join(cache.home, 'a', 'b', 'token');
      await login({ token: OTHER_TOKEN });
      equal(await readFile(process.env.HF_TOKEN_PATH, 'utf8'), OTHER_TOKEN);
    });
  });

  it('leaves the file as it is where the token was saved already, or stands in HF_TOKEN', async () => {
    await withOwnHub(async () => {
      await writeFile(file(), `${TOKEN}\n`);
      await login();
      await login({ token: TOKEN });
      equal(await readFile(file(), 'utf8'), `${TOKEN}\n`);
      process.env.HF_TOKEN = OTHER_TOKEN;
      await login();
      equal(await readFile(file(), 'utf8'), `${TOKEN}\n`);
    });
  });

  it('with a token goes before HF_TOKEN and the file until the process ends', async () => {
    await withOwnHub(async () => {
      process.env.HF_TOKEN = OTHER_TOKEN;
      await login({ token: TOKEN });
      equal(await findToken(), TOKEN);
      equal((await whoAmI()).name, 'owner');
      await writeFile(file(), OTHER_TOKEN);
      equal((await login()).name, 'owner');
      equal(await findToken(), TOKEN);
    });
  });

  it('forgets a token that the Hub takes no more, and goes on with the others', async () => {
    await withOwnHub(async (hub) => {
      process.env.HF_TOKEN = OTHER_TOKEN;
      await login({ token: TOKEN });
      hub.instead(
        () => true,
        (exchange) => refuse(exchange, 401),
        1,
      );
      await rejects(login(), { name: 'HubError', message: /The access token \(the one given to login\) is not valid/ });
      equal((await login()).name, 'somebody');
    });
  });

  it('holds for the process, with a warning, where the token cannot be saved', async () => {
    await withOwnHub(async () => {
      await mkdir(file());
      const { output } = await listened(() => login({ token: TOKEN }));
      match(output, /holds until this process ends: .*token cannot be written/);
      ok(!output.includes(TOKEN));
      equal((await whoAmI()).name, 'owner');
      equal((await login()).name, 'owner');
      deepEqual(await readdir(cache.home), ['token']);
    });
  });

  it('neither keeps nor takes a token that the Hub refuses', async () => {
    await withOwnHub(async (hub) => {
      await writeFile(file(), TOKEN);
      await rejects(login({ token: 'hf_wrong' }), {
        name: 'HubError',
        message:
          /answers 401 .*The access token \(the one given to login\) is not valid here.*role 'write' at .*\/settings\/tokens/,
      });
      equal(await readFile(file(), 'utf8'), TOKEN);
      equal(await findToken(), TOKEN);
      await writeFile(file(), 'hf_old');
      await rejects(login(), { message: new RegExp(`The access token \\(${file()}\\) is not valid`) });
      process.env.HF_TOKEN = 'hf_older';
      await rejects(login(), { message: /The access token \(HF_TOKEN\) is not valid/ });
      equal(hub.seen.length, 3);
    });
  });

  it('without a token says where to get one, and asks nobody', async () => {
    await withOwnHub(async (hub) => {
      const error = {
        name: 'HubError',
        message: `There is no access token for ${new URL(hub.url).host}. Make one with the role 'write' at ${hub.url}/settings/tokens, and set HF_TOKEN to it, log in with 'hf auth login', or call login({ token })`,
      };
      await rejects(login(), error);
      await rejects(whoAmI(), error);
      equal(hub.seen.length, 0);
    });
  });

  it('says what keeps it from a token that is there', async () => {
    await withOwnHub(async (hub) => {
      await mkdir(file());
      await rejects(login(), {
        message: new RegExp(`no access token .*${file()} cannot be read \\(EISDIR\\)\\. Make one`),
      });
      Object.assign(process.env, { HF_TOKEN: TOKEN, HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' });
      await rejects(whoAmI(), { name: 'HubError', message: /HF_HUB_DISABLE_IMPLICIT_TOKEN hides all .* unset it/ });
      equal(hub.seen.length, 0);
    });
  });

  it('opens no connection with HF_HUB_OFFLINE=1', async () => {
    await withOwnHub(async (hub) => {
      process.env.HF_HUB_OFFLINE = '1';
      await rejects(login({ token: TOKEN }), { name: 'HubError', message: /HF_HUB_OFFLINE/ });
      equal(hub.seen.length, 0);
      equal(await findToken(), undefined);
    });
  });

  it('tries again where a fault may pass, and says what lasts', async () => {
    await withOwnHub(async (hub) => {
      hub.instead(
        ({ path }) => path === '/api/whoami-v2',
        (exchange) => refuse(exchange, 503),
        2,
      );
      equal((await login({ token: TOKEN })).name, 'owner');
      const lasting: [(exchange: Parameters<typeof refuse>[0]) => unknown, RegExp][] = [
        [(exchange) => refuse(exchange, 500), /the access token: whose it is: .* answers 500\. Try again later/],
        [(exchange) => exchange.response.end('<html>Welcome</html>'), /does not say whose the token is/],
        [(exchange) => exchange.response.end('{"name": ""}'), /does not say whose the token is/],
        [({ response }) => response.destroy(), /no connection/],
        [
          ({ response }) => response.writeHead(200, { 'Content-Length': 99 }).write('{', () => response.destroy()),
          /broke off/,
        ],
        [(exchange) => refuse(exchange, 404), /answers 404\. Check that HF_ENDPOINT or hubUrl is a Hub/],
        [(exchange) => refuse(exchange, 429), /answers 429\. Wait a while$/],
        [
          ({ response }) => response.writeHead(308, { Location: `${hub.cdnUrl}/api/whoami-v2` }).end(),
          new RegExp(`sends to ${new URL(hub.cdnUrl).host}, which does not get the token.*HF_ENDPOINT=${hub.cdnUrl}`),
        ],
      ];
      for (const [answer, message] of lasting) {
        hub.instead(() => true, answer);
        await rejects(login({ token: TOKEN }), { name: 'HubError', message });
      }
    });
  });
});

describe('login on Kaggle', () => {
  const cache = ownCache();

  it('knows the secret by the name of the tutorial as well, and keeps it for Python', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      await withKaggle({ HUGGINGFACE_TOKEN: TOKEN }, async (asked) => {
        equal((await login()).name, 'owner');
        equal(asked.length, 2);
        equal(await readFile(path.join(cache.home, 'token'), 'utf8'), TOKEN);
        await login();
        equal(asked.length, 2);
      });
    });
  });

  it('says which secret to add, or that Kaggle cannot be asked', async () => {
    await withKaggle({ HF_TOKEN: ' ' }, async (asked) => {
      const add =
        /On Kaggle: this notebook has no secret HF_TOKEN or HUGGINGFACE_TOKEN: add it under Add-ons → Secrets/;
      await rejects(login(), add);
      equal(asked.length, 2);
      process.env.KAGGLE_USER_SECRETS_TOKEN = 'expired';
      await rejects(login(), /On Kaggle: Kaggle answers 401 .*: restart the session/);
    });
    await rejects(login(), /On Kaggle: Kaggle cannot be asked for secrets: switch on the internet/);
  });

  it('asks for the secret at login alone, and otherwise says that login would', async () => {
    await withKaggle({ HF_TOKEN: TOKEN }, async (asked) => {
      equal(await findToken(), undefined);
      await rejects(whoAmI(), { name: 'HubError', message: /On Kaggle: login\(\) reads the secret HF_TOKEN/ });
      equal(asked.length, 0);
    });
  });

  it('shows the key of the notebook to Kaggle alone', async () => {
    const [key, elsewhere]: string[] = [`Bearer ${KAGGLE_KEY}`, 'http://localhost'];
    const faults: RequestListener[] = [
      ({ headers }, response) => response.writeHead(403).end(headers['x-kaggle-authorization']),
      (_, response) => response.writeHead(500).end(key),
      (_, response) => response.end(`<html>${key}</html>`),
      (_, response) => response.end('null'),
      (_, response) => response.destroy(),
      ({ socket, url }, response) =>
        response.writeHead(307, { Location: `${elsewhere}:${socket.localPort}${url}` }).end(),
    ];
    for (const fault of faults) {
      const hosts: unknown[] = [];
      const listener: RequestListener = (request, response) => {
        hosts.push(request.headers.host);
        request.resume();
        fault(request, response);
      };
      await withServer(listener, async (url) => {
        Object.assign(process.env, { KAGGLE_USER_SECRETS_TOKEN: KAGGLE_KEY, KAGGLE_URL_BASE: `${url}/` });
        const { result, output } = await listened(() => login().catch((error: Error) => error));
        ok(result instanceof HubError);
        match(result.message, /On Kaggle: Kaggle (answers|cannot)/);
        ok(!(output + inspect(result, { depth: 9, showHidden: true })).includes(KAGGLE_KEY));
        deepEqual(hosts, [new URL(url).host]);
      });
    }
  });
});

describe('an access token', () => {
  ownCache();

  it('shows in no error, no output and no request but the Hub’s own', async () => {
    const texts: string[] = [];
    const note = async (act: () => Promise<unknown>) => {
      const { result, output } = await listened(() => act().catch((error: Error) => error));
      texts.push(output, inspect(result, { depth: 9, showHidden: true }));
      return result;
    };
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const elsewhere = (exchange: Parameters<typeof refuse>[0]) =>
        exchange.response.writeHead(307, { Location: `${hub.cdnUrl}/api/whoami-v2` }).end();
      const faults: ((exchange: Parameters<typeof refuse>[0]) => unknown)[] = [
        (exchange) => refuse(exchange, 401, 'Invalid', `no such token: ${exchange.request.headers.authorization}`),
        (exchange) => refuse(exchange, 403, undefined, `not ${exchange.request.headers.authorization}`),
        (exchange) => refuse(exchange, 429),
        (exchange) => refuse(exchange, 500, undefined, String(exchange.request.headers.authorization)),
        ({ request, response }) => response.end(`<html>${request.headers.authorization}</html>`),
        ({ response }) => response.destroy(),
        elsewhere,
      ];
      for (const fault of faults) {
        hub.instead(({ server }) => server === 'hub', fault, 9);
        for (const act of [login, () => whoAmI({ accessToken: TOKEN })]) {
          ok((await note(() => act({ token: TOKEN }))) instanceof HubError);
        }
        hub.routes.shift();
      }
      ok((await note(() => login({ token: `${TOKEN}é` }))) instanceof ParameterError);
      process.env.HF_TOKEN = `${TOKEN} ${TOKEN}`;
      ok((await note(() => login())) instanceof ParameterError);
      delete process.env.HF_TOKEN;
      await withKaggle({ HF_TOKEN: TOKEN }, async (asked) => {
        await note(() => login());
        for (const { url, headers } of asked) texts.push(`${url} ${headers.authorization} ${headers.cookie}`);
      });
      keepForProcess(undefined);
      await rm(process.env.HF_HOME!, { recursive: true });
      await writeFile(process.env.HF_HOME!, 'not a folder');
      equal(((await note(() => login({ token: `${TOKEN}\r\n` }))) as HubUser).name, 'owner');
      for (const { server, path, headers } of hub.seen) {
        const { authorization, ...others } = headers;
        texts.push(path, JSON.stringify(others));
        equal(server, 'hub');
        equal(authorization, `Bearer ${TOKEN}`);
      }
    });
    for (const secret of [TOKEN, KAGGLE_KEY]) ok(!texts.some((text) => text.includes(secret)));
  });
});
