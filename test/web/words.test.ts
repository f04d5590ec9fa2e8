import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { inRepository } from '../fixtures.js';

type Sentences = Readonly<Record<string, string>>;

/** What web/src/words.ts exports, without a page. */
function words(): Record<'en' | 'ja', Sentences> {
  const entryPoints = [inRepository('web', 'src', 'words.ts')];
  const { outputFiles } = buildSync({ entryPoints, bundle: true, format: 'cjs', write: false });
  const module = { exports: {} as { WORDS: Record<'en' | 'ja', Sentences> } };
  new Function('module', outputFiles[0].text)(module);
  return module.exports.WORDS;
}

describe('the words of the page', () => {
  const { en, ja } = words();

  it('are there in English and in Japanese, with the same values in them', () => {
    deepEqual(Object.keys(ja), Object.keys(en));
    const values = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(en)) deepEqual(values(ja[key]), values(en[key]), key);
  });

  it('are all that the page asks for', () => {
    const html = readFileSync(inRepository('web', 'index.html'), 'utf8');
    const asked = Array.from(html.matchAll(/data-(?:word|label)="(\w+)"/g), ([, key]) => key);
    ok(asked.length > 20);
    deepEqual(
      asked.filter((key) => !(key in en)),
      [],
    );
  });
});
