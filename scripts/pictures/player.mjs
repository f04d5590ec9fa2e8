import { inChromium } from './in-chromium.mjs';

/** Draws a switch between sounds, of which the second is chosen at half of its time. */
export async function drawPlayer(file, html) {
  await inChromium({ viewport: { width: 780, height: 700 }, deviceScaleFactor: 1.5 }, async (tab) => {
    await tab.setContent(`<!doctype html><html lang="en"><title>Sounds</title>${html}`);
    const player = tab.locator('.onpa-player');
    await player.locator('.picture').nth(1).click();
    await player.locator('.time', { hasText: /^0\.[45]/ }).waitFor();
    await tab.mouse.move(0, 0);
    await player.screenshot({ path: file });
  });
}
