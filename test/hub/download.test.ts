import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { repositoryFile } from 'onpa/dist/hub/download/repository-file.js';
import { patience } from 'onpa/dist/hub/retry.js';
import { withHub } from './running-hub.js';
import { type Exchange, type HubServer, type Seen, send, sendBeginning } from './server.js';
import { ownCache, tree } from './surroundings.js';

const ID = 'ntu-spml/distilhubert';
const FILE = 'model.safetensors';
const WEIGHTS = randomBytes(2_000_000);

const onCdn = ({ server }: Seen): boolean => server === 'cdn';
const ranges = (hub: HubServer): (string | undefined)[] => hub.seen.filter(onCdn).map(({ headers }) => headers.range);

describe('a download', () => {
  const cache = ownCache();
  const blobs = (): string => path.join(cache.hub, 'models--ntu-spml--distilhubert', 'blobs');
  let waited: number[] = [];
  const sizes = async (): Promise<number[]> => {
    const names = await readdir(blobs());
    // What has been moved meanwhile has none.
    return Promise.all(
      names.map((name) =>
        stat(path.join(blobs(), name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
  };
  const download = (file: string = FILE): Promise<string | undefined> => repositoryFile(ID, file);
  beforeEach(() => {
    waited = [];
    patience.wait = async (ms) => void waited.push(ms);
  });

  /** Runs `use` with a Hub that has the file. */
  function withFile(use: (hub: HubServer, etag: string) => Promise<void>): Promise<void> {
    return withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const commit = hub.commit(ID, { [FILE]: WEIGHTS });
      await use(hub, hub.find('model', ID)!.commits.get(commit)!.get(FILE)!.etag);
    });
  }

  /** Sends the first bytes of what is asked for, and closes the connection. */
  const cutAfter =
    (length: number) =>
    async (exchange: Exchange): Promise<void> => {
      await sendBeginning(exchange, WEIGHTS, length);
      exchange.response.destroy();
    };

  async function isWhole(file: string | undefined, etag: string): Promise<void> {
    ok((await readFile(file!)).equals(WEIGHTS));
    deepEqual(await readdir(blobs()), [etag]);
  }

  it('goes on where the connection broke off', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, cutAfter(700_000), 2);
      await isWhole(await download(), etag);
      const [first, ...others] = ranges(hub);
      equal(first, undefined);
      equal(others.length, 2);
      for (const range of others) ok(/^bytes=[1-9]\d+-/.test(range!));
      // Each go got further, so neither waits long.
      deepEqual(waited, [1000, 1000]);
    });
  });

  it('starts from the beginning where the server sends everything again', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, cutAfter(700_000), 1);
      hub.instead(onCdn, ({ request, response }) => {
        if (request.headers.range) response.end(WEIGHTS);
        return Boolean(request.headers.range);
      });
      await isWhole(await download(), etag);
      equal(ranges(hub).length, 2);
    });
  });

  it('starts from the beginning where the server sends another part than was asked for', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, cutAfter(700_000), 1);
      hub.instead(
        ({ server, headers }) => server === 'cdn' && headers.range !== undefined,
        ({ response }) => {
          const range = `bytes 0-${WEIGHTS.length - 1}/${WEIGHTS.length}`;
          response.writeHead(206, { 'Content-Range': range, 'Content-Length': WEIGHTS.length }).end(WEIGHTS);
        },
      );
      await isWhole(await download(), etag);
    });
  });

  it('that gets no further gives up, says where, and goes on from there the next time', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, cutAfter(500_000), 1);
      hub.instead(({ server, headers }) => server === 'cdn' && headers.range !== undefined, cutAfter(0), 4);
      await rejects(download(), {
        name: 'HubError',
        message: /distilhubert: model\.safetensors.*: the connection broke off at \d+ bytes: 127.*Check the network/,
      });
      deepEqual(waited, [1000, 2000, 4000]);
      const [left] = await readdir(blobs());
      ok(left.startsWith(`${etag}.`) && left.endsWith('.incomplete'));
      const { size } = await stat(path.join(blobs(), left));
      hub.routes.splice(0, 2);
      await isWhole(await download(), etag);
      equal(ranges(hub).at(-1), `bytes=${size}-${WEIGHTS.length - 1}`);
    });
  });

  it('of a wrong hash is an error, and nothing is left of it', async () => {
    const wrong = Buffer.from(WEIGHTS);
    wrong[1_000_000] ^= 1;
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, (exchange) => send(exchange, wrong));
      await rejects(download(), { name: 'HubError', message: new RegExp(`its SHA-256 is [0-9a-f]{64}, not ${etag}`) });
      deepEqual(await tree(cache.home), []);
    });
  });

  it('of a wrong hash is an error for small files as well', async () => {
    await withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      hub.commit(ID, { 'config.json': '{"a": 1}' });
      hub.instead(
        ({ method }) => method === 'GET',
        (exchange) => send(exchange, Buffer.from('{"a": 2}')),
      );
      await rejects(download('config.json'), { name: 'HubError', message: /config\.json.*SHA-1 as a git object is/ });
      deepEqual(await tree(cache.home), []);
    });
  });

  it('whose beginning was of another file starts again', async () => {
    await withFile(async (hub, etag) => {
      await mkdir(blobs(), { recursive: true });
      await writeFile(path.join(blobs(), nameOfPartial(etag, 0)), 'not the beginning');
      await isWhole(await download(), etag);
      deepEqual(ranges(hub), [`bytes=17-${WEIGHTS.length - 1}`, undefined]);
    });
  });

  it('that sends less than the Hub says is an error', async () => {
    await withFile(async (hub) => {
      hub.instead(onCdn, (exchange) => send(exchange, WEIGHTS.subarray(0, 1000)));
      await rejects(download(), { name: 'HubError', message: /\d+ bytes arrived where the Hub says 2000000/ });
      equal(waited.length, 3);
    });
  });

  it('that sends more than the Hub says is an error', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, (exchange) => send(exchange, Buffer.concat([WEIGHTS, WEIGHTS])), 1);
      await rejects(download(), { name: 'HubError', message: /\d+ bytes arrived where the Hub says 2000000/ });
      await isWhole(await download(), etag);
    });
  });

  it('needs no size beforehand', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(
        ({ method }) => method === 'HEAD',
        ({ response }) => response.writeHead(200, { ETag: `W/"${etag}"`, 'X-Repo-Commit': 'a'.repeat(40) }).end(),
      );
      hub.instead(
        ({ method, server }) => method === 'GET' && server === 'hub',
        ({ response, request }) => {
          // Of what was sent, a part arrives: the client knows how much.
          const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
          const range = { 'Content-Range': `bytes ${from}-${WEIGHTS.length - 1}/*` };
          response.writeHead(from ? 206 : 200, from ? range : {});
          if (from) response.end(WEIGHTS.subarray(Number(from)));
          else response.write(WEIGHTS.subarray(0, 700_000), () => response.destroy());
        },
      );
      await isWhole(await download(), etag);
    });
  });

  it('of the same file by two callers is one', async () => {
    await withFile(async (hub, etag) => {
      const [one, other] = await Promise.all([download(), download()]);
      equal(one, other);
      await isWhole(one, etag);
      equal(ranges(hub).length, 1);
    });
  });

  it('waits between its tries, as long as a busy server asks for', async () => {
    await withFile(async (hub, etag) => {
      hub.instead(onCdn, ({ response }) => response.writeHead(429, { 'Retry-After': '17' }).end(), 1);
      hub.instead(
        ({ server }) => server === 'hub',
        ({ response }) => response.writeHead(503).end(),
        2,
      );
      await isWhole(await download(), etag);
      deepEqual(waited, [1000, 2000, 17_000]);
    });
  });

  it('ends where the server falls silent', async () => {
    await withFile(async (hub) => {
      hub.instead(onCdn, (exchange) => sendBeginning(exchange, WEIGHTS, exchange.request.headers.range ? 0 : 1000));
      patience.silence = 100;
      await rejects(repositoryFile(ID, FILE), {
        name: 'HubError',
        message: /the connection broke off at 1000 bytes: .* no answer within 0\.1 s/,
      });
    });
  });

  it('that was killed goes on where it was', async () => {
    await withFile(async (hub, etag) => {
      await mkdir(blobs(), { recursive: true });
      hub.instead(onCdn, (exchange) => sendBeginning(exchange, WEIGHTS, 900_000), 1);
      const killed = startProcess();
      while (!(await sizes()).includes(900_000)) await setTimeout(5);
      killed.kill('SIGKILL');
      deepEqual(await once(killed, 'exit'), [null, 'SIGKILL']);
      const next = startProcess();
      const file = (await text(next.stdout!)).trim();
      await isWhole(file, etag);
      deepEqual(ranges(hub), [undefined, `bytes=900000-${WEIGHTS.length - 1}`]);
    });
  });

  it('does not disturb that of another process', async () => {
    await withFile(async (hub, etag) => {
      // Both are half-way before either goes on.
      const half: Promise<void>[] = [];
      let both = () => {};
      const meeting = new Promise<void>((resolve) => {
        both = resolve;
      });
      hub.instead(onCdn, async (exchange) => {
        half.push(sendBeginning(exchange, WEIGHTS, 1_000_000));
        if (half.length === 2) both();
        await meeting;
        exchange.response.end(WEIGHTS.subarray(1_000_000));
      });
      const processes = [startProcess(), startProcess()];
      const files = await Promise.all(processes.map((process) => text(process.stdout!)));
      equal(files[0], files[1]);
      await isWhole(files[0].trim(), etag);
      deepEqual(ranges(hub), [undefined, undefined]);
    });
  });

  it("leaves files alone that another machine's or Python's download may be writing", async () => {
    await withFile(async (hub, etag) => {
      await mkdir(blobs(), { recursive: true });
      const theirs = [`${etag}.incomplete`, `${etag}.0123abcd.incomplete`, `${etag}.elsewhere-0-0123abcd.incomplete`];
      const living = nameOfPartial(etag, process.ppid);
      for (const name of [...theirs, living]) await writeFile(path.join(blobs(), name), WEIGHTS.subarray(0, 1000));
      await download();
      deepEqual(ranges(hub), [undefined]);
      deepEqual(await tree(blobs()), [etag, ...theirs, living].sort());
    });
  });

  it('goes on with what an earlier version of huggingface_hub left long ago', async () => {
    await withFile(async (hub, etag) => {
      await mkdir(blobs(), { recursive: true });
      const left = path.join(blobs(), `${etag}.incomplete`);
      await writeFile(left, WEIGHTS.subarray(0, 1000));
      await utimes(left, 1e9, 1e9);
      await isWhole(await download(), etag);
      deepEqual(ranges(hub), [`bytes=1000-${WEIGHTS.length - 1}`]);
    });
  });

  it('of a file that changed in between takes nothing of the old one', async () => {
    await withFile(async (hub) => {
      hub.instead(onCdn, cutAfter(500_000), 1);
      hub.instead(({ server, headers }) => server === 'cdn' && headers.range !== undefined, cutAfter(0), 4);
      await rejects(download(), { name: 'HubError' });
      hub.routes.splice(0, 2);
      const changed = randomBytes(1_000_000);
      hub.commit(ID, { [FILE]: changed });
      hub.seen.length = 0;
      ok((await readFile((await download())!)).equals(changed));
      deepEqual(ranges(hub), [undefined]);
    });
  });

  it('shows a bar with its name where it takes long, unless HF_HUB_DISABLE_PROGRESS_BARS forbids', async () => {
    for (const disabled of ['0', '1']) {
      process.env.HF_HUB_DISABLE_PROGRESS_BARS = disabled;
      await withHub(async (hub) => {
        process.env.HF_ENDPOINT = hub.url;
        const file = `${disabled}.bin`;
        hub.commit(ID, { [file]: WEIGHTS });
        const { write } = process.stderr;
        const { now } = performance;
        const written: string[] = [];
        let time = 0;
        process.stderr.write = ((chunk: string) => Boolean(written.push(chunk))) as typeof write;
        performance.now = () => (time += 1000);
        try {
          await download(file);
        } finally {
          process.stderr.write = write;
          performance.now = now;
        }
        if (disabled === '1') deepEqual(written, []);
        else ok(/0\.bin 2\.0 MB in .*MB\/s\n$/.test(written.at(-1)!));
      });
    }
  });

  function nameOfPartial(etag: string, pid: number): string {
    return `${etag}.${hostname().replace(/\W/g, '_')}-${pid}-0123abcd.incomplete`;
  }

  function startProcess(): ChildProcess {
    const script = path.join(__dirname, 'download-process.js');
    return spawn(process.execPath, [script, ID, FILE], { stdio: ['ignore', 'pipe', 'inherit'] });
  }
});
