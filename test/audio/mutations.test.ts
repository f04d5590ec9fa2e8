import assert from 'node:assert/strict';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Outcome, Progress } from './mutations.js';

const FILES = 1000;
/** How long one file may take, in ms; the largest needs a few. */
const PATIENCE = 20_000;

/** Loads damaged files in a thread of its own. */
function loadAll(): Promise<{ outcomes: Outcome[]; memory: number[] }> {
  return new Promise((resolve, reject) => {
    const memory: number[] = [];
    const worker = new Worker(path.join(__dirname, 'mutations.js'));
    let timer: NodeJS.Timeout | undefined;
    const end = (settle: () => void) => {
      clearTimeout(timer);
      void worker.terminate();
      settle();
    };
    worker.on('error', (error) => end(() => reject(error)));
    worker.on('message', (message: Progress | Outcome[]) => {
      if (Array.isArray(message)) return end(() => resolve({ outcomes: message, memory }));
      memory.push(message.memory);
      clearTimeout(timer);
      timer = setTimeout(() => end(() => reject(new Error(`never ends: ${message.name}`))), PATIENCE);
    });
    worker.postMessage(FILES);
  });
}

describe('decoding of damaged files', function () {
  this.timeout(300_000);
  let outcomes: Outcome[];
  let memory: number[];

  before(async () => {
    ({ outcomes, memory } = await loadAll());
  });

  it('each of 1,000 ends in sound or in an AudioDecodeError', () => {
    assert.equal(outcomes.length, FILES);
    assert.deepEqual(outcomes.filter(({ wrong }) => wrong).slice(0, 5), []);
  });

  it('gives no more sound than such a small file can hold', () => {
    // The largest file has 14 kB; FLAC and MP3 hold silence in a few bytes.
    const most = Math.max(...outcomes.map(({ samples }) => samples ?? 0));
    assert.ok(most < 1_000_000, `${most} samples`);
  });

  it('some can be read and some cannot', () => {
    const read = outcomes.filter(({ samples }) => samples).length;
    assert.ok(read > FILES / 20 && read < (FILES * 19) / 20, `${read} of ${FILES} were read`);
  });

  it('needs no more memory in the end than after the first 300', () => {
    const growth = memory[FILES - 1] - Math.max(...memory.slice(0, 300));
    assert.ok(growth < 100e6, `${growth / 1e6} MB more`);
  });
});
