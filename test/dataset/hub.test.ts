import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DatasetError, loadDataset } from 'onpa';
import { unpackParquet } from 'onpa/dist/dataset/unpack-parquet.js';
import { pack } from 'tar-stream';
import { fixture, inRepository } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import type { HubServer } from '../hub/server.js';
import { ownCache, tree } from '../hub/surroundings.js';
import { withWarnings } from '../hubert/warnings.js';
import { ownUnpacked } from './folders.js';

const ID = 'me/clips';
const REVISION = 'refs/convert/parquet';
const FILES = ['0000', '0001', '0002'];
const fixturePath = (name: string) => inRepository('test', 'fixtures', 'dataset', name);
const stored = (name: string) => readFile(fixturePath(name));
/** The samples of a row of the fixtures, as 16-bit integers. */
const clip = (row: number) => [...fixture('dataset/clips').tensor(`clip/${row}`, 'I16').data];
const integers = (samples: Float32Array) => Array.from(samples, (x) => Math.round(x * 32768));

async function offer(hub: HubServer, files: Record<string, string>, revision: string = REVISION): Promise<string> {
  process.env.HF_ENDPOINT = hub.url;
  const contents: Record<string, Buffer> = {};
  for (const [name, file] of Object.entries(files)) contents[name] = await stored(file);
  return hub.commit(ID, contents, { type: 'dataset', revision });
}

const PARQUET = Object.fromEntries(FILES.map((name) => [`default/train/${name}.parquet`, `${name}.parquet`]));

describe('loadDataset of Parquet files on the Hub', () => {
  ownCache();
  const unpacked = ownUnpacked();

  it('has the sound and the class labels that Python put in, from all files of the split', async () => {
    await withHub(async (hub) => {
      await offer(hub, PARQUET);
      const dataset = await loadDataset(ID);
      equal(dataset.length, 24);
      deepEqual(dataset.features.genre.names, ['blues', 'jazz', 'rock']);
      deepEqual(
        dataset.column('genre'),
        Array.from({ length: 24 }, (_, row) => row % 3),
      );
      deepEqual(dataset.columnNames, ['file', 'audio', 'genre', 'tempo']);
      equal(dataset.features.audio.sampleRate, 8000);
      for (const row of [0, 7, 8, 23]) {
        const { audio } = await dataset.row(row);
        equal(audio.sampleRate, 8000);
        deepEqual(integers(audio.samples), clip(row));
        match(audio.path, new RegExp(`clip-${String(row).padStart(2, '0')}\\.flac$`));
      }
    });
  });

  it('learns another column where told to; a row without a class has -1, and does not count', async () => {
    await withHub(async (hub) => {
      await offer(hub, PARQUET);
      const dataset = await loadDataset(ID, { labelColumn: 'tempo' });
      deepEqual(dataset.columnNames, ['file', 'audio', 'tempo', 'genre']);
      deepEqual(dataset.features.tempo.names, ['slow', 'fast']);
      deepEqual(dataset.column('tempo').slice(3, 7), [1, 0, -1, 0]);
      await rejects(loadDataset(ID, { labelColumn: 'mood' }), {
        name: 'DatasetError',
        message: `${ID} has no column of class labels 'mood'; give as labelColumn one of genre, tempo`,
      });
    });
  });

  it('needs no connection the second time, nor the files that it has unpacked', async () => {
    await withHub(async (hub) => {
      const commit = await offer(hub, PARQUET);
      const before = await loadDataset(ID);
      const requests = hub.seen.length;
      await loadDataset(ID);
      equal(hub.seen.length, requests + 1);
      process.env.HF_HUB_OFFLINE = '1';
      deepEqual((await loadDataset(ID)).column('file'), before.column('file'));
      equal(hub.seen.length, requests + 1);
      const place = path.join(unpacked.path, 'datasets', 'me--clips', commit, 'default', 'train');
      equal(before.column('file')[0], path.join(place, '000000-clip-00.flac'));
      await rejects(loadDataset(ID, { split: 'test' }), /no split 'test'; give one of train$/);
    });
    delete process.env.HF_HUB_OFFLINE;
    // The server is gone as well.
    equal((await loadDataset(ID)).length, 24);
  });

  it('names the splits and the configurations that there are', async () => {
    await withHub(async (hub) => {
      await offer(hub, {
        'en/train/0000.parquet': '0000.parquet',
        'en/partial-test/0000.parquet': '0001.parquet',
        'ja/train/0000.parquet': '0002.parquet',
      });
      await rejects(loadDataset(ID), {
        name: 'DatasetError',
        message: `${ID} holds several data sets; give as name one of en, ja`,
      });
      await rejects(loadDataset(ID, { name: 'de' }), /has no data set 'de'; give as name one of en, ja$/);
      await rejects(loadDataset(ID, { name: 'en', split: 'dev' }), /no split 'dev'; give one of test, train$/);
      const { result, warnings } = await withWarnings(() => loadDataset(ID, { name: 'en', split: 'test' }));
      deepEqual(integers((await result.row(0)).audio.samples), clip(8));
      deepEqual(warnings, [`${ID}: the Hub has only the beginning of 'test' as Parquet`]);
      deepEqual(integers((await (await loadDataset(ID, { name: 'ja' })).row(7)).audio.samples), clip(23));
    });
  });

  it('refuses Parquet without audio, and damaged files, and leaves nothing behind', async () => {
    await withHub(async (hub) => {
      await offer(hub, { 'default/train/0000.parquet': 'without-audio.parquet' });
      await rejects(loadDataset(ID), (error: Error) => {
        match(error.message, /0000\.parquet has no column of audio; its columns are text, label$/);
        return error instanceof DatasetError;
      });
      const cut = (await stored('0001.parquet')).subarray(0, 9000);
      hub.commit(ID, { 'default/train/0000.parquet': cut }, { type: 'dataset', revision: REVISION });
      await rejects(loadDataset(ID), /0000\.parquet cannot be read as Parquet: .*\. Remove it, to download it again$/);
      deepEqual(await tree(unpacked.path), []);
    });
  });

  it('reads one group of rows after the other, and each byte at most once', async () => {
    for (const name of FILES) {
      const reads: number[] = [];
      const folder = path.join(unpacked.path, name);
      await mkdir(folder);
      await unpackParquet([fixturePath(`${name}.parquet`)], folder, { read: (bytes) => void reads.push(bytes) });
      // What the file says of itself, at its end, comes first.
      const [, ...groups] = reads;
      const { length } = await stored(`${name}.parquet`);
      equal(groups.length >= 2, true);
      equal(groups.reduce((sum, bytes) => sum + bytes) < length, true);
      equal(Math.max(...groups) < length / 2, true);
    }
  });

  it('says that there is no such data set, and what it looks for in one that there is', async () => {
    await withHub(async (hub) => {
      await offer(hub, { 'README.md': '0000.parquet' }, 'main');
      await rejects(loadDataset('no/such'), {
        name: 'HubError',
        message: /There is no folder and no dataset 'no\/such'/,
      });
      await rejects(loadDataset(ID), {
        name: 'DatasetError',
        message: `${ID} has neither Parquet files (<name>/<split>/0000.parquet of ${REVISION}) nor data/genres.tar.gz; download it, and give a folder with a folder for each class in it`,
      });
    });
  });
});

describe("loadDataset of GTZAN's archive on the Hub", () => {
  ownCache();
  const unpacked = ownUnpacked();
  const names = (files: string[]) => files.map((file) => file.split(path.sep).slice(-3).join('/'));

  it('unpacks it once, without the broken file and what is no clip', async () => {
    await withHub(async (hub) => {
      await offer(hub, { 'data/genres.tar.gz': 'genres.tar.gz' }, 'main');
      const { result: dataset, warnings } = await withWarnings(() => loadDataset(ID));
      deepEqual(names(dataset.column('file')), [
        'genres/blues/blues.00000.wav',
        'genres/blues/blues.00001.wav',
        'genres/jazz/jazz.00000.wav',
        'genres/jazz/jazz.00001.wav',
        'genres/rock/rock.00000.wav',
        'genres/rock/rock.00001.wav',
      ]);
      deepEqual(dataset.features.genre.names, ['blues', 'jazz', 'rock']);
      // Blues is what the archive has as number 20.
      deepEqual((await dataset.row(4)).audio.samples.length, 400);
      deepEqual(integers((await dataset.row(4)).audio.samples), clip(0));
      equal(warnings.length, 1);
      const requests = hub.seen.length;
      process.env.HF_HUB_OFFLINE = '1';
      deepEqual((await loadDataset(ID)).column('file'), dataset.column('file'));
      equal(hub.seen.length, requests);
    });
  });

  it('leaves nothing behind where the archive is cut off, damaged or would write elsewhere', async () => {
    const whole = await stored('genres.tar.gz');
    const evil = pack();
    evil.entry({ name: 'genres/../../evil.wav' }, 'not a sound');
    evil.finalize();
    const parts: Buffer[] = [];
    for await (const part of evil) parts.push(part as Buffer);
    const damaged = Buffer.from(whole);
    damaged.fill(0, 2000, 2100);
    for (const [archive, reason] of [
      [whole.subarray(0, 3000), /genres\.tar\.gz cannot be unpacked: unexpected end of file/],
      [damaged, /cannot be unpacked: .*\. Remove it, to download it again$/],
      [gzipSync(gunzipSync(whole).subarray(0, 4000)), /cannot be unpacked: /],
      [gzipSync(Buffer.concat(parts)), /has a file 'genres\/\.\.\/\.\.\/evil\.wav', which lies outside of its folder$/],
    ] as const) {
      await withHub(async (hub) => {
        process.env.HF_ENDPOINT = hub.url;
        hub.commit(ID, { 'data/genres.tar.gz': archive }, { type: 'dataset' });
        await rejects(loadDataset(ID), { name: 'DatasetError', message: reason });
      });
    }
    deepEqual(await tree(unpacked.path), []);
  });

  it('takes nothing for whole that a killed process has left, and clears it away', async () => {
    await withHub(async (hub) => {
      await offer(hub, { 'data/genres.tar.gz': 'genres.tar.gz' }, 'main');
      const { result: dataset } = await withWarnings(() => loadDataset(ID));
      const unpacked = path.dirname(path.dirname(path.dirname(dataset.column('file')[0])));
      await rm(unpacked, { recursive: true });
      // No process has this number.
      const left = `${unpacked}.${hostname().replace(/\W/g, '_')}-4194305-x.part`;
      await mkdir(path.join(left, 'genres', 'blues'), { recursive: true });
      await writeFile(path.join(left, 'genres', 'blues', 'blues.00000.wav'), 'half');
      equal((await loadDataset(ID)).length, 6);
      deepEqual(await readdir(path.dirname(unpacked)), [path.basename(unpacked)]);
    });
  });

  it('takes nothing for whole that is killed while it unpacks, archive or Parquet', async () => {
    for (const [files, revision, rows] of [
      [{ 'data/genres.tar.gz': 'genres.tar.gz' }, 'main', 6],
      [PARQUET, REVISION, 24],
    ] as const) {
      await withHub(async (hub) => {
        await offer(hub, files, revision);
        const killed = fork(path.join(__dirname, 'unpack-process.js'), [ID, String(rows - 1)], { silent: true });
        deepEqual(await once(killed, 'exit'), [null, 'SIGKILL']);
        const left = await tree(unpacked.path);
        equal(left.length >= rows - 1 && left.every((file) => /\.part\//.test(file)), true, left.join());
        equal((await loadDataset(ID)).length, rows);
        deepEqual(
          (await tree(unpacked.path)).filter((file) => file.includes('.part')),
          [],
        );
      });
      await rm(path.join(unpacked.path, 'datasets'), { recursive: true });
    }
  });
});
