import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatasetError, loadDataset } from 'onpa';
import { inRepository } from '../fixtures.js';
import { quietly } from '../hubert/warnings.js';
import { lay, ownFolder } from './folders.js';

interface Case {
  name: string;
  files: Record<string, string>;
  error?: string;
  /** Of classes that are folders. */
  names?: string[] | null;
  splits?: Record<string, Record<string, unknown>[]>;
}

const { cases } = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'dataset', 'folders.json'), 'utf8')) as {
  cases: Case[];
};

describe("a folder, beside Python's datasets", () => {
  const folder = ownFolder();

  for (const { name, files, error, names, splits } of cases) {
    if (error) {
      it(`is refused as there: ${name}`, async () => {
        await lay(folder.path, files);
        await rejects(
          quietly(() => loadDataset(folder.path)),
          DatasetError,
        );
      });
      continue;
    }
    it(`gives the same rows, in the same order: ${name}`, async () => {
      await lay(folder.path, files);
      for (const [split, rows] of Object.entries(splits!)) {
        const dataset = await quietly(() => loadDataset<string>(folder.path, { split }));
        const found = dataset.column('file').map((file) => path.relative(folder.path, file).split(path.sep).join('/'));
        deepEqual(
          found,
          rows.map(({ file }) => file),
        );
        const [, , label] = dataset.columnNames;
        const feature = dataset.features[label];
        if (names) deepEqual(feature.names, names);
        for (const column of Object.keys(rows[0])) {
          if (column === 'file') continue;
          const isLabel = column === 'label';
          const values = isLabel
            ? (dataset.column(label) as number[]).map((value) => (value < 0 ? null : feature.int2str(value)))
            : dataset.column(column);
          deepEqual(
            values,
            rows.map((row) => row[column]),
            column,
          );
        }
      }
    });
  }

  it('has no splits but those that are there', async () => {
    for (const { name, files, splits } of cases.filter((one) => one.splits)) {
      const here = path.join(folder.path, name.replaceAll('/', '-'));
      await lay(here, files);
      const error = await quietly(() => loadDataset(here, { split: 'none' })).then(
        () => undefined,
        (reason: Error) => reason,
      );
      equal(error?.message, `${here} has no split 'none'; give one of ${Object.keys(splits!).sort().join(', ')}`);
    }
  });
});
