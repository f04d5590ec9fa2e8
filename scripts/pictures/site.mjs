import { join } from 'node:path';
import { buildSite } from '../../course/site/build.mjs';
import { root } from '../setup/root.mjs';
import { inChromium } from './in-chromium.mjs';

/** Draws a lesson in the book. */
export async function drawSite(file) {
  const site = join(root, 'build', 'site');
  await buildSite(site);
  const draw = async (tab, address) => {
    await tab.goto(`${address}en/03-stft.html`);
    const chart = tab.locator('[data-chart]').nth(1);
    await chart.evaluate((element) => scrollTo({ top: element.offsetTop - 330, behavior: 'instant' }));
    await chart.locator('canvas').waitFor();
    await tab.locator('[data-chart][data-drawn]').nth(1).waitFor();
    await tab.screenshot({ path: file });
  };
  await inChromium({ viewport: { width: 1120, height: 760 }, colorScheme: 'dark' }, draw, site);
}
