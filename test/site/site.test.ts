import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { inRepository } from '../fixtures.js';
import { anchorsIn, builtSite, headingsIn, JAPANESE, pagesIn, paragraphsIn, targetsOf } from './site.js';

describe('the site of the course', () => {
  let site: string;
  let english: string[];
  let japanese: string[];

  before(async () => {
    site = await builtSite();
    english = pagesIn(site, 'en');
    japanese = english.map((page) => page.replace(/^en/, 'ja'));
    ok(english.length > 14, english.join());
  });

  it('leads nowhere where nothing is: each link inside has its page and its anchor', () => {
    const pages = ['index.html', ...english, ...japanese, ...pagesIn(site, 'api')];
    const anchors = new Map(pages.map((page) => [page, anchorsIn(site, page)]));
    const broken = pages.flatMap((page) =>
      targetsOf(site, page)
        .filter((target) => !/^([a-z]+:|#$|$)/i.test(target))
        .filter((target) => {
          const [path, anchor] = decodeURI(target.replace(/\?[^#]*/, '')).split('#');
          const file = path === '' ? page : normalize(join(dirname(page), path));
          if (file.startsWith('..') || !existsSync(join(site, file)) || !statSync(join(site, file)).isFile())
            return true;
          return anchor !== undefined && file.endsWith('.html') && anchors.has(file) && !anchors.get(file)!.has(anchor);
        })
        .map((target) => `${page}: ${target}`),
    );
    deepEqual([...new Set(broken)], []);
  });

  it('names no other server in a script, a style, a picture or a sound', () => {
    const asking =
      /<(?:script|img|audio|source|iframe|link rel="stylesheet")\b[^>]*(?:src|href)="(?:https?:)?\/\/[^"]*"/g;
    for (const page of [...english, ...japanese, ...pagesIn(site, 'api')]) {
      deepEqual(readFileSync(join(site, page), 'utf8').match(asking), null, page);
    }
  });

  it('has each page in both languages, with the same anchors', () => {
    deepEqual(pagesIn(site, 'ja'), japanese);
    for (const [i, page] of japanese.entries()) {
      deepEqual([...anchorsIn(site, page)].sort(), [...anchorsIn(site, english[i])].sort(), page);
      ok(
        targetsOf(site, page).some((target) => normalize(join(dirname(page), target)) === english[i]),
        page,
      );
    }
  });

  it('is English in the one book and Japanese in the other', () => {
    for (const page of english) {
      const sentences = paragraphsIn(site, page).filter((text) => /。/.test(text));
      deepEqual(sentences, [], page);
    }
    const names = /DistilHuBERT|GPU/;
    for (const page of japanese) {
      deepEqual(
        headingsIn(site, page).filter((heading) => !JAPANESE.test(heading) && !names.test(heading)),
        [],
        page,
      );
      const prose = paragraphsIn(site, page).filter((text) => text.split(' ').length > 12 && !JAPANESE.test(text));
      // What Python's calls are called here stands in a table for both.
      if (!page.endsWith('python-to-typescript.html')) deepEqual(prose, [], page);
    }
  });

  it('shows Markdown nowhere: no stars of bold words, no fences', () => {
    for (const page of [...english, ...japanese]) {
      deepEqual(
        paragraphsIn(site, page).filter((text) => /\*\*|^```|<details|\]\(/.test(text)),
        [],
        page,
      );
    }
  });

  it('gives each lesson as the very notebook', () => {
    for (const name of ['01-waveform', '08-inference', 'beyond/vocoder']) {
      const file = `notebooks/${name}.ipynb`;
      ok(readFileSync(join(site, file)).equals(readFileSync(inRepository(file))), name);
      ok(
        targetsOf(site, `ja/${name}.html`).some((target) => target.endsWith(file)),
        name,
      );
    }
  });
});
