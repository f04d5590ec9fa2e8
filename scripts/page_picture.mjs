import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { findProgram } from '../lib/setup/run.mjs';
import { buildPage } from '../web/build.mjs';
import { serveFolders } from '../web/server.mjs';
import { root } from './setup/root.mjs';

/** Draws the page that hears while it plays the medley, in Chromium; false where there is none. */
export async function drawPage(file) {
  const executablePath = process.env.CHROMIUM ?? findProgram(['chromium', 'chromium-browser', 'google-chrome']);
  if (!executablePath) return false;
  const page = join(root, 'build', 'web');
  await buildPage(page);
  const { server, address } = await serveFolders({ '/': page });
  const args = ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const tab = await browser.newPage({ viewport: { width: 1080, height: 1390 }, locale: 'en-GB' });
    tab.setDefaultTimeout(300_000);
    await tab.goto(address);
    await tab.locator('[data-word=medley]').click();
    await tab.locator('#status:not(:empty)').waitFor({ state: 'attached' });
    await tab.locator('#play').click();
    await tab.locator('#time', { hasText: /^0:(1[7-9]|2)/ }).waitFor();
    await tab.locator('#play').click();
    await tab.mouse.move(0, 0);
    await tab.screenshot({ path: file });
  } finally {
    await browser.close();
    server.close();
  }
  return true;
}
