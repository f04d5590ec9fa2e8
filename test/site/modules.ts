import { pathToFileURL } from 'node:url';
import { inRepository } from '../fixtures.js';

/** The modules of course/site are plain JavaScript, which a script loads before anything is compiled. */
const load = <T>(name: string): Promise<T> => import(pathToFileURL(inRepository('course', 'site', name)).href);

export interface Term {
  term: string;
  ja: string;
  reading?: string;
  definition: string;
  definitionJa: string;
  lesson?: string;
}

export type Language = 'en' | 'ja';

export interface LinkTargets {
  source: string;
  page: string;
  pages: Map<string, string>;
  anchors?: Map<string, string>;
  places: Map<string, string>;
  repository?: string;
  picture: (path: string) => string;
}

export const languages = () => load<{ textIn: (markdown: string, language: Language) => string }>('languages.mjs');
export const headings = () => load<{ anchorsOf: (markdown: string) => string[] }>('headings.mjs');
export const links = () => load<{ linked: (markdown: string, targets: LinkTargets) => string }>('links.mjs');
export const glossary = () =>
  load<{
    termsOf: (yaml: string) => Term[];
    glossaryPage: (
      terms: Term[],
      language: Language,
      of: { pageOf: (lesson: string) => { name: string; href: string } | undefined },
    ) => { markdown: string; terms: string[] };
  }>('glossary.mjs');
export const builder = () => load<{ buildSite: (folder: string, options?: object) => Promise<void> }>('build.mjs');
export const htmlLanguages = () => load<{ htmlIn: (html: string, language: Language) => string }>('html-languages.mjs');
export const media = () =>
  load<{ mediaFolder: (folder: string) => { outside: (html: string, site: string) => string } }>('media.mjs');
