import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { inRepository } from '../fixtures.js';
import { readNotebook } from '../notebooks/notebook.js';

interface Term {
  term: string;
  ja: string;
  reading: string;
  lesson: string;
  definition: string;
  definitionJa: string;
}

/** The lessons in the order in which they are read. */
const LESSONS = [
  '01-waveform',
  '02-spectrum',
  '03-stft',
  '04-mel',
  '05-distilhubert',
  '06-training',
  '07-push',
  '08-inference',
  'beyond/vocoder',
  'beyond/pretraining',
  'beyond/browser',
];

/** What is bold in the lessons and no term. */
const NO_TERMS = [
  'Time:',
  'Builds on:',
  'Fine frequency',
  'All above `fMax`',
  'leave the clip out',
  'To be certain is not to be right.',
  'What a model has to guess costs nothing; to become good at it takes long.',
];

/** Terms that stand in another form in a sentence. */
const FORMS: Readonly<Record<string, string>> = {
  db: 'decibel',
  stft: 'short-time Fourier transform',
  decibels: 'decibel',
  mel: 'mel scale',
  'mel bands': 'mel band',
  tensors: 'tensor',
  clusters: 'cluster',
  masked: 'mask',
  heads: 'head',
  'fine-tuned': 'fine-tuning',
  frozen: 'freezing',
  freeze: 'freezing',
  overfits: 'overfitting',
  'one commit': 'commit',
  normalises: 'normalisation',
  spans: 'span',
  iteration: 'second iteration',
  nodes: 'node',
  operators: 'operator',
  opsets: 'opset',
  quantise: 'quantisation',
};

interface Bold {
  lesson: string;
  /** As the glossary has it. */
  term: string;
}

interface Cell {
  lesson: string;
  english: string;
  japanese: string;
}

const cells: Cell[] = LESSONS.flatMap((lesson) =>
  readNotebook(inRepository('notebooks', `${lesson}.ipynb`))
    .cells.filter((cell) => cell.cell_type === 'markdown')
    .map((cell) => {
      const [english, japanese = ''] = cell.source.join('').split('<details lang="ja">');
      return { lesson, english, japanese };
    }),
);

const bold = (text: string) => [...text.matchAll(/\*\*(.+?)\*\*/g)].map(([, words]) => words);
const named = (words: string) => FORMS[words.toLowerCase()] ?? words;
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

const englishTerms: Bold[] = cells.flatMap(({ lesson, english }) =>
  bold(english)
    .filter((words) => !NO_TERMS.includes(words) && !/^\d\.$/.test(words))
    .map((words) => ({ lesson, term: named(words) })),
);

/** 'サンプル（sample）': a Japanese term with its English. */
const pairs = cells.flatMap(({ lesson, japanese }) =>
  bold(japanese).flatMap((words) => {
    const [, ja, english] = /^(.+?)（(.+)）$/.exec(words) ?? [];
    return ja ? [{ lesson, ja, english: english.split(/, |、/).map(named) }] : [];
  }),
);

const glossary = parse(readFileSync(inRepository('course', 'glossary.yaml'), 'utf8')) as Term[];
const find = (term: string) => glossary.find((entry) => same(entry.term, term));

describe('the glossary', () => {
  it('has a hundred terms and more, each with both languages, a reading and a lesson', () => {
    ok(glossary.length > 100);
    for (const entry of glossary) {
      deepEqual(Object.keys(entry), ['term', 'ja', 'reading', 'lesson', 'definition', 'definitionJa']);
      for (const text of Object.values(entry)) ok(typeof text === 'string' && text !== '', entry.term);
      ok(LESSONS.includes(entry.lesson), `${entry.term}: ${entry.lesson}`);
      match(entry.reading, /^[ぁ-んァ-ヴー・]+$/, entry.term);
      // Where the word is written in kana, that is how it is read.
      if (/^[ぁ-んァ-ヴー・]+$/.test(entry.ja)) equal(entry.reading, entry.ja);
    }
  });

  it('is sorted, and has each term once', () => {
    const terms = glossary.map(({ term }) => term.toLowerCase());
    deepEqual(terms, [...terms].sort());
    equal(new Set(terms).size, terms.length);
    equal(new Set(glossary.map(({ ja }) => ja)).size, glossary.length);
  });

  it('defines each in one sentence to three, which end as sentences do', () => {
    for (const { term, definition, definitionJa } of glossary) {
      match(definition, /^[`*A-Z0-9].*\.$/s, term);
      ok(definition.length < 200 && definitionJa.length < 120, term);
      ok(/[ぁ-ん]/.test(definitionJa) && definitionJa.endsWith('。'), term);
      ok(!/[ぁ-んァ-ヴ一-龠]/.test(definition), term);
    }
  });

  it('has every term that the lessons set in bold', () => {
    deepEqual(
      [...new Set(englishTerms.filter(({ term }) => !find(term)).map(({ lesson, term }) => `${lesson}: ${term}`))],
      [],
    );
    deepEqual(
      pairs.filter(({ english }) => !english.some(find)),
      [],
    );
  });

  it('has the Japanese that the lessons have for it', () => {
    const wrong = pairs.flatMap(({ lesson, ja, english }) => {
      const [entry] = english.map(find).filter((it) => it !== undefined);
      return entry && entry.ja !== ja && !ja.endsWith(entry.ja)
        ? [`${lesson}: ${entry.term} is ${ja}, in the glossary ${entry.ja}`]
        : [];
    });
    deepEqual(wrong, []);
  });

  it('names the lesson in which a term is introduced, in both languages', () => {
    for (const { term, ja, lesson } of glossary) {
      const words = [term, ...Object.keys(FORMS).filter((form) => FORMS[form] === term)];
      const isThere = cells.some(
        (cell) =>
          cell.lesson === lesson &&
          words.some((word) => cell.english.toLowerCase().includes(word.toLowerCase())) &&
          cell.japanese.includes(ja),
      );
      ok(isThere, `${term}, ${ja} in ${lesson}`);
      const firstBold = englishTerms.find((found) => same(found.term, term))?.lesson;
      if (firstBold) ok(LESSONS.indexOf(lesson) <= LESSONS.indexOf(firstBold), `${term} is bold in ${firstBold}`);
    }
  });
});
