import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describePython } from '../../lib/setup/interpreter.mjs';
import { licences } from '../../web/build.mjs';

/** Of Python's packages, those of which something is on the pages: styles and scripts. */
const ON_PAGES = ['furo', 'sphinx', 'sphinx_basic_ng', 'pygments'];

function noticesOf(python, name) {
  const [folder, entry] = describePython(python)
    .folders.flatMap((path) => readdirSync(path).map((found) => [path, found]))
    .find(([, found]) => found.toLowerCase().startsWith(`${name}-`) && found.endsWith('.dist-info'));
  const info = join(folder, entry);
  const files = ['.', 'licenses']
    .map((inside) => join(info, inside))
    .filter(existsSync)
    .flatMap((path) => readdirSync(path).map((file) => join(path, file)))
    .filter((file) => /\/(licen[cs]e|copying)[^/]*$/i.test(file) && !file.endsWith('licenses'));
  return `${entry.replace('.dist-info', '')} (Python)\n\n${files.map((file) => readFileSync(file, 'utf8').trim()).join('\n\n')}\n`;
}

/** The notices of all that is on the site and of others: what esbuild took in, TypeDoc's and Sphinx's styles and scripts. */
export async function notices(python, inputs) {
  const ofNpm = await licences([...inputs, 'node_modules/typedoc']);
  return [ofNpm, ...ON_PAGES.map((name) => noticesOf(python, name))].join(`\n${'-'.repeat(80)}\n\n`);
}
