// Builds the book: static files for any server and any folder on it.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { courseEnvironment } from '../../scripts/course/environment.mjs';
import { root } from '../../scripts/setup/root.mjs';
import { buildPage } from '../../web/build.mjs';
import { buildApi } from './api.mjs';
import { writeBook } from './book.mjs';
import { LANGUAGES } from './languages.mjs';
import { mediaFolder } from './media.mjs';
import { notices } from './notices.mjs';

const here = join(root, 'course', 'site');

/**
 * Writes the site into a folder, whose old content goes: en/ and ja/, the book in both languages; api/, the reference; web/,
 * the page that hears; notebooks/, to be downloaded; media/, what the pages show.
 *
 * @param repository - the address of a repository; links to files that are not in the book lead there, or else nowhere
 */
export async function buildSite(folder, { repository, say = () => {} } = {}) {
  const python = await courseEnvironment();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  // One's own: another book may be under way.
  const work = await mkdtemp(join(tmpdir(), 'onpa-site-'));
  try {
    await writeSite(folder, { python, work, repository, say });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeSite(folder, { python, work, repository, say }) {
  const media = mediaFolder(folder);
  for (const language of LANGUAGES)
    await writeBook(join(work, language), { language, site: folder, media, repository });
  say('The pages are written; Sphinx, TypeDoc and the page that hears follow …');
  await Promise.all([
    ...LANGUAGES.map((language) => sphinx(python, join(work, language), join(folder, language))),
    buildApi(root, join(folder, 'api')),
    buildPage(join(folder, 'web')),
    bundleCharts(python, folder),
  ]);
  await cp(join(here, 'start.html'), join(folder, 'index.html'));
  await cp(join(root, 'web', 'icon.svg'), join(folder, 'icon.svg'));
  // GitHub Pages leaves out folders that begin with _ without it.
  await writeFile(join(folder, '.nojekyll'), '');
}

/** Makes HTML of the pages in one language; a warning is an error. */
async function sphinx(python, source, target) {
  const doctrees = `${source}-doctrees`;
  const args = ['-m', 'sphinx', '-b', 'html', '-q', '-W', '--keep-going', '-d', doctrees, source, target];
  try {
    await promisify(execFile)(python, args, { env: { ...process.env, PYTHONNOUSERSITE: '1' }, maxBuffer: 2 ** 26 });
  } catch ({ stderr, message }) {
    throw new Error(`Sphinx refuses the pages in ${source}:\n${stderr || message}`);
  }
  await rm(join(target, '.buildinfo'), { force: true });
  await rm(join(target, 'objects.inv'), { force: true });
}

/** The script that draws the charts, with Vega in it, and the notices of all. */
async function bundleCharts(python, folder) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: ['src/charts.ts'],
    outfile: join(folder, 'media', 'charts.js'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  await writeFile(join(folder, 'LICENCES.txt'), await notices(python, Object.keys(metafile.inputs)));
}
