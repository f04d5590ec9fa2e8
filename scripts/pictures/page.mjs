import { join } from 'node:path';
import { buildPage } from '../../web/build.mjs';
import { root } from '../setup/root.mjs';
import { inChromium } from './in-chromium.mjs';

/** Draws the page that hears while it plays the medley. */
export async function drawPage(file) {
  const page = join(root, 'build', 'web');
  await buildPage(page);
  const draw = async (tab, address) => {
    await tab.goto(address);
    await tab.locator('[data-word=medley]').click();
    await tab.locator('#status:not(:empty)').waitFor({ state: 'attached' });
    await tab.locator('#play').click();
    await tab.locator('#time', { hasText: /^0:(1[7-9]|2)/ }).waitFor();
    await tab.locator('#play').click();
    await tab.mouse.move(0, 0);
    await tab.screenshot({ path: file });
  };
  await inChromium({ viewport: { width: 1080, height: 1390 } }, draw, page);
}
