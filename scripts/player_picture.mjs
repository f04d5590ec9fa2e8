import { chromium } from 'playwright-core';
import { findProgram } from '../lib/setup/run.mjs';

/** Draws a switch between sounds, of which the second is chosen at half of its time, in Chromium; false where there is none. */
export async function drawPlayer(file, html) {
  const executablePath = process.env.CHROMIUM ?? findProgram(['chromium', 'chromium-browser', 'google-chrome']);
  if (!executablePath) return false;
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const tab = await browser.newPage({
      viewport: { width: 780, height: 700 },
      deviceScaleFactor: 1.5,
      locale: 'en-GB',
    });
    await tab.setContent(`<!doctype html><html lang="en"><title>Sounds</title>${html}`);
    const player = tab.locator('.onpa-player');
    await player.locator('.picture').nth(1).click();
    await player.locator('.time', { hasText: /^0\.[45]/ }).waitFor();
    await tab.mouse.move(0, 0);
    await player.screenshot({ path: file });
  } finally {
    await browser.close();
  }
  return true;
}
