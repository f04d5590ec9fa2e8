import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError, loadDataset } from 'onpa';
import { inRepository } from '../fixtures.js';
import { tree } from '../hub/surroundings.js';
import { withWarnings } from '../hubert/warnings.js';
import { all, lay, ownFolder, ownUnpacked, tone } from './folders.js';

const stored = (name: string) => readFile(inRepository('test', 'fixtures', 'dataset', `${name}.parquet`));

describe('loadDataset of a folder of Parquet files', () => {
  const folder = ownFolder();
  const cache = ownUnpacked();

  it('has the rows of all files of the split, unpacked once', async () => {
    await lay(folder.path, {
      'data/train-00000-of-00002.parquet': await stored('0000'),
      'data/train-00001-of-00002.parquet': await stored('0001'),
      'data/test-00000-of-00001.parquet': await stored('0002'),
      'README.md': 'notes',
    });
    const train = await loadDataset(folder.path);
    deepEqual([train.length, train.features.genre.names], [16, ['blues', 'jazz', 'rock']]);
    equal((await loadDataset(folder.path, { split: 'test' })).length, 8);
    const files = await tree(cache.path);
    equal((await loadDataset(folder.path)).length, 16);
    deepEqual(await tree(cache.path), files);
    await rejects(loadDataset(folder.path, { split: 'dev' }), /no split 'dev'; give one of test, train$/);
    // Another file of the same name is another data set.
    await lay(folder.path, { 'data/test-00000-of-00001.parquet': await stored('0000') });
    const { file } = await (await loadDataset(folder.path, { split: 'test' })).row(0);
    equal(path.basename(file), '000000-clip-00.flac');
  });

  it('is streamed from where it lies', async () => {
    await lay(folder.path, { 'train/a.parquet': await stored('0000'), 'train/b.parquet': await stored('0001') });
    const streamed = await loadDataset(folder.path, { streaming: true, labelColumn: 'tempo' });
    const rows = await all(streamed.skip(7));
    deepEqual(rows.map(({ file }) => file).slice(0, 2), ['clip-07.flac', 'clip-08.flac']);
    deepEqual([rows.length, streamed.columnNames], [9, ['file', 'audio', 'tempo', 'genre']]);
    deepEqual(await tree(cache.path), []);
  });

  it('finds splits by the words that Python knows, and names files of none', async () => {
    const [one, other] = [await stored('0000'), await stored('0001')];
    let first = true;
    for (const [name, split] of [
      ['my-dev.parquet', 'validation'],
      ['Testing/0.parquet', 'test'],
      ['default/train/0000.parquet', 'train'],
      ['eval_01.parquet', 'test'],
    ]) {
      await lay(folder.path, { [name]: one, 'more.parquet': other });
      const { result, warnings } = await withWarnings(() => loadDataset(folder.path, { split, streaming: true }));
      equal((await all(result)).length, 8, name);
      // Once for all.
      deepEqual(warnings, first ? [`${folder.path}: 1 left out, 1 in the folder of no split (more.parquet)`] : []);
      first = false;
      await rm(path.join(folder.path, name.split('/')[0]), { recursive: true });
    }
    equal((await all(await loadDataset(folder.path, { streaming: true }))).length, 8);
  });

  it('leaves a folder with clips what it is, and names a damaged file', async () => {
    await lay(folder.path, { 'jazz/a.wav': tone(440), 'more.parquet': await stored('0000') });
    equal((await loadDataset(folder.path)).length, 1);
    await rm(path.join(folder.path, 'jazz'), { recursive: true });
    await lay(folder.path, { 'more.parquet': (await stored('0000')).subarray(0, 9000) });
    await rejects(loadDataset(folder.path), (error: Error) => {
      return error instanceof DatasetError && error.message.startsWith(path.join(folder.path, 'more.parquet'));
    });
    deepEqual(await tree(cache.path), []);
  });
});
