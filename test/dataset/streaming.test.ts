import { deepEqual, equal, match, rejects, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { AudioDataset, AudioDecodeError, HubError, IterableAudioDataset, loadDataset, ParameterError } from 'onpa';
import { patience } from 'onpa/dist/hub/retry.js';
import { inRepository } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import { type HubServer, sendBeginning, TOKEN } from '../hub/server.js';
import { ownCache, tree } from '../hub/surroundings.js';
import { withWarnings } from '../hubert/warnings.js';
import { all, lay, ownFolder, ownUnpacked, tone } from './folders.js';
import { archiveOf, entry } from './tiny-archive.js';
import { plain, tinyParquet } from './tiny-parquet.js';

const ID = 'me/clips';
const REVISION = 'refs/convert/parquet';
const stored = (name: string) => readFile(inRepository('test', 'fixtures', 'dataset', name));
const parquetName = (shard: number) => `default/train/${String(shard).padStart(4, '0')}.parquet`;

/** Offers files under names of the repository's. */
async function offer(
  hub: HubServer,
  files: Record<string, Buffer>,
  revision: string,
  access?: 'private',
): Promise<void> {
  process.env.HF_ENDPOINT = hub.url;
  hub.commit(ID, files, { type: 'dataset', revision, access });
}

async function offerParquet(hub: HubServer, access?: 'private'): Promise<void> {
  const files: Record<string, Buffer> = {};
  for (const shard of [0, 1, 2]) files[parquetName(shard)] = await stored(`000${shard}.parquet`);
  await offer(hub, files, REVISION, access);
}

const offerArchive = (hub: HubServer, bytes: Buffer) => offer(hub, { 'data/genres.tar.gz': bytes }, 'main');
const stream = () => loadDataset(ID, { streaming: true });

/** The parts of files that the server of large files was asked for. */
const ranges = (hub: HubServer) =>
  hub.seen.filter(({ server }) => server === 'cdn').map(({ headers }) => headers.range);

/** Array buffers that are in use, in bytes. */
function inUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

/** That memory is level while rows come. */
async function requireLevel(rows: AsyncIterable<unknown>, count: number): Promise<void> {
  const memory: number[] = [];
  let seen = 0;
  for await (const _ of rows) if (++seen % 2 === 0) memory.push(inUse());
  equal(seen, count);
  // What is about to be freed comes and goes.
  const least = (values: number[]) => Math.min(...values);
  const growth = least(memory.slice(-4)) - least(memory.slice(0, 4));
  equal(growth < 5e6, true, `${growth / 1e6} MB more in the end`);
}

describe('a data set that is streamed', () => {
  const cache = ownCache();
  const folder = ownUnpacked();

  it('has the rows and the features of one that is loaded, and leaves no file behind', async () => {
    await withHub(async (hub) => {
      await offerParquet(hub);
      const streamed = await stream();
      const rows = await all(streamed);
      deepEqual([await tree(cache.home), await tree(folder.path)], [[], []]);
      const loaded = await loadDataset(ID);
      deepEqual([streamed instanceof IterableAudioDataset, loaded instanceof AudioDataset], [true, true]);
      deepEqual(streamed.columnNames, loaded.columnNames);
      deepEqual(streamed.features.genre.names, loaded.features.genre.names);
      equal(streamed.features.audio.sampleRate, 8000);
      equal(rows.length, 24);
      for (const [i, { file, audio, genre, ...others }] of rows.entries()) {
        const row = await loaded.row(i);
        deepEqual([audio.samples, audio.sampleRate, genre], [row.audio.samples, 8000, row.genre]);
        deepEqual([audio.path, `${String(i).padStart(6, '0')}-${file}`], [file, path.basename(row.file)]);
        equal((others as unknown as { tempo: number }).tempo, (row as unknown as { tempo: number }).tempo);
      }
    });
  });

  it('learns another column where told to, and names the splits that there are', async () => {
    await withHub(async (hub) => {
      await offerParquet(hub);
      const other = await loadDataset(ID, { streaming: true, labelColumn: 'tempo' });
      deepEqual(other.columnNames, ['file', 'audio', 'tempo', 'genre']);
      await rejects(
        loadDataset(ID, { streaming: true, labelColumn: 'mood' }),
        /give as labelColumn one of genre, tempo$/,
      );
      await rejects(loadDataset(ID, { streaming: true, split: 'test' }), /no split 'test'; give one of train$/);
      await rejects(loadDataset(ID, { streaming: 'yes' as never }), ParameterError);
      await rejects(loadDataset('no/such', { streaming: true }), HubError);
      process.env.HF_HUB_OFFLINE = '1';
      await rejects(stream(), /me\/clips cannot be streamed: HF_HUB_OFFLINE/);
    });
  });

  it('reads no more of the files than the rows that are asked for need', async () => {
    await withHub(async (hub) => {
      await offerParquet(hub);
      const streamed = await stream();
      equal(ranges(hub).length, 1);
      hub.seen.length = 0;
      // The first file has groups of 3, 3 and 2 rows: its footer and one group.
      equal((await all(streamed.take(2))).length, 2);
      equal(ranges(hub).length, 2);
      hub.seen.length = 0;
      const [row] = await all(streamed.skip(20).take(1));
      match(row.file, /clip-20\.flac$/);
      // Three footers and the second group of the third file.
      equal(ranges(hub).length, 4);
      equal((await all(streamed.take(0))).length, 0);
    });
  });

  it('sends the token to the Hub alone', async () => {
    await withHub(async (hub) => {
      await offerParquet(hub, 'private');
      await rejects(stream(), HubError);
      const [row] = await all((await loadDataset(ID, { streaming: true, accessToken: TOKEN })).take(1));
      equal(row.genre, 0);
      for (const { server, headers } of hub.seen.slice(1)) {
        equal(headers.authorization, server === 'hub' ? `Bearer ${TOKEN}` : undefined);
      }
    });
  });

  it('goes on where the connection breaks off, and gives up where it always does', async () => {
    await withHub(async (hub) => {
      const whole = await stored('genres.tar.gz');
      await offerArchive(hub, whole);
      const streamed = await stream();
      const isContent = ({ server }: { server: string }) => server === 'cdn';
      hub.instead(
        isContent,
        (exchange) => sendBeginning(exchange, whole, 2000).then(() => exchange.response.destroy()),
        1,
      );
      const { result: rows } = await withWarnings(() => all(streamed));
      equal(rows.length, 6);
      match(String(ranges(hub)), /^bytes=0-\d+,bytes=2000-\d+$/);
      hub.instead(isContent, ({ response }) => void response.destroy());
      await rejects(all(streamed), {
        name: 'HubError',
        message: /genres\.tar\.gz: the connection broke off|no connection/,
      });
    });
  });

  it('refuses a server that sends something else than the part that was asked for', async () => {
    await withHub(async (hub) => {
      await offerParquet(hub);
      const file = await stored('0000.parquet');
      const streamed = await stream();
      hub.instead(
        ({ server }) => server === 'cdn',
        ({ response }) => response.writeHead(200).end(file),
      );
      // The footer is the whole of so small a file.
      await rejects(
        all(streamed),
        /sends the whole file where the bytes from \d+ on of \d+ were asked for; load it without streaming$/,
      );
    });
  });

  it('closes the connection where a loop is left early, breaks, or somebody waits', async () => {
    patience.silence = 1e6;
    const archive = await stored('genres.tar.gz');
    for (const [files, revision, length] of [
      [{ 'data/genres.tar.gz': archive }, 'main', 3000],
      [{ [parquetName(0)]: await stored('0000.parquet'), [parquetName(1)]: await stored('0001.parquet') }, REVISION, 0],
    ] as const) {
      await withHub(async (hub) => {
        await offer(hub, files, revision);
        const streamed = await stream();
        /** The last answer, which never ends. */
        let open: ServerResponse | undefined;
        const closed = async () => open!.closed || once(open!, 'close');
        // Of Parquet the second file, after the 8 rows of the first.
        hub.instead(
          ({ server }) => server === 'cdn' && (length > 0 || ranges(hub).length % 5 === 0),
          (exchange) => {
            open = exchange.response;
            return sendBeginning(exchange, archive, length);
          },
        );
        const whole = length > 0 ? 2 : 8;
        if (length > 0) {
          for await (const _ of streamed) break;
          await closed();
          await rejects(async () => {
            for await (const _ of streamed) throw new Error('of the loop');
          }, /of the loop/);
          await closed();
        }
        hub.seen.length = 0;
        const rows = streamed[Symbol.asyncIterator]();
        for (let i = 0; i < whole; i++) equal((await rows.next()).done, false);
        const waiting = rows.next();
        if (length === 0) while (!open) await new Promise(setImmediate);
        deepEqual(await rows.return!(), { done: true, value: undefined });
        deepEqual(await waiting, { done: true, value: undefined });
        await closed();
      });
    }
  });

  it("reads GTZAN's archive as it arrives, with GTZAN's genres, and leaves its broken file out", async () => {
    await withHub(async (hub) => {
      await offerArchive(hub, await stored('genres.tar.gz'));
      const streamed = await loadDataset(ID, { streaming: true, labelColumn: 'style' });
      const { result: rows, warnings } = await withWarnings(() => all(streamed));
      deepEqual([await tree(cache.home), await tree(folder.path)], [[], []]);
      deepEqual(
        rows.map(({ file, style }) => [file, streamed.features.style.int2str(style)]),
        ['rock', 'jazz', 'blues'].flatMap((genre) =>
          ['00001', '00000'].map((number) => [`genres/${genre}/${genre}.${number}.wav`, genre]),
        ),
      );
      deepEqual(warnings, ["jazz.00054.wav, GTZAN's one broken file, is left out"]);
      equal((await all(streamed.skip(4).take(1)))[0].file, 'genres/blues/blues.00001.wav');
      const cast = (await all(streamed.castAudio({ sampleRate: 16000 }).take(1)))[0].audio;
      deepEqual([cast.sampleRate, cast.samples.length], [16000, 800]);
      await rejects(loadDataset(ID, { streaming: true, split: 'test' }), /no split 'test'; give one of train$/);
    });
  });

  it('names the file where an archive is damaged, unpacks to gigabytes, or has another class', async () => {
    for (const [bytes, message] of [
      [
        (await stored('genres.tar.gz')).subarray(0, 3000),
        /^me\/clips: data\/genres\.tar\.gz cannot be unpacked: unexpected end/,
      ],
      [archiveOf(entry({ name: 'genres/rock/a.wav', size: 1e10 })), /genres\.tar\.gz unpacks to more than 256 MB/],
      [archiveOf(entry({ name: 'genres/rock', type: '5', size: 6000 })), /'genres\/rock' is a folder of 6000 bytes/],
      [archiveOf(entry({ name: 'genres/polka/a.wav', content: 'x' })), /has a class 'polka', which GTZAN has not/],
      [
        archiveOf(entry({ name: 'genres/rock/a.wav', content: 'text' })),
        /^genres\/rock\/a\.wav of me\/clips: .* looks like text/,
      ],
      [gzipSync('no tar'), /cannot be unpacked/],
    ] as const) {
      await withHub(async (hub) => {
        await offerArchive(hub, bytes);
        await rejects(all(await stream()), { message });
      });
    }
  });

  it('needs no more memory however many rows there are', async () => {
    const sound = Buffer.from(tone(440, 10, 16000));
    await withHub(async (hub) => {
      const shard = tinyParquet({ audio: [{ body: plain(sound) }] });
      await offer(hub, Object.fromEntries(Array.from({ length: 24 }, (_, i) => [parquetName(i), shard])), REVISION);
      await requireLevel(await stream(), 24);
    });
    await withHub(async (hub) => {
      const clips = Array.from({ length: 24 }, (_, i) => entry({ name: `genres/rock/${i}.wav`, content: sound }));
      await offerArchive(hub, archiveOf(...clips));
      await requireLevel(await stream(), 24);
    });
  });
});

describe('a folder that is streamed', () => {
  const folder = ownFolder();
  const numbers = (rows: { file: string }[]) => rows.map(({ file }) => Number(path.basename(file, '.wav')));

  it('has the rows of one that is loaded, decoded as they are asked for', async () => {
    await lay(folder.path, {
      'jazz/0.wav': tone(440),
      'jazz/1.wav': 'not a sound',
      'rock/2.wav': tone(880, 0.2, 8000),
    });
    const streamed = await loadDataset(folder.path, { streaming: true });
    const loaded = await loadDataset(folder.path);
    deepEqual(await all(streamed.take(1)), [await loaded.row(0)]);
    deepEqual(await all(streamed.skip(2)), [await loaded.row(2)]);
    await rejects(all(streamed), (error: Error) => {
      return error instanceof AudioDecodeError && error.message.startsWith(path.join(folder.path, 'jazz', '1.wav'));
    });
    const chosen = loaded.select([2, 0]).castAudio({ sampleRate: 16000 }).toIterableDataset();
    deepEqual(numbers(await all(chosen)), [2, 0]);
    equal(chosen.features.audio.sampleRate, 16000);
  });

  it('has what metadata says of its rows', async () => {
    await lay(folder.path, { 'metadata.csv': 'file_name,label,artist\na.wav,jazz,Davis\n', 'a.wav': tone(440) });
    const streamed = await loadDataset<'label'>(folder.path, { streaming: true });
    const loaded = await loadDataset<'label'>(folder.path);
    deepEqual(streamed.columnNames, loaded.columnNames);
    const rows = await all(streamed);
    deepEqual(rows, [await loaded.row(0)]);
    equal(rows[0].artist, 'Davis');
  });

  it("comes in the order of Python's datasets from the same seed and buffer", async () => {
    const short = tone(440, 0.001);
    const names = Array.from({ length: 25 }, (_, i) => [`jazz/${String(i).padStart(2, '0')}.wav`, short]);
    await lay(folder.path, Object.fromEntries(names));
    const streamed = await loadDataset(folder.path, { streaming: true });
    // IterableDataset.from_generator(…).shuffle(seed, buffer_size), datasets 5.2.0, NumPy 2.4.6.
    for (const [seed, bufferSize, order] of [
      [42, 10, [5, 6, 0, 7, 3, 8, 13, 9, 11, 10, 14, 19, 18, 4, 17, 21, 2, 15, 22, 24, 12, 23, 20, 1, 16]],
      [0, 4, [2, 0, 5, 4, 1, 7, 3, 8, 9, 10, 12, 13, 14, 6, 15, 16, 19, 11, 17, 18, 22, 20, 24, 21, 23]],
      [7, 1000, [17, 4, 19, 3, 15, 12, 10, 0, 20, 18, 8, 7, 1, 23, 14, 13, 6, 16, 5, 24, 22, 2, 21, 9, 11]],
      [7, 1, Array.from({ length: 25 }, (_, i) => i)],
    ] as const) {
      deepEqual(numbers(await all(streamed.shuffle({ seed, bufferSize }))), order);
    }
    deepEqual(numbers(await all(streamed.skip(3).take(4).skip(1))), [4, 5, 6]);
    deepEqual(numbers(await all(streamed.take(3).shuffle())).sort(), [0, 1, 2]);
  });

  it('refuses counts and seeds out of range', async () => {
    await lay(folder.path, { 'jazz/0.wav': tone(440) });
    const streamed = await loadDataset(folder.path, { streaming: true });
    throws(() => streamed.take(-1), ParameterError);
    throws(() => streamed.skip(0.5), ParameterError);
    throws(() => streamed.shuffle({ bufferSize: 0 }), ParameterError);
    throws(() => streamed.shuffle({ seed: -1 }), ParameterError);
    throws(() => streamed.castAudio({ sampleRate: 0 }), ParameterError);
  });
});
