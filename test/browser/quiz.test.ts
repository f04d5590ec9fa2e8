import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readQuiz } from 'onpa/dist/exercises/quiz-file.js';
import { quizHtml } from 'onpa/dist/exercises/quiz-html.js';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from './chromium.js';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describeInChromium('a quiz in Chromium', 'the tests of quizzes are', (executable) => {
  let browser: Browser;
  let page: Page;

  before(async () => {
    browser = await launchChromium(executable);
    page = await browser.newPage({ viewport: { width: 800, height: 900 } });
  });

  after(() => browser?.close());

  const put = (style: string) =>
    page.setContent(
      `<!doctype html><html lang="en"><title>quiz</title><body style="${style}"><main>${quizHtml(readQuiz('01-waveform'))}`,
    );
  const first = 'section[lang=en] li:first-of-type details';

  it('hides every reason until its answer is opened, by the keyboard alone too', async () => {
    await put('');
    equal(await page.locator('strong').filter({ visible: true }).count(), 0);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const shown = page.locator('strong').filter({ visible: true });
    equal(await shown.count(), 1);
    ok(
      await page
        .locator(first)
        .first()
        .getAttribute('open')
        .then((open) => open !== null),
    );
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    equal(await shown.count(), 2);
  });

  for (const [name, style] of [
    ['light', 'color:#000;background:#fff'],
    ['dark', 'color:#e0e0e0;background:#111'],
  ]) {
    it(`has nothing that axe complains of on a ${name} page, all opened`, async () => {
      await put(style);
      await page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
      await page.evaluate(AXE);
      const { violations } = await page.evaluate<{ violations: { id: string }[] }>("axe.run('main')");
      deepEqual(
        violations.map(({ id }) => id),
        [],
      );
    });
  }

  it('fits into a narrow column', async () => {
    await put('width:300px');
    equal(await page.evaluate('document.querySelector("main").scrollWidth <= 300'), true);
  });
});
