import { deepEqual, equal, rejects } from 'node:assert/strict';
import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { loadDataset } from 'onpa';
import { folderRows } from 'onpa/dist/dataset/folder-rows.js';
import { quietly, withWarnings } from '../hubert/warnings.js';
import { lay, ownFolder } from './folders.js';

describe('what is in no row of a folder', () => {
  const folder = ownFolder();
  const link = (target: string, at: string) => symlink(target, path.join(folder.path, at));
  const load = () => withWarnings(() => loadDataset(folder.path));

  it('is counted and named once, with the reason', async () => {
    await lay(folder.path, {
      'genres/rock/a.WAV': '',
      'genres/rock/._a.wav': '',
      'genres/rock/notes.txt': '',
      'genres/rock/.ipynb_checkpoints/a-checkpoint.wav': '',
      'genres/__MACOSX/rock/b.wav': '',
      'genres/.git/b.wav': '',
      'genres/README.md': '',
      'genres/intro.wav': '',
    });
    await mkdir(path.join(folder.path, 'genres', 'empty'));
    const { result, warnings } = await withWarnings(async () => [
      await loadDataset(folder.path),
      await loadDataset(folder.path),
    ]);
    deepEqual([result[0].length, result[0].features.genre.names], [1, ['rock']]);
    deepEqual(warnings, [
      `${folder.path}: 8 left out, 2 of no kind that load opens (genres/README.md, genres/rock/notes.txt); ` +
        '1 in no folder of a class (genres/intro.wav); ' +
        '4 hidden (genres/.git/, genres/__MACOSX/, genres/rock/._a.wav, …); 1 without a file (genres/empty/)',
    ]);
    await lay(folder.path, { 'genres/rock/more.txt': '' });
    equal((await load()).warnings.length, 1);
  });

  it('may lie beside the splits', async () => {
    await lay(folder.path, { 'train/rock/a.wav': '', 'test/rock/b.wav': '', 'extra/rock/c.wav': '', 'd.wav': '' });
    deepEqual((await load()).warnings, [
      `${folder.path}: 2 left out, 2 in the folder of no split (d.wav, extra/rock/c.wav)`,
    ]);
  });

  it('may lie above the splits', async () => {
    await lay(folder.path, { 'data/train/rock/a.wav': '', 'data/Test/rock/b.wav': '', 'demo.wav': '', 'x/y.wav': '' });
    const { result, warnings } = await load();
    deepEqual([result.column('file').length, result.features.genre.names], [1, ['rock']]);
    deepEqual(warnings, [`${folder.path}: 2 left out, 2 in the folder of no split (demo.wav, x/y.wav)`]);
  });

  it('is not put among the clips to train with where only a part for testing is called so', async () => {
    await lay(folder.path, { 'rock/a.wav': '', 'jazz/b.wav': '', 'test/rock/c.wav': '', 'test/jazz/d.wav': '' });
    const { warnings } = await withWarnings(() =>
      rejects(loadDataset(folder.path), /no split 'train'; give one of test$/),
    );
    deepEqual(warnings, [`${folder.path}: 2 left out, 2 in the folder of no split (jazz/b.wav, rock/a.wav)`]);
  });

  it('may be clips that metadata does not name', async () => {
    await lay(folder.path, { 'metadata.csv': 'file_name,label\na.wav,rock\n', 'a.wav': '', 'b.wav': '', 'c.txt': '' });
    deepEqual((await load()).warnings, [
      `${folder.path}: 2 left out, 1 of no kind that load opens (c.txt); 1 that no metadata names (b.wav)`,
    ]);
  });

  it('is nothing in a folder that has only clips', async () => {
    await lay(folder.path, { 'rock/a.wav': '', 'jazz/b.flac': '' });
    deepEqual((await load()).warnings, []);
  });

  it('is never a whole class: its folder is named', async () => {
    await lay(folder.path, { 'blues/a.wav': '', 'pop/a.xyz': '', 'pop/b.xyz': '', 'rock/sub/c.wav': '' });
    await rejects(loadDataset(folder.path), {
      name: 'DatasetError',
      message:
        `${path.join(folder.path, 'pop')}, a class, has no file that load opens (it has a.xyz and 1 more); ` +
        'convert its files to WAV or FLAC, or move the folder out of the data set',
    });
    await rm(path.join(folder.path, 'pop'), { recursive: true });
    await lay(folder.path, { 'rock/sub/deep/notes.txt': '' });
    equal((await quietly(() => loadDataset(folder.path))).length, 2);
  });

  it('is never a whole class of a split that others have', async () => {
    await lay(folder.path, {
      'train/pop/a.wav': '',
      'train/rock/a.wav': '',
      'test/pop/a.xyz': '',
      'test/rock/b.wav': '',
    });
    for (const split of ['train', 'test']) {
      await rejects(loadDataset(folder.path, { split }), (error: Error) =>
        error.message.startsWith(`${path.join(folder.path, 'test', 'pop')}, a class, has no file that load opens`),
      );
    }
  });

  it('is never a whole split: one without classes is named', async () => {
    await lay(folder.path, { 'train/pop/a.wav': '', 'train/rock/a.wav': '', 'test/1.wav': '' });
    equal((await quietly(() => loadDataset(folder.path))).length, 2);
    await rejects(
      loadDataset(folder.path, { split: 'test' }),
      /the clips of split 'test' are in no folder of a class; a/,
    );
  });

  it('is what links in circles or to nothing lead to; other links are followed', async () => {
    await lay(folder.path, { 'set/rock/a.wav': '', 'elsewhere/b.wav': '', 'elsewhere/c.wav': '' });
    await link('../elsewhere', 'set/jazz');
    await link('..', 'set/rock/up');
    await link('.', 'set/rock/here');
    await link('../..', 'set/rock/above');
    await link('nowhere', 'set/rock/nothing.wav');
    await link('a.wav', 'set/rock/again.wav');
    await link('loop.wav', 'set/rock/loop.wav');
    const set = path.join(folder.path, 'set');
    const { result, warnings } = await withWarnings(() => loadDataset(set));
    deepEqual(
      result.column('file').map((file) => path.relative(set, file)),
      ['jazz/b.wav', 'jazz/c.wav', 'rock/a.wav', 'rock/again.wav'].map(path.normalize),
    );
    deepEqual(warnings, [
      `${set}: 5 left out, 5 behind links that lead nowhere, or where the data set is read already ` +
        '(rock/above/, rock/here/, rock/loop.wav, …)',
    ]);
  });

  it('ends soon where folders that link to each other have as many ways as there are atoms', async () => {
    const names = Array.from({ length: 16 }, (_, i) => `c${i}`);
    for (const name of names) await lay(folder.path, { [`${name}/a.wav`]: '' });
    for (const name of names)
      for (const other of names) await link(path.join('..', other), path.join(name, `to ${other}`));
    const { rows, leftOut } = await folderRows(folder.path);
    deepEqual([rows.length, leftOut.length], [16, 256]);
  });

  it('is no excuse: a folder that cannot be read is an error', async () => {
    await lay(folder.path, { 'rock/a.wav': '', 'jazz/b.wav': '' });
    const jazz = path.join(folder.path, 'jazz');
    await chmod(jazz, 0);
    try {
      // Root reads it all the same.
      if (process.getuid?.() === 0) equal((await loadDataset(folder.path)).length, 2);
      else
        await rejects(loadDataset(folder.path), (error: Error) => error.message.startsWith(`${jazz} cannot be read:`));
    } finally {
      await chmod(jazz, 0o755);
    }
  });
});

describe('every file of a folder', () => {
  const folder = ownFolder();
  const name = fc.constantFrom(
    'a',
    'b',
    'jazz',
    'train',
    'Test',
    'my-dev_2',
    'genres',
    'data',
    '.hidden',
    '__MACOSX',
    'x y',
  );
  const file = fc.constantFrom(
    '1.wav',
    '2.WAV',
    'test_3.flac',
    '._1.wav',
    'notes.txt',
    'cover.png',
    'none',
    'train.mp3',
  );
  const place = fc.tuple(fc.array(name, { maxLength: 4 }), file).map(([folders, last]) => [...folders, last].join('/'));

  it('is in one row of one split, or named as left out, or part of an error that names a folder', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(place, { minLength: 1, maxLength: 14 }), fc.boolean(), async (files, asTable) => {
        const root = path.join(folder.path, 'set');
        await lay(root, Object.fromEntries(files.map((one) => [one, ''])));
        const table = files.filter((one, i) => i % 2 === 0 && !one.includes('.hidden') && !one.includes('__'));
        const isTable = asTable && table.length > 0;
        if (isTable)
          await lay(root, { 'metadata.csv': `file_name,label\n${table.map((one) => `${one},x\n`).join('')}` });
        try {
          const { rows, leftOut, splits } = await folderRows(root);
          const hidden = leftOut.filter((one) => one.path.endsWith('/'));
          const isBelow = (one: string) => hidden.some((above) => one.startsWith(above.path));
          const named = [...rows, ...leftOut.filter((one) => !hidden.includes(one))].map((one) => one.path);
          const left = files.filter((one) => !isBelow(one));
          deepEqual([...new Set(named)].sort(), left.sort());
          equal(named.length, left.length);
          equal(
            rows.every((row) => splits.includes(row.split)),
            true,
          );
        } catch (error) {
          if ((error as Error).name !== 'DatasetError') throw error;
          equal((error as Error).message.startsWith(root), true);
        } finally {
          await rm(root, { recursive: true });
        }
      }),
      { numRuns: 60 },
    );
  });
});
