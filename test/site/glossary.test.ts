import { deepEqual, doesNotMatch, match, throws } from 'node:assert/strict';
import { glossary, type Term } from './modules.js';

const TERMS: Term[] = [
  {
    term: 'spectrum',
    ja: 'スペクトル',
    definition: 'Amplitudes by frequency.',
    definitionJa: '周波数ごとの振幅です。',
    lesson: '02-spectrum',
  },
  {
    term: 'Aliasing',
    ja: '折り返し雑音',
    reading: 'おりかえしざつおん',
    definition: 'A false tone.',
    definitionJa: '偽の音です。',
  },
  { term: 'window', ja: '窓', reading: 'まど', definition: 'A weight\nof samples.', definitionJa: '重みです。' },
];
const lesson = { name: '2 · The spectrum', href: '02-spectrum.html' };
const of = { pageOf: (stem: string) => (stem === '02-spectrum' ? lesson : undefined) };

describe('the glossary of the book', () => {
  it('is in the order of the alphabet in English, and in that of Japanese sounds in Japanese', async () => {
    const { glossaryPage } = await glossary();
    deepEqual(glossaryPage(TERMS, 'en', of).terms, ['term-aliasing', 'term-spectrum', 'term-window']);
    deepEqual(glossaryPage(TERMS, 'ja', of).terms, ['term-aliasing', 'term-spectrum', 'term-window']);
    const later = TERMS.map((entry) => (entry.term === 'Aliasing' ? { ...entry, reading: 'わ' } : entry));
    deepEqual(glossaryPage(later, 'ja', of).terms, ['term-spectrum', 'term-window', 'term-aliasing']);
  });

  it('defines each term in the language of the book, with its word in the other, and leads to its lesson', async () => {
    const { glossaryPage } = await glossary();
    const english = glossaryPage(TERMS, 'en', of).markdown;
    match(english, /^spectrum · スペクトル\n: Amplitudes by frequency\. → \[2 · The spectrum\]\(02-spectrum\.html\)$/m);
    match(english, /^window · 窓\n: A weight of samples\.$/m);
    const japanese = glossaryPage(TERMS, 'ja', of).markdown;
    match(japanese, /^# 用語集$/m);
    match(japanese, /^折り返し雑音 · Aliasing\n: 偽の音です。$/m);
    doesNotMatch(japanese, /A false tone/);
  });

  it('is refused with the entry that lacks something', async () => {
    const { termsOf } = await glossary();
    throws(
      () => termsOf('- term: hop\n  ja: ホップ\n  definition: A step.\n'),
      /Entry 1 of the glossary, hop, .*'definitionJa'/,
    );
    throws(() => termsOf('hop: a step'), /no list of terms/);
  });
});
