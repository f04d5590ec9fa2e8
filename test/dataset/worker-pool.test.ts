import { deepEqual, equal, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { AudioDecodeError, DatasetError } from 'onpa';
import { type WorkerPool, workerPool } from 'onpa/dist/dataset/worker-pool.js';
import { lay, ownFolder, tone } from './folders.js';
import type { Job } from './numbers-worker.js';

describe('a pool of threads', () => {
  const folder = ownFolder();
  const flag = () => new SharedArrayBuffer(4);
  const set = (shared: SharedArrayBuffer) => {
    Atomics.store(new Int32Array(shared), 0, 1);
    Atomics.notify(new Int32Array(shared), 0);
  };
  let pool: WorkerPool<Job, string>;
  const open = (size: number) => {
    pool = workerPool(path.join(__dirname, 'numbers-worker.js'), size);
  };
  afterEach(() => pool.close());

  it('fails with the name of the file where a thread ends, and goes on with another', async () => {
    open(1);
    const jobs: Job[] = [
      { file: 'a', work: 'answer' },
      { file: 'b', work: 'exit' },
      { file: 'c', work: 'answer' },
      { file: 'd', work: 'throw' },
      { file: 'e', work: 'answer' },
    ];
    const results = await Promise.allSettled(jobs.map((job) => pool.run(job, flag())));
    const told = results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message));
    deepEqual(told, [
      'a',
      'the thread that decoded b has ended: exit code 7',
      'c',
      'the thread that decoded d has ended: out of order',
      'e',
    ]);
  });

  it('fails where its threads cannot start', async () => {
    pool = workerPool(path.join(folder.path, 'no-such-file.js'), 2);
    await rejects(pool.run({ file: 'a', work: 'answer' }, flag()), (error: Error) => {
      return (
        error instanceof DatasetError && error.message.startsWith('the thread that decoded a has ended: Cannot find')
      );
    });
  });

  it('passes the error of a file on', async () => {
    open(1);
    await rejects(pool.run({ file: 'a', work: 'fail' }, flag()), (error: Error) => {
      return error instanceof AudioDecodeError && error.message === 'a is no sound';
    });
  });

  it('leaves out what was called off before it began', async () => {
    open(1);
    const [gate, later] = [flag(), flag()];
    const note = path.join(folder.path, 'note');
    const waiting = pool.run({ file: 'a', work: 'wait', gate }, flag());
    const noting = pool.run({ file: note, work: 'note' }, later);
    set(later);
    set(gate);
    deepEqual([await waiting, await noting], ['a', undefined]);
    equal(existsSync(note), false);
  });

  it('lets the threads that are free work beside one that is not', async () => {
    open(2);
    const gate = flag();
    const waiting = pool.run({ file: 'a', work: 'wait', gate }, flag());
    equal(await pool.run({ file: 'b', work: 'answer' }, flag()), 'b');
    set(gate);
    equal(await waiting, 'a');
  });

  it('lets go of everyone when it is closed', async () => {
    open(1);
    const waiting = pool.run({ file: 'a', work: 'wait', gate: flag() }, flag());
    await pool.close();
    equal(await waiting, undefined);
  });
});

describe('a process that reads a data set', () => {
  const folder = ownFolder();

  it('ends when it has nothing left to do, whether the data set is closed or not', async () => {
    for (let row = 0; row < 4; row++) await lay(folder.path, { [`rock/${row}.wav`]: tone(440) });
    const program = `
      const { loadDataset, Wav2Vec2FeatureExtractor } = require('onpa');
      (async () => {
        const encoded = (await loadDataset(process.argv[1])).preprocess(new Wav2Vec2FeatureExtractor());
        for await (const { inputValues } of encoded.examples([0, 1, 2])) console.log(inputValues.length);
        const left = encoded.examples([3, 2, 1, 0])[Symbol.asyncIterator]();
        console.log((await left.next()).value.label);
      })();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program, folder.path], { cwd: __dirname });
    deepEqual(stdout.trim().split('\n'), ['1600', '1600', '1600', '0']);
  });
});
