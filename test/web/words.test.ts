import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRepository } from '../fixtures.js';
import { bundled } from './bundled.js';

type Sentences = Readonly<Record<string, string>>;

describe('the words of the page', () => {
  const { en, ja } = bundled<{ WORDS: Record<'en' | 'ja', Sentences> }>('words.ts').WORDS;

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
