import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { buildSite } from '../course/site/build.mjs';
import { findProgram } from '../lib/setup/run.mjs';
import { serveFolders } from '../web/server.mjs';
import { root } from './setup/root.mjs';

/** Draws a lesson in the book, in Chromium; false where there is none. */
export async function drawSite(file) {
  const executablePath = process.env.CHROMIUM ?? findProgram(['chromium', 'chromium-browser', 'google-chrome']);
  if (!executablePath) return false;
  const site = join(root, 'build', 'site');
  await buildSite(site);
  const { server, address } = await serveFolders({ '/': site });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const options = { viewport: { width: 1120, height: 760 }, locale: 'en-GB', colorScheme: 'dark' };
    const tab = await browser.newPage(options);
    tab.setDefaultTimeout(120_000);
    await tab.goto(`${address}en/03-stft.html`);
    const chart = tab.locator('[data-chart]').nth(1);
    await chart.evaluate((element) => scrollTo({ top: element.offsetTop - 330, behavior: 'instant' }));
    await chart.locator('canvas').waitFor();
    await tab.locator('[data-chart][data-drawn]').nth(1).waitFor();
    await tab.screenshot({ path: file });
  } finally {
    await browser.close();
    server.close();
  }
  return true;
}
