import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { ParameterError } from 'onpa';
import { AudioDataset } from 'onpa/dist/dataset/audio-dataset.js';
import { classLabel } from 'onpa/dist/dataset/class-label.js';
import { foldsOfRows } from 'onpa/dist/dataset/folds.js';
import { fixture } from '../fixtures.js';

interface Case {
  set: string;
  kind: 'plain' | 'stratified' | 'stratifiedGroups' | 'groups';
  folds: number;
  seed?: number;
}

/** Clips of classes, and of the artists in their names. */
function clips(classes: readonly number[], artists = classes.map((_, i) => i)): AudioDataset<'genre'> {
  const feature = classLabel(['blues', 'jazz', 'rock']);
  return new AudioDataset({
    name: 'clips',
    files: artists.map((artist, i) => `artist-${artist}/${i}.wav`),
    labels: new Map([['genre', { feature, values: classes }]]),
    columns: new Map([['artist', artists]]),
    sampleRate: undefined,
  });
}

const artistOf = ({ file }: { file: string }): string => file.split('/')[0];

describe('Folds', () => {
  const { cases, tensor } = fixture<Case>('dataset/folds');

  for (const [name, { set, kind, folds, seed }] of Object.entries(cases)) {
    it(`are scikit-learn's: ${name}`, () => {
      const numbers = (of: string): number[] => [...tensor(`${set}/${of}`, 'I32').data];
      const classes = kind.startsWith('stratified') ? numbers('classes') : undefined;
      const groups = kind.toLowerCase().endsWith('groups') ? numbers('groups') : undefined;
      const rows = numbers('classes').length;
      deepEqual([...foldsOfRows(rows, { folds, seed, classes, groups })], [...tensor(name, 'I16').data]);
    });
  }

  it('without a seed put the largest groups first, so that they are about as large', () => {
    const sizes = [1, 2, 3, 5, 8, 13, 8, 5, 3, 2, 1, 1];
    const groups = sizes.flatMap((size, group) => Array(size).fill(`artist ${group}`));
    const foldOf = foldsOfRows(groups.length, { folds: 4, seed: undefined, groups });
    const found = [0, 1, 2, 3].map((fold) => foldOf.filter((of) => of === fold).length);
    deepEqual(found, [13, 13, 13, 13]);
    for (const group of new Set(groups)) equal(new Set(foldOf.filter((_, row) => groups[row] === group)).size, 1);
  });
});

describe('kFold', () => {
  const classes = Array.from({ length: 60 }, (_, i) => i % 3);

  it('tests each row once, with an equal share of each class in five folds', () => {
    const data = clips(classes);
    const pairs = data.kFold();
    deepEqual(
      pairs.map(({ test }) => test.length),
      [12, 12, 12, 12, 12],
    );
    deepEqual(pairs.flatMap(({ test }) => test.column('file')).sort(), data.column('file').sort());
    for (const { train, test } of pairs) {
      deepEqual(
        [0, 1, 2].map((kind) => test.column('genre').filter((of) => of === kind).length),
        [4, 4, 4],
      );
      deepEqual([...train.column('file'), ...test.column('file')].sort(), data.column('file').sort());
    }
  });

  it('keeps an artist on one side, by a function or a column', () => {
    const artists = classes.map((_, i) => Math.floor(i / 7));
    const data = clips(classes, artists);
    const byName = data.kFold({ folds: 3, groupBy: artistOf });
    const byColumn = data.kFold({ folds: 3, groupBy: 'artist' });
    deepEqual(
      byName.map(({ test }) => test.column('file')),
      byColumn.map(({ test }) => test.column('file')),
    );
    for (const { train, test } of byName) {
      const known = new Set(train.column('artist'));
      ok(test.column('artist').every((artist) => !known.has(artist)));
    }
  });

  it('deals out the rows of a part of a data set', () => {
    const part = clips(classes).select(Array.from({ length: 30 }, (_, i) => 2 * i));
    const pairs = part.kFold({ folds: 2, shuffle: false, stratifyBy: null });
    deepEqual(pairs[0].test.column('file'), part.column('file').slice(0, 15));
  });

  it('says what is wrong with what it is given', () => {
    const data = clips(classes);
    const refused = (options: object, message: RegExp): void =>
      throws(
        () => data.kFold(options),
        (error: Error) => error instanceof ParameterError && message.test(error.message),
      );
    refused({ folds: 1 }, /^folds is 1; give a whole number of at least 2/);
    refused({ folds: 21 }, /^folds is 21, but there are at most 20 rows of each class; give fewer folds$/);
    refused({ folds: 61, stratifyBy: null }, /^folds is 61, but there are 60 rows/);
    refused({ folds: 3, groupBy: () => 'one' }, /^folds is 3, but there are 1 groups/);
    refused({ groupBy: 'singer' }, /^groupBy is 'singer'; the columns of clips are file, genre, artist$/);
    refused({ groupBy: () => undefined }, /^groupBy gives undefined for artist-0\/0\.wav; give a text or a number/);
    refused({ stratifyBy: 'mood' }, /^stratifyBy is 'mood'/);
    refused({ seed: -1 }, /^seed is -1/);
    refused({ shuffle: 'yes' }, /^shuffle is/);
  });
});
