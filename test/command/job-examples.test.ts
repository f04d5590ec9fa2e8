import { deepEqual, equal, match, notDeepEqual, rejects } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DatasetError } from 'onpa';
import { loadRows, placeOf } from 'onpa/dist/command/job-examples.js';
import { type Job, parseJob } from 'onpa/dist/command/parse-job.js';
import { lay, ownFolder, ownUnpacked, tone } from '../dataset/folders.js';
import { inRepository } from '../fixtures.js';

describe('The rows of a job', () => {
  const folder = ownFolder();
  ownUnpacked();
  const said: string[] = [];
  beforeEach(() => said.splice(0));

  /** The names of the clips to train on, and of those to evaluate with. */
  async function rows(...line: string[]): Promise<[train: string[], evaluation: string[]]> {
    const job = (await parseJob(['--dataset', folder.path, ...line])) as Job;
    const { train, evaluation, classes } = await loadRows(job, (text) => said.push(text));
    deepEqual(classes.names, ['high', 'low']);
    const names = (files: string[]) => files.map((file) => path.basename(file, '.wav'));
    return [names(train.column('file')), names(evaluation.column('file'))];
  }

  /** Writes clips of two classes below each of these folders. */
  async function clips(...parts: string[]): Promise<void> {
    const files = parts.flatMap((part) =>
      Array.from({ length: 10 }, (_, i) => [
        path.join(part, i % 2 ? 'high' : 'low', `${part || 'clip'}${i}.wav`),
        tone(200 + i),
      ]),
    );
    await lay(folder.path, Object.fromEntries(files));
  }

  it('are those of the splits that the data set has', async () => {
    await clips('train', 'validation', 'test');
    const [train, validation] = await rows();
    equal(train.length, 10);
    deepEqual([...new Set(validation.map((name) => name.slice(0, -1)))], ['validation']);
    deepEqual(said, []);
    const [, test] = await rows('--eval_split_name', 'test');
    deepEqual([...new Set(test.map((name) => name.slice(0, -1)))], ['test']);
    await rejects(rows('--eval_split_name', 'nowhere'), DatasetError);
    await rejects(rows('--train_split_name', 'nowhere'), DatasetError);
  });

  it('are divided where there is no such split, the same way for each seed of a training, and that is said', async () => {
    await clips('');
    const [train, evaluation] = await rows('--seed', '1');
    deepEqual([train.length, evaluation.length], [8, 2]);
    deepEqual(
      train.filter((name) => evaluation.includes(name)),
      [],
    );
    match(said[0], /has no split 'validation'; .*Rows of 'train' are kept for evaluation/);
    deepEqual(await rows('--seed', '2'), [train, evaluation]);
    notDeepEqual(await rows('--split_seed', '1'), [train, evaluation]);
    const [rest, kept] = await rows('--test_size', '4');
    deepEqual([rest.length, kept.length], [6, 4]);
  });

  it('are not divided where there is such a split, and it cannot be had', async () => {
    const train = await readFile(inRepository('test', 'fixtures', 'dataset', '0000.parquet'));
    await lay(folder.path, { 'train.parquet': train, 'validation.parquet': train.subarray(0, 100) });
    await rejects(rows(), DatasetError);
    deepEqual(said, []);
  });

  it('are those of a fold, or of lists of names', async () => {
    await clips('');
    const parts = await Promise.all([0, 1, 2].map((fold) => rows('--fold', String(fold), '--num_folds', '3')));
    deepEqual(parts.flatMap(([, evaluation]) => evaluation).sort(), parts[0].flat().sort());
    await lay(folder.path, { 'train.txt': 'clip0\nclip1\nclip2\n', 'eval.txt': 'clip9\n' });
    const lists = ['train', 'eval'].flatMap((name) => [`--${name}_file`, path.join(folder.path, `${name}.txt`)]);
    deepEqual(await rows(...lists), [['clip0', 'clip1', 'clip2'], ['clip9']]);
  });

  it('are some of all where so many are asked for, and no more than there are', async () => {
    await clips('');
    const [all] = await rows();
    const [some, few] = await rows('--max_train_samples', '3', '--max_eval_samples', '1');
    deepEqual([some.length, few.length], [3, 1]);
    deepEqual(
      some.filter((name) => !all.includes(name)),
      [],
    );
    equal((await rows('--max_train_samples', '30'))[0].length, 8);
    await rejects(rows('--max_train_samples', '0'), /max_train_samples is 0; give a whole number of at least 1/);
  });

  it('and the model may come with the course, by their names alone', async () => {
    equal(await placeOf('mini-genres', ''), 'onpa:mini-genres');
    equal(await placeOf('mini-hubert', 'models'), 'onpa:models/mini-hubert');
    for (const name of ['marsyas/gtzan', 'audio/reggae.flac', 'nowhere', '../data'])
      equal(await placeOf(name, ''), name);
  });
});
