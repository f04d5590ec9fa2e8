import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { withHub } from './running-hub.js';
import { type Exchange, type HubServer, OTHER_TOKEN, refuse, type Seen, TOKEN } from './server.js';
import { fill, ID, PATHS, type Pushed, type PushSetting, STEPS, visible, WEIGHTS, watched } from './server-push.js';
import { answerNobody, bodyOf } from './server-writes.js';

const { create, upload, commit, preupload, batch } = STEPS;

/** Waits for the first bytes of a request. */
async function beginningOf({ request }: Exchange): Promise<void> {
  await once(request, 'readable');
  request.read();
}

describe('a push that meets a fault', () => {
  const { push } = watched();

  /** Runs `use` with a Hub that has the repository already. */
  const withRepository = (use: (hub: HubServer) => Promise<void>): Promise<void> =>
    withHub(async (hub) => {
      hub.commit(ID, { 'README.md': 'words', 'config.json': '{}' }, { title: 'before' });
      await use(hub);
    });

  const titles = (hub: HubServer): string[] => hub.find('model', ID)!.history.map(({ title }) => title);
  const requests = (hub: HubServer, step: (seen: Seen) => boolean): number => hub.seen.filter(step).length;

  /** Pushes, which must fail and leave what everybody sees. */
  async function failed(hub: HubServer, message: RegExp, setting?: PushSetting): Promise<Pushed> {
    const before = visible(hub);
    const pushed = await push(hub, setting);
    match(pushed.error?.message ?? 'no error', message);
    deepEqual(visible(hub), before);
    return pushed;
  }

  /** Pushes, which must make one commit with all files. */
  async function succeeded(hub: HubServer, setting?: PushSetting): Promise<Pushed> {
    const pushed = await push(hub, setting);
    if (pushed.error) throw pushed.error;
    deepEqual(titles(hub).filter((title) => title === 'Upload files').length, 1);
    equal(pushed.info!.oid, hub.find('model', ID)!.history.find(({ title }) => title === 'Upload files')!.oid);
    const files = hub.find('model', ID)!.commits.get(pushed.info!.oid!)!;
    for (const path of PATHS) ok(files.has(path), path);
    ok(files.get('model.safetensors')!.bytes.equals(WEIGHTS));
    return pushed;
  }

  describe('that will not pass', () => {
    it('says of a token that is not valid where to get one, and asks once', async () => {
      await withRepository(async (hub) => {
        const message = new RegExp(
          `^${ID}: its creation: .* answers 401 \\(Invalid cred.*role 'write' at ${hub.url}/settings/tokens`,
        );
        const { waited } = await failed(hub, message, { accessToken: 'hf_wrong' });
        equal(hub.seen.length, 1);
        deepEqual(waited, []);
      });
    });

    it('says of a token that may only read that it needs the role to write', async () => {
      await withRepository(async (hub) => {
        await failed(hub, /answers 403 \(You have read access.*may not write to me\/model: take .*role 'write'/, {
          accessToken: OTHER_TOKEN,
        });
        equal(requests(hub, upload), 0);
      });
      await withHub((hub) =>
        failed(hub, /its creation: .*answers 403.*role 'write'/, { accessToken: OTHER_TOKEN }).then(() => {}),
      );
    });

    it('says of a namespace of somebody else to take a repository of one’s own', async () => {
      await withHub(async (hub) => {
        const words = "You don't have the rights to create a model under the namespace";
        hub.instead(create, (exchange) => refuse(exchange, 403, undefined, words));
        await failed(hub, /403 \(You don't have the rights.*a repository of yours or of an organisation/);
      });
    });

    it('names the status, and says what to do', async () => {
      const cases: [keyof typeof STEPS, number, RegExp][] = [
        ['create', 400, /its creation: .* answers 400 \(words of the Hub\)\. Check the files and their names/],
        [
          'preupload',
          404,
          /its large files: .* answers 404.*no such repository or branch.*check 'me\/model' and 'main'/,
        ],
        ['batch', 413, /its large files: .* answers 413.*more than the Hub takes: leave out files/],
        ['upload', 404, /upload of \S+: .* answers 404/],
        ['commit', 400, /the commit: .* answers 400 \(words of the Hub\)/],
        ['commit', 413, /the commit: .* answers 413.*several commits/],
      ];
      for (const [step, status, message] of cases) {
        await withRepository(async (hub) => {
          hub.instead(STEPS[step], async (exchange) => {
            await bodyOf(exchange);
            exchange.response.writeHead(status, { 'Content-Type': 'application/json' });
            exchange.response.end(JSON.stringify({ error: 'words of the Hub' }));
          });
          deepEqual((await failed(hub, message)).waited, []);
        });
      }
    });

    it('says so where a large file is refused', async () => {
      await withRepository(async (hub) => {
        hub.instead(batch, async (exchange) => {
          const { objects } = JSON.parse(String(await bodyOf(exchange)));
          const error = { code: 422, message: 'quota exceeded' };
          exchange.response.end(JSON.stringify({ objects: objects.map((object: object) => ({ ...object, error })) }));
        });
        await failed(hub, /me\/model: .*quota exceeded/);
      });
    });

    it('says of a server that is no Hub that it is none', async () => {
      for (const step of ['create', 'head', 'its files', 'preupload', 'batch', 'commit']) {
        await withRepository(async (hub) => {
          hub.instead(STEPS[step], ({ response }) => response.end('<p>Please log in to this network'));
          await failed(hub, /^me\/model: 127\.0\.0\.1:\d+ does not answer as a Hub does: .*Check HF_ENDPOINT/);
        });
      }
    });
  });

  describe('that may pass', () => {
    for (const [name, step] of Object.entries(STEPS)) {
      it(`(${name}) goes on after it, and makes one commit`, async () => {
        for (const status of [408, 429, 500, 503, 'cut', 'cut answer'] as const) {
          await withRepository(async (hub) => {
            hub.instead(
              step,
              async (exchange) => {
                if (typeof status === 'number') return refuse(exchange, status);
                if (status === 'cut answer') exchange.response.writeHead(200, { 'Content-Length': 9 }).write('{');
                setImmediate(() => exchange.response.destroy());
              },
              1,
            );
            const { waited } = await succeeded(hub);
            deepEqual(waited, [1000]);
            deepEqual(titles(hub), ['before', 'Upload files']);
          });
        }
      });

      it(`(${name}) gives up after three more tries where it does not, and nothing is visible`, async () => {
        await withRepository(async (hub) => {
          hub.instead(step, async (exchange) => {
            await bodyOf(exchange);
            refuse(exchange, 503);
          });
          const { waited } = await failed(hub, /^me\/model: .*answers 503\. Push again later/);
          // Two large files are uploaded at a time.
          deepEqual(new Set(waited), new Set([1000, 2000, 4000]));
          if (name !== 'upload') equal(requests(hub, step), 4);
        });
      });
    }

    it('waits as long as the server asks for', async () => {
      for (const step of [create, preupload, batch, upload, commit]) {
        await withRepository(async (hub) => {
          hub.instead(
            step,
            async (exchange) => {
              await bodyOf(exchange);
              exchange.response.setHeader('Retry-After', '7');
              refuse(exchange, 429);
            },
            1,
          );
          deepEqual((await succeeded(hub)).waited, [7000]);
        });
      }
    });

    it('is over where the repository was made by a request whose answer was lost', async () => {
      await withHub(async (hub) => {
        hub.instead(create, (exchange) => answerNobody(exchange, hub), 1);
        await succeeded(hub);
        deepEqual(titles(hub), ['initial commit', 'Upload files']);
      });
    });

    it('makes the commit once, though its answer is lost each time', async () => {
      for (const times of [1, Infinity]) {
        await withRepository(async (hub) => {
          hub.instead(commit, (exchange) => answerNobody(exchange, hub), times);
          await succeeded(hub);
          equal(requests(hub, commit), 1);
          deepEqual(titles(hub), ['before', 'Upload files']);
        });
      }
    });

    it('finds the commit that the last try has made', async () => {
      await withRepository(async (hub) => {
        hub.instead(commit, (exchange) => answerNobody(exchange, hub));
        hub.instead(
          commit,
          async (exchange) => {
            await bodyOf(exchange);
            refuse(exchange, 502);
          },
          3,
        );
        await succeeded(hub);
        equal(requests(hub, commit), 4);
      });
    });

    it('makes the commit once, though the server was still at it when it was asked again', async () => {
      await withRepository(async (hub) => {
        let late: Exchange | undefined;
        hub.instead(
          commit,
          async (exchange) => {
            if (late) {
              await answerNobody(late, hub);
              return false;
            }
            await bodyOf(exchange);
            late = exchange;
            exchange.response.destroy();
          },
          2,
        );
        await succeeded(hub);
        equal(requests(hub, commit), 2);
        deepEqual(titles(hub), ['before', 'Upload files']);
      });
    });

    it('comes after a commit of somebody else, and keeps what that changed', async () => {
      await withRepository(async (hub) => {
        hub.instead(
          commit,
          () => {
            hub.commit(ID, { 'other.txt': 'of somebody else' }, { title: 'other' });
            return false;
          },
          1,
        );
        const { info } = await succeeded(hub);
        deepEqual(titles(hub), ['before', 'other', 'Upload files']);
        ok(hub.find('model', ID)!.commits.get(info!.oid!)!.has('other.txt'));
      });
    });

    it('gives up where others are always faster', async () => {
      for (const status of [409, 412]) {
        await withRepository(async (hub) => {
          hub.instead(commit, (exchange) => refuse(exchange, status));
          const { waited } = await failed(hub, new RegExp(`answers ${status}\\. Somebody else changes branch 'main'`));
          deepEqual(waited, [1000, 2000, 4000]);
        });
      }
    });

    it('asks for a new address where the storage takes no more at the old one', async () => {
      await withRepository(async (hub) => {
        hub.instead(upload, (exchange) => refuse(exchange, 403), 1);
        await succeeded(hub);
        equal(requests(hub, batch), 2);
      });
      await withRepository(async (hub) => {
        hub.instead(upload, (exchange) => refuse(exchange, 403));
        await failed(hub, /upload of \S+: 127.* answers 403\. The storage takes no more of this upload/);
      });
    });

    it('sends an upload again that broke off in the middle, from its beginning', async () => {
      await withRepository(async (hub) => {
        const large = ({ path, headers }: Seen) => upload({ path } as Seen) && headers['content-length'] === '1000000';
        hub.instead(
          large,
          async (exchange) => {
            await beginningOf(exchange);
            exchange.request.socket.destroy();
          },
          2,
        );
        const { waited } = await succeeded(hub);
        equal(requests(hub, large), 3);
        deepEqual(waited, [1000, 2000]);
      });
    });

    it('gives up an upload that always breaks off', async () => {
      await withRepository(async (hub) => {
        hub.instead(upload, async (exchange) => {
          await beginningOf(exchange);
          exchange.request.socket.destroy();
        });
        await failed(hub, /upload of \S+: no connection: 127.*Check the network.*'folder' writes the files/);
      });
    });

    it('ends where the storage takes no bytes for a while', async () => {
      const write = (folder: string) => fill(folder, { 'model.safetensors': Buffer.alloc(20_000_000) });
      await withRepository(async (hub) => {
        // Nobody reads, so that only what fits into the connection is taken.
        hub.instead(upload, () => true);
        await failed(hub, /upload of model\.safetensors: .*no answer within 0\.5 s/, { write, silence: 500 });
        equal(requests(hub, upload), 4);
      });
    });

    it('ends where the Hub is silent, and has more patience with a commit', async () => {
      for (const [step, limit] of [
        [preupload, '0.1'],
        [commit, '1.2'],
      ] as const) {
        await withRepository(async (hub) => {
          hub.instead(step, () => true);
          hub.instead(
            step,
            async (exchange) => {
              await bodyOf(exchange);
              refuse(exchange, 503);
            },
            3,
          );
          await failed(hub, new RegExp(`no answer within ${limit} s`), { silence: 100 });
        });
      }
    });
  });

  it('keeps the token to itself where the server says it', async () => {
    const echo = async (exchange: Exchange) => {
      await bodyOf(exchange);
      const error = `${exchange.request.headers.authorization} may not`;
      exchange.response.writeHead(403, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }));
    };
    for (const step of [create, preupload, batch, commit]) {
      await withRepository(async (hub) => {
        hub.instead(step, echo);
        await push(hub);
      });
    }
    await withRepository(async (hub) => {
      hub.instead(preupload, echo);
      await failed(hub, /\(Bearer … may not\)/);
    });
    // Wherever the words are cut off.
    for (const before of [455, 460, 470, 480, 493, 499, 500]) {
      await withRepository(async (hub) => {
        hub.instead(preupload, async (exchange) => {
          await bodyOf(exchange);
          const error = `${'x'.repeat(before)}${exchange.request.headers.authorization} may not ${'y'.repeat(500)}`;
          exchange.response.writeHead(403, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error }));
        });
        const { error } = await failed(hub, /\(x+/);
        ok(!error!.message.includes(TOKEN.slice(0, 4)), error!.message);
      });
    }
    await withRepository(async (hub) => {
      hub.instead(batch, async (exchange) => {
        const { objects } = JSON.parse(String(await bodyOf(exchange)));
        const error = { code: 403, message: exchange.request.headers.authorization };
        exchange.response.end(JSON.stringify({ objects: objects.map((object: object) => ({ ...object, error })) }));
      });
      await failed(hub, /Bearer …/);
    });
    await withRepository(async (hub) => {
      hub.instead(batch, ({ response, request }) => response.end(`{ ${request.headers.authorization}`));
      await push(hub);
    });
  });

  it('follows the Hub where a repository has moved, and tells another server no token', async () => {
    const everything = (): boolean => true;
    await withRepository(async (hub) => {
      hub.instead(
        preupload,
        ({ response, seen }) => response.writeHead(307, { Location: `${seen.path}?moved` }).end(),
        1,
      );
      hub.instead(
        ({ path }) => path.endsWith('?moved'),
        async (exchange) => {
          exchange.seen.path = exchange.seen.path.replace('?moved', '');
          return false;
        },
      );
      await succeeded(hub);
    });
    await withHub(async (other) => {
      await withHub(async (hub) => {
        hub.instead(everything, ({ response, seen }) =>
          response.writeHead(307, { Location: other.url + seen.path }).end(),
        );
        await failed(hub, new RegExp(`sends to ${other.url}, which gets neither the token nor the files`));
      });
      deepEqual(other.seen, []);
    });
    await withHub(async (hub) => {
      hub.instead(everything, ({ response }) => response.writeHead(302, { Location: '/elsewhere' }).end());
      await failed(hub, /answers 302/);
    });
  });

  describe('and is stopped', () => {
    it('in mid-upload ends at once, and the next push sends only what the server has not', async () => {
      await withRepository(async (hub) => {
        const stop = new AbortController();
        let closed: Promise<unknown> | undefined;
        hub.instead(
          ({ path, headers }) => upload({ path } as Seen) && headers['content-length'] === '1000000',
          async (exchange) => {
            // The small one is there by then.
            while (hub.objects.size === 0) await new Promise(setImmediate);
            await beginningOf(exchange);
            closed = new Promise((resolve) => exchange.request.socket.once('close', resolve));
            stop.abort();
            // Whoever does not read does not see the end.
            exchange.request.on('error', () => {}).resume();
          },
          1,
        );
        const { error } = await failed(hub, /^me\/model: the push was stopped, and nothing of it is visible/, {
          signal: stop.signal,
        });
        equal(error!.cause, stop.signal.reason);
        await closed;
        const before = requests(hub, upload);
        await succeeded(hub);
        equal(requests(hub, upload), before + 1);
      });
    });

    it('before it begins asks for nothing', async () => {
      await withRepository(async (hub) => {
        await failed(hub, /was stopped/, { signal: AbortSignal.abort() });
        equal(hub.seen.length, 0);
      });
    });

    it('between two tries does not wait for the next', async () => {
      await withRepository(async (hub) => {
        const stop = new AbortController();
        hub.instead(preupload, (exchange) => refuse(exchange, 503));
        const wait = () => {
          stop.abort();
          return new Promise<void>(() => {});
        };
        await failed(hub, /was stopped/, { signal: stop.signal, wait });
        equal(requests(hub, preupload), 1);
      });
    });

    it('while the Hub makes the commit says that it may be there', async () => {
      await withRepository(async (hub) => {
        const stop = new AbortController();
        hub.instead(commit, () => stop.abort());
        await failed(hub, /was stopped, while the Hub made the commit: look at http.*me\/model\/commits\/main/, {
          signal: stop.signal,
        });
      });
    });
  });
});
