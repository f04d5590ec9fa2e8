import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { tf } from 'onpa';
import { compiled } from 'onpa/dist/tensor/compiled.js';
import { releaseLibraryPages } from 'onpa/dist/tensor/library-pages.js';
import { classifierOf, forward, inputOf } from '../hubert/models.js';

/** Bytes of pages of files in this process's memory. */
const filePages = () => 1024 * Number(/^RssFile:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1]);

describe("What is in memory of TensorFlow's libraries", () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });

  it('is little once they are linked', () => {
    const bytes = Number(execFileSync(process.execPath, [path.join(__dirname, 'library-pages-process.js')]));
    assert.ok(bytes < 150e6, `${bytes} bytes`);
  });

  it('is little after a compilation', () => {
    const double = compiled(['x'], (o, x) => [o.add(x, x)]);
    const doubled = tf.tidy(() => double(tf.fill([2 ** 18], 3))[0].dataSync());
    assert.ok(doubled.every((value) => value === 6));
    assert.ok(filePages() < 150e6, `${filePages()} bytes`);
  });

  it('comes back where it is used: a model gives the same logits and gradients', async () => {
    const { runs, ...plan } = forward.cases.group;
    const model = await classifierOf(plan);
    const [run] = Object.values(runs);
    const input = { ...inputOf(run), labels: run.lengths.map((_, i) => i) };
    const results = () => {
      const { logits, loss, gradients } = model.lossAndGradients(input);
      const all = [logits, loss, ...Object.values(gradients)];
      const numbers = all.map((tensor) => Array.from(tensor.dataSync()));
      tf.dispose(all);
      return numbers;
    };
    const expected = results();
    const before = filePages();
    releaseLibraryPages();
    assert.ok(filePages() < before - 10e6, `${before} bytes before, ${filePages()} after`);
    assert.deepEqual(results(), expected);
    model.dispose();
  });
});
