import { chromium } from 'playwright-core';
import { findProgram } from '../../lib/setup/run.mjs';
import { serveFolders } from '../../web/server.mjs';

const executablePath = process.env.CHROMIUM ?? findProgram(['chromium', 'chromium-browser', 'google-chrome']);

/** Whether there is a Chromium: the one that CHROMIUM names, or the first on the PATH. */
export const hasChromium = executablePath !== undefined;

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'];

/** Has `draw(tab, address)` take a picture in a tab of Chromium, with these options, where a folder, if there is one, is served. */
export async function inChromium(options, draw, folder) {
  const served = folder === undefined ? undefined : await serveFolders({ '/': folder });
  try {
    const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
    try {
      const tab = await browser.newPage({ locale: 'en-GB', ...options });
      tab.setDefaultTimeout(300_000);
      await draw(tab, served?.address);
    } finally {
      await browser.close();
    }
  } finally {
    served?.server.close();
  }
}
