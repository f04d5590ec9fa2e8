import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { repositoryFile } from 'onpa/dist/hub/download/repository-file.js';
import { withHub } from './running-hub.js';
import type { Exchange, HubServer, Seen } from './server.js';
import { ownCache, tree } from './surroundings.js';

const ID = 'owner/model';
const FILE = 'weights.bin';
const WHOLE = randomBytes(700_000);
/** How files are written here. */
type Write = (
  this: FileHandle,
  bytes: Uint8Array,
  offset: number,
  length: number,
  at: number,
) => Promise<{ bytesWritten: number }>;

/** Where the first connection breaks off; what arrives of it may be less. */
const CUT = 400_000;

const onCdn = ({ server }: Seen): boolean => server === 'cdn';
const isResumed = (seen: Seen): boolean => onCdn(seen) && seen.headers.range !== undefined;
const startOf = ({ request }: Exchange): number => Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);

describe('a download in parts', () => {
  const cache = ownCache();
  const blobs = (): string => path.join(cache.hub, 'models--owner--model', 'blobs');
  let size: number | undefined;
  let etag: string | undefined;
  beforeEach(() => {
    size = WHOLE.length;
    etag = undefined;
  });

  /** Runs `use` with a Hub whose storage breaks off once; of the file it says what the test has set. */
  function withCut(use: (hub: HubServer) => Promise<void>): Promise<void> {
    return withHub(async (hub) => {
      process.env.HF_ENDPOINT = hub.url;
      const commit = hub.commit(ID, { [FILE]: WHOLE });
      const stored = hub.find('model', ID)!.commits.get(commit)!.get(FILE)!;
      hub.instead(
        ({ method }) => method === 'HEAD',
        ({ response }) => {
          if (size !== undefined) response.setHeader('X-Linked-Size', size);
          response.writeHead(200, { 'X-Linked-Etag': `"${etag ?? stored.etag}"`, 'X-Repo-Commit': commit }).end();
        },
      );
      hub.instead(
        onCdn,
        ({ response }) => {
          const length = size === undefined ? {} : { 'Content-Length': size };
          response.writeHead(200, { ETag: '"first"', ...length });
          response.write(WHOLE.subarray(0, CUT), () => response.destroy());
        },
        1,
      );
      await use(hub);
    });
  }

  const ranges = (hub: HubServer) => hub.seen.filter(onCdn).map(({ headers }) => headers.range);

  async function isWhole(): Promise<void> {
    const file = await repositoryFile(ID, FILE);
    ok((await readFile(file!)).equals(WHOLE));
    equal((await readdir(blobs())).length, 1);
  }

  /** Wrong answers to a request for the rest; what each sends is not the rest. */
  const WRONG: Record<string, (exchange: Exchange) => void> = {
    'of another range': ({ response }) => {
      const rest = WHOLE.subarray(CUT + 100_000);
      const range = `bytes ${CUT + 100_000}-${WHOLE.length - 1}/${WHOLE.length}`;
      response.writeHead(206, { ETag: '"first"', 'Content-Range': range }).end(rest);
    },
    'of an earlier range': ({ response }) => {
      const range = `bytes 1000-${WHOLE.length - 1}/${WHOLE.length}`;
      response.writeHead(206, { ETag: '"first"', 'Content-Range': range }).end(WHOLE.subarray(1000));
    },
    'without a range': (exchange) =>
      exchange.response.writeHead(206, { ETag: '"first"' }).end(WHOLE.subarray(startOf(exchange))),
    'in several ranges': ({ response }) =>
      response.writeHead(206, { 'Content-Type': 'multipart/byteranges; boundary=x' }).end('--x\r\n\r\n--x--'),
    'of another unit': (exchange) => {
      const range = `blocks ${startOf(exchange)}-${WHOLE.length - 1}/${WHOLE.length}`;
      exchange.response.writeHead(206, { ETag: '"first"', 'Content-Range': range });
      exchange.response.end(WHOLE.subarray(startOf(exchange)));
    },
    'of a longer file': (exchange) => {
      const start = startOf(exchange);
      const range = `bytes ${start}-${WHOLE.length - 1}/${WHOLE.length + 1}`;
      exchange.response.writeHead(206, { ETag: '"first"', 'Content-Range': range }).end(WHOLE.subarray(start));
    },
    'that is packed': (exchange) => {
      const start = startOf(exchange);
      const range = `bytes ${start}-${WHOLE.length - 1}/${WHOLE.length}`;
      const headers = { ETag: '"first"', 'Content-Encoding': 'gzip', 'Content-Range': range };
      exchange.response.writeHead(206, headers).end(gzipSync(WHOLE.subarray(start)));
    },
  };
  for (const known of [true, false]) {
    for (const [name, answer] of Object.entries(WRONG)) {
      it(`asks for everything where the rest comes ${name}${known ? '' : ', and nobody says the size'}`, async () => {
        if (!known) size = undefined;
        if (!known && name === 'of a longer file') etag = 'no-checksum';
        await withCut(async (hub) => {
          hub.instead(isResumed, answer);
          await isWhole();
          const asked = ranges(hub);
          // Where nobody has said a size, no total is wrong.
          if (known || name !== 'of a longer file') equal(asked.at(-1), undefined);
        });
      });
    }
  }

  it('takes several parts where the server gives less than it is asked for', async () => {
    await withCut(async (hub) => {
      hub.instead(isResumed, (exchange) => {
        const start = startOf(exchange);
        const end = Math.min(start + 150_000, WHOLE.length);
        const headers = { 'Content-Range': `bytes ${start}-${end - 1}/${WHOLE.length}` };
        exchange.response.writeHead(206, headers).end(WHOLE.subarray(start, end));
      });
      await isWhole();
      ok(ranges(hub).length >= 3);
    });
  });

  it('is whole where nothing is left to ask for, and nobody has said so', async () => {
    size = undefined;
    await withCut(async (hub) => {
      hub.instead(
        onCdn,
        ({ response }) => {
          response.write(WHOLE);
          setImmediate(() => response.destroy());
        },
        1,
      );
      await isWhole();
      ok(ranges(hub).length <= 3);
    });
  });

  it('begins again where a server has no such range', async () => {
    await withCut(async (hub) => {
      hub.instead(isResumed, ({ response }) => response.writeHead(416, { 'Content-Range': 'bytes */5' }).end(), 1);
      await isWhole();
      equal(ranges(hub).at(-1), undefined);
    });
  });

  it('is no part that was not asked for', async () => {
    await withCut(async (hub) => {
      const range = `bytes 100-${WHOLE.length - 1}/${WHOLE.length}`;
      hub.instead(onCdn, ({ response }) =>
        response.writeHead(206, { 'Content-Range': range }).end(WHOLE.subarray(100)),
      );
      await rejects(repositoryFile(ID, FILE), { name: 'HubError', message: /a part of the file where all of it was/ });
    });
  });

  describe('without a checksum', () => {
    beforeEach(() => {
      etag = 'no-checksum';
    });

    it('goes on only with what has not changed in between', async () => {
      const changed = randomBytes(WHOLE.length);
      await withCut(async (hub) => {
        hub.instead(onCdn, (exchange) => {
          const { request, response } = exchange;
          const start = startOf(exchange);
          // This server does not know If-Range.
          equal(request.headers['if-range'], start > 0 ? '"first"' : undefined);
          const range = { 'Content-Range': `bytes ${start}-${changed.length - 1}/${changed.length}` };
          response.writeHead(start ? 206 : 200, { ETag: '"second"', ...(start ? range : {}) });
          response.end(changed.subarray(start));
        });
        // The first connection breaks off.
        const [cut] = hub.routes.splice(1, 1);
        hub.routes.unshift(cut);
        ok((await readFile((await repositoryFile(ID, FILE))!)).equals(changed));
        deepEqual(ranges(hub).length, 3);
      });
    });

    it('takes no more than the part that the server says it is', async () => {
      await withCut(async (hub) => {
        hub.instead(isResumed, (exchange) => {
          const start = startOf(exchange);
          const headers = { ETag: '"first"', 'Content-Range': `bytes ${start}-${start + 999}/${WHOLE.length}` };
          exchange.response.writeHead(206, headers).end(WHOLE.subarray(start));
        });
        await rejects(repositoryFile(ID, FILE), { name: 'HubError', message: /bytes arrived where the Hub says/ });
      });
    });

    it('takes nothing shorter for the whole where the server says how long it is', async () => {
      await withCut(async (hub) => {
        hub.instead(onCdn, ({ response }) => response.end(WHOLE.subarray(0, 1000)));
        await rejects(repositoryFile(ID, FILE), { name: 'HubError', message: /1000 bytes arrived where the Hub says/ });
        ok((await tree(blobs())).every((name) => name.endsWith('.incomplete')));
      });
    });
  });

  it('is no packed answer without an end', async () => {
    size = undefined;
    await withCut(async (hub) => {
      hub.instead(onCdn, ({ response }) =>
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
      );
      await rejects(repositoryFile(ID, FILE), {
        name: 'HubError',
        message: /sends it packed, and does not say how long/,
      });
    });
  });

  it('stops at the length that the Hub says, packed or not', async () => {
    await withCut(async (hub) => {
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      hub.instead(onCdn, ({ response }) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb));
      await rejects(repositoryFile(ID, FILE), { name: 'HubError', message: /bytes arrived where the Hub says 700000/ });
    });
  });

  describe('on a disk that is full', () => {
    let handle: { write: Write };
    let write: Write;
    beforeEach(async () => {
      await writeFile(path.join(cache.home, 'any'), '');
      const file = await open(path.join(cache.home, 'any'));
      handle = Object.getPrototypeOf(file) as { write: Write };
      write = handle.write;
      await file.close();
    });
    afterEach(() => {
      handle.write = write;
    });

    /** From so many bytes on there is no room: the write that gets there takes a part. */
    function fillAt(room: number, code: string): void {
      handle.write = async function (bytes, offset, length, at) {
        if (at >= room)
          throw Object.assign(new Error(`${code}: no space left on device, write`), { code, syscall: 'write' });
        return write.call(this, bytes, offset, Math.min(length, room - at), at);
      };
    }

    for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
      it(`says that there is no room (${code}), keeps what has arrived, and goes on there`, async () => {
        etag = 'no-checksum';
        await withCut(async (hub) => {
          hub.routes.splice(0, 1);
          // Only the very last piece does not fit.
          fillAt(WHOLE.length - 10, code);
          await rejects(repositoryFile(ID, FILE), {
            name: 'HubError',
            message: new RegExp(`weights\\.bin.*cannot be kept in .*${code}.*Make room for its 700000 bytes`),
          });
          const [left, ...others] = await readdir(blobs());
          deepEqual(others, []);
          ok(left.endsWith('.incomplete'));
          equal((await stat(path.join(blobs(), left))).size, WHOLE.length - 10);
          handle.write = write;
          hub.seen.length = 0;
          await isWhole();
          equal(ranges(hub)[0], `bytes=${WHOLE.length - 10}-${WHOLE.length - 1}`);
        });
      });
    }
  });

  it('does not trust a file of the cache that is shorter than the Hub says', async () => {
    etag = 'no-checksum';
    await withCut(async (hub) => {
      hub.routes.splice(0, 1);
      await isWhole();
      await truncate(path.join(blobs(), 'no-checksum'), 1000);
      await isWhole();
      equal(ranges(hub).length, 2);
    });
  });
});
