import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The browser that CHROMIUM names, or the first on the PATH; undefined where there is none. */
function findChromium(): string | undefined {
  const { CHROMIUM, PATH = '' } = process.env;
  if (CHROMIUM) return CHROMIUM;
  const folders = PATH.split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/**
 * A headless Chromium that asks nothing of the network by itself and plays sound without a click.
 *
 * @param more - further arguments
 */
export function launchChromium(executablePath: string, more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      ...more,
    ],
  });
}

/**
 * Describes tests that drive Chromium; where there is none, says what is left out.
 *
 * @param leftOut - what the line says then: 'the tests … are'
 */
export function describeInChromium(title: string, leftOut: string, tests: (executable: string) => void): void {
  const executable = findChromium();
  if (executable !== undefined) describe(title, () => tests(executable));
  else console.log(`No Chromium is installed (apt install chromium, or set CHROMIUM): ${leftOut} left out.`);
}
