import { deepEqual, throws } from 'node:assert/strict';
import { ParameterError } from 'onpa';
import { AudioDataset } from 'onpa/dist/dataset/audio-dataset.js';
import { classLabel } from 'onpa/dist/dataset/class-label.js';
import type { SplitSizes } from 'onpa/dist/dataset/split-sizes.js';
import { fixture } from '../fixtures.js';

interface Case {
  rows: number;
  seed: number;
  options?: SplitSizes & { shuffle?: boolean };
}

/** A data set whose label is the row. */
function numbered(length: number): AudioDataset<'row'> {
  const values = Array.from({ length }, (_, i) => i);
  const feature = classLabel(values.map(String));
  const files = values.map((i) => `${i}.wav`);
  return new AudioDataset({
    name: 'numbers',
    files,
    labels: new Map([['row', { feature, values }]]),
    sampleRate: undefined,
  });
}

describe('trainTestSplit and shuffle', () => {
  const { cases, tensor } = fixture<Record<string, Case> | SplitSizes[]>('dataset/splits');

  for (const [name, { rows, seed, options }] of Object.entries(cases.chosen as Record<string, Case>)) {
    it(`chooses the rows that Python's datasets chooses: ${name}`, () => {
      if (!options) {
        deepEqual(numbered(rows).shuffle({ seed }).column('row'), [...tensor(`${name}/order`, 'I32').data]);
        return;
      }
      const { train, test } = numbered(rows).trainTestSplit({ ...options, seed });
      deepEqual(train.column('row'), [...tensor(`${name}/train`, 'I32').data]);
      deepEqual(test.column('row'), [...tensor(`${name}/test`, 'I32').data]);
    });
  }

  it('takes a fifth for the test, with the seed 42, unless told otherwise', () => {
    const rows = numbered(999).trainTestSplit();
    deepEqual([rows.train.length, rows.test.length], [799, 200]);
    deepEqual(rows.test.column('row'), [...tensor('999 rows, seed 42, testSize 0.2/test', 'I32').data]);
  });

  it('splits a part of a data set by its own rows', () => {
    const part = numbered(20).select([19, 3, 7, 11]);
    const { train, test } = part.trainTestSplit({ testSize: 1, seed: 0 });
    deepEqual([...test.column('row'), ...train.column('row')], part.shuffle({ seed: 0 }).column('row'));
  });

  for (const options of cases.refused as SplitSizes[]) {
    it(`refuses the sizes that Python's datasets refuses: ${JSON.stringify(options)} of 10 rows`, () => {
      throws(() => numbered(10).trainTestSplit(options), ParameterError);
    });
  }

  it('says which sizes there can be', () => {
    const refusal = (options: object) => () => numbered(10).trainTestSplit(options);
    throws(refusal({ testSize: 10 }), {
      message: 'testSize is 10; give a share above 0 and below 1, or a whole number below the 10 rows',
    });
    throws(refusal({ testSize: 6, trainSize: 5 }), {
      message: 'testSize 6 and trainSize 5 are more than the 10 rows; reduce one',
    });
    throws(refusal({ testSize: 0.95 }), { message: 'testSize 0.95 of 10 rows leave none to train on' });
    throws(refusal({ seed: -1 }), { message: 'seed is -1; give a whole number of at least 0' });
    throws(refusal({ seed: 1.5 }), ParameterError);
  });

  it('leaves an empty data set empty, on both sides', () => {
    const { train, test } = numbered(3).select([]).trainTestSplit();
    deepEqual([train.length, test.length], [0, 0]);
  });
});

describe('class labels', () => {
  const genre = classLabel(['blues', 'jazz', 'rock']);

  it('translate numbers to names and back', () => {
    deepEqual([genre.names, genre.numClasses], [['blues', 'jazz', 'rock'], 3]);
    deepEqual([0, 1, 2].map(genre.int2str), ['blues', 'jazz', 'rock']);
    deepEqual(['rock', 'blues'].map(genre.str2int), [2, 0]);
  });

  it('name the range of what they have', () => {
    for (const label of [-1, 3, 0.5, Number.NaN]) {
      throws(() => genre.int2str(label), { message: `label is ${label}; give a whole number from 0 to 2` });
    }
    throws(() => genre.str2int('polka'), { message: "name is 'polka'; give one of blues, jazz, rock" });
  });
});
