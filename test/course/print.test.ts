import { ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describeInChromium, launchChromium } from '../browser/chromium.js';
import { inRepository } from '../fixtures.js';

describeInChromium('a lesson on paper', 'the test of printing is', (executable) => {
  it('has every column of its code on A4', async () => {
    const work = inRepository('build', 'test', 'print');
    mkdirSync(work, { recursive: true });
    const path = join(work, 'printed.ipynb');
    const cell = { cell_type: 'code', id: 'a', metadata: {}, outputs: [], execution_count: null };
    // The longest line that a cell of a lesson may have.
    const cells = [{ ...cell, source: [`// ${'m'.repeat(72)}`] }];
    writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    const env = { ...process.env, ONPA_OUTPUT: work };
    await promisify(execFile)(process.execPath, [inRepository('scripts', 'notebooks.mjs'), path], { env });

    const browser = await launchChromium(executable);
    try {
      // The page itself asks for margins of half an inch.
      const width = Math.floor((210 / 25.4 - 1) * 96);
      const page = await browser.newPage({ viewport: { width, height: 1000 } });
      await page.goto(pathToFileURL(join(work, 'notebooks', 'printed.html')).href);
      await page.emulateMedia({ media: 'print' });
      const [code, box] = await page.evaluate<[number, number]>(`(() => {
        const code = document.querySelector('.jp-InputArea-editor pre');
        const range = document.createRange();
        range.selectNodeContents(code);
        const box = code.closest('.jp-InputArea-editor').getBoundingClientRect();
        return [range.getBoundingClientRect().right, box.right];
      })()`);
      ok(code < box, `the code ends at ${code}, its box at ${box}`);
    } finally {
      await browser.close();
    }
  });
});
