import { deepEqual, equal, rejects } from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError, loadDataset } from 'onpa';
import { withWarnings } from '../hubert/warnings.js';
import { all, lay, ownFolder, tone } from './folders.js';

describe('metadata beside clips', () => {
  const folder = ownFolder();
  const at = (...parts: string[]) => path.join(folder.path, ...parts);
  const refused = (start: string, options: object = {}) =>
    rejects(loadDataset(folder.path, options), (error: Error) => {
      equal(error instanceof DatasetError, true);
      equal(error.message.slice(0, start.length), start);
      return true;
    });

  it('gives each row its class and all else that it says', async () => {
    await lay(folder.path, {
      'metadata.csv': 'file_name,label,artist,tempo\nb.wav,rock,"Miles, Davis",120\nc.wav,,,90.5\nclips/a.wav,jazz,,\n',
      'b.wav': tone(440),
      'c.wav': tone(440),
      'clips/a.wav': tone(440),
    });
    const { result: dataset, warnings } = await withWarnings(() => loadDataset<'label'>(folder.path));
    deepEqual([dataset.columnNames, warnings], [['file', 'audio', 'label', 'artist', 'tempo'], []]);
    deepEqual(
      [dataset.features.label.names, dataset.column('label')],
      [
        ['jazz', 'rock'],
        [1, -1, 0],
      ],
    );
    deepEqual(dataset.select([2, 0]).column('artist'), [null, 'Miles, Davis']);
    const rows = await all(dataset.shuffle({ seed: 1 }));
    deepEqual(
      rows.map(({ file, label, artist, tempo }) => [path.relative(folder.path, file), label, artist, tempo]).sort(),
      [
        ['b.wav', 1, 'Miles, Davis', 120],
        ['c.wav', -1, null, 90.5],
        [path.join('clips', 'a.wav'), 0, null, null],
      ],
    );
  });

  it('has the column of classes that is asked for, in numbers that are the same in all splits', async () => {
    const csv = (rows: string) => `file_name,genre,artist\n${rows}`;
    await lay(folder.path, {
      'train/metadata.csv': csv('a.wav,rock,X\nb.wav,jazz,Y\n'),
      'train/a.wav': '',
      'train/b.wav': '',
      'test/metadata.csv': csv('c.wav,blues,Y\n'),
      'test/c.wav': '',
    });
    const test = await loadDataset(folder.path, { split: 'test' });
    deepEqual([test.features.genre.names, test.column('genre')], [['blues', 'jazz', 'rock'], [0]]);
    const train = await loadDataset(folder.path, { labelColumn: 'artist' });
    deepEqual(
      [train.features.artist.names, train.column('artist')],
      [
        ['X', 'Y'],
        [0, 1],
      ],
    );
    deepEqual(train.column('genre'), ['rock', 'jazz']);
  });

  it('may have numbers for classes, which stay what they are', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `{"file_name": "${i}.wav", "label": ${11 - i}}`);
    await lay(folder.path, { 'metadata.jsonl': rows.join('\r\n') });
    for (let i = 0; i < 12; i++) await lay(folder.path, { [`${i}.wav`]: '' });
    const dataset = await loadDataset<'label'>(folder.path);
    deepEqual(dataset.column('label'), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    deepEqual(dataset.features.label.names[10], '10');
  });

  it('keeps long numbers of tracks to the last digit', async () => {
    await lay(folder.path, { 'metadata.csv': 'file_name,label,id\na.wav,x,90071992547409931\n', 'a.wav': '' });
    deepEqual((await loadDataset(folder.path)).column('id'), ['90071992547409931']);
  });

  it('leaves classes to the folders where it has no column of them', async () => {
    await lay(folder.path, {
      'metadata.csv': 'file_name,tempo\nset/rock/a.wav,1\nset/jazz/b.wav,2\n',
      'set/rock/a.wav': '',
      'set/jazz/b.wav': '',
    });
    const dataset = await loadDataset(folder.path);
    deepEqual(
      [dataset.features.genre.names, dataset.column('genre'), dataset.column('tempo')],
      [
        ['jazz', 'rock'],
        [1, 0],
        [1, 2],
      ],
    );
  });

  it('may lie above the splits of the clips that it names', async () => {
    await lay(folder.path, {
      'metadata.csv': 'file_name,label\ntrain/a.wav,rock\ntest/b.wav,jazz\n',
      'train/a.wav': '',
      'test/b.wav': '',
    });
    const test = await loadDataset<'label'>(folder.path, { split: 'test' });
    deepEqual([test.column('file'), test.column('label')], [[at('test', 'b.wav')], [0]]);
  });

  it('is refused with file and line where it names what is not there, or leads out of its folder', async () => {
    const csv = (name: string) =>
      lay(folder.path, { 'sub/metadata.csv': `file_name,label\na.wav,x\n${name},y\n`, 'sub/a.wav': '' });
    const line = `${at('sub', 'metadata.csv')}: line 3`;
    await lay(folder.path, { 'b.wav': '' });
    await csv('none.wav');
    await refused(`${line}: there is no file 'none.wav' in the folder of the table`);
    await csv('.');
    await refused(`${line}: there is no file '.' in the folder of the table`);
    await csv('');
    await refused(`${line} has no file_name; name its clip`);
    for (const name of [
      '../b.wav',
      'x/../../b.wav',
      '..\\b.wav',
      '/etc/passwd',
      'C:\\b.wav',
      'file:///etc/passwd',
      '..',
    ]) {
      await csv(name);
      await refused(
        `${line}: file_name is '${name}'; give a path relative to the folder of the table, that stays in it`,
      );
    }
  });

  it('is refused with its columns where it has none that names clips, or one that every row has', async () => {
    await lay(folder.path, { 'metadata.csv': 'name,label\na.wav,x\n', 'a.wav': '' });
    await refused(`${at('metadata.csv')} has no column file_name (its columns are name, label)`);
    await lay(folder.path, { 'metadata.csv': 'file_name,audio\na.wav,x\n' });
    await refused(`${at('metadata.csv')} has a column 'audio', which every row has already`);
    await lay(folder.path, { 'metadata.csv': 'file_name,artist\na.wav,x\n' });
    await refused(`${folder.path}: its metadata has no column 'label' of classes; give as labelColumn one of artist`);
    await refused(`${folder.path}: its metadata has no column 'tempo' of classes`, { labelColumn: 'tempo' });
    await lay(folder.path, { 'metadata.csv': 'file_name,label\na.wav,\n' });
    await refused(`${folder.path}: the column 'label' of its metadata is empty`);
  });

  it('is refused where it is damaged, with the line', async () => {
    await lay(folder.path, { 'a.wav': '', 'metadata.csv': 'file_name,label\na.wav,x,y\n' });
    await refused(`${at('metadata.csv')} cannot be read as CSV: Invalid Record Length`);
    await lay(folder.path, { 'metadata.csv': 'file_name,label\na.wav,"x\n' });
    await refused(`${at('metadata.csv')} cannot be read as CSV: Quote Not Closed`);
    await lay(folder.path, { 'metadata.csv': 'file_name,label,label\na.wav,x,x\n' });
    await refused(`${at('metadata.csv')} has two columns 'label'`);
    await lay(folder.path, { 'metadata.csv': '' });
    await refused(`${at('metadata.csv')} has no rows`);
    await lay(folder.path, { 'metadata.csv': Uint8Array.of(0x66, 0xff, 0xfe) });
    await refused(`${at('metadata.csv')} is not UTF-8`);
    await truncate(at('metadata.csv'), 300e6);
    await refused(`${at('metadata.csv')} has 300000000 bytes; at most 256000000 are read`);
  });

  it('is refused where a line is no JSON object, or a class no word', async () => {
    const lines = (...rows: string[]) => lay(folder.path, { 'metadata.jsonl': rows.join('\n'), 'a.wav': '' });
    await lines('{"file_name": "a.wav", "label": "x"}', '', '{"file_name": ');
    await refused(`${at('metadata.jsonl')}: line 3 cannot be read as JSON`);
    await lines('["a.wav"]');
    await refused(`${at('metadata.jsonl')}: line 1 holds no JSON object; give a JSON object in each line`);
    await lines(`${'['.repeat(200000)}`);
    await refused(`${at('metadata.jsonl')}: line 1 cannot be read as JSON`);
    await lines('{"file_name": "a.wav", "label": ["x", "y"]}');
    await refused(`the column 'label' has the value ["x","y"]; a class is a word or a number`);
  });

  it('may name columns as it likes', async () => {
    await lay(folder.path, {
      'metadata.jsonl': '{"file_name": "a.wav", "label": "x", "__proto__": 1, "constructor": 2, "toString": 3}',
      'a.wav': tone(440),
    });
    const dataset = await loadDataset(folder.path);
    const row = await dataset.row(0);
    deepEqual(
      ['__proto__', 'constructor', 'toString'].map((name) => Object.getOwnPropertyDescriptor(row, name)?.value),
      [1, 2, 3],
    );
    deepEqual(dataset.column('__proto__'), [1]);
  });
});
