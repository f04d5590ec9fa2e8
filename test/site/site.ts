import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { builder } from './modules.js';

export const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;

let built: Promise<string> | undefined;

/** The folder of the site, which is built once for all tests. */
export function builtSite(): Promise<string> {
  const site = inRepository('build', 'test', 'site-of-course');
  built ??= builder().then(async ({ buildSite }) => {
    await buildSite(site);
    return site;
  });
  return built;
}

/** The paths of all pages of the site below a folder of it, from the site's root. */
export const pagesIn = (site: string, folder: string): string[] =>
  readdirSync(join(site, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.html'))
    .map((name) => join(folder, name))
    .sort();

/** A page without its scripts, in which the like of a link is none. */
const markup = (site: string, page: string): string =>
  readFileSync(join(site, page), 'utf8').replace(/<script\b(?![^>]*\bsrc=)[\s\S]*?<\/script>/g, '');

const unescaped = (text: string): string => text.replaceAll('&amp;', '&').replaceAll('&#38;', '&');

/** All that a page leads to or shows. */
export const targetsOf = (site: string, page: string): string[] =>
  [...markup(site, page).matchAll(/\s(?:href|src|data-chart)="([^"]*)"/g)].map(([, target]) => unescaped(target));

/** The anchors of a page. */
export const anchorsIn = (site: string, page: string): Set<string> =>
  new Set([...markup(site, page).matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => unescaped(id)));

/** The headings of a page's text, as they are read. */
export const headingsIn = (site: string, page: string): string[] =>
  [...markup(site, page).matchAll(/<h[1-6]>([\s\S]*?)<a class="headerlink"/g)].map(([, text]) =>
    text.replace(/<[^>]*>/g, ''),
  );

/** The paragraphs, entries of lists and cells of tables of a page's text, as they are read. */
export function paragraphsIn(site: string, page: string): string[] {
  const article = /<article[\s\S]*<\/article>/.exec(markup(site, page))?.[0] ?? '';
  const text = article.replace(/<div class="output[\s\S]*?<\/div>/g, '').replace(/<pre[\s\S]*?<\/pre>/g, '');
  return [...text.replace(/<code[\s\S]*?<\/code>/g, 'code').matchAll(/<(p|li|td|dd)\b[^>]*>([\s\S]*?)<\/\1>/g)].map(
    ([, , inner]) => inner.replace(/<[^>]*>/g, ''),
  );
}
