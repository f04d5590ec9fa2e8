import { parse } from 'yaml';

/** The order of a Japanese dictionary: kana by their sound; what has no reading is read as it is written. */
const JAPANESE = new Intl.Collator('ja');
const ENGLISH = new Intl.Collator('en', { sensitivity: 'base' });

const TITLES = { en: 'Glossary', ja: '用語集' };
const INTRODUCTIONS = {
  en: 'The terms of the lessons, from A to Z, each with its word in Japanese and the lesson that it comes from.',
  ja: 'レッスンに出てくる用語です。五十音順に、英語の用語と、それが出てくるレッスンを添えてあります。',
};

export const anchorOf = (term) =>
  `term-${term
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')}`;

/**
 * The terms of a glossary, checked: a YAML list of term, ja, reading (in kana), definition, definitionJa and lesson, the
 * stem of a notebook's name.
 *
 * @throws Error that names the entry and what it lacks
 */
export function termsOf(yaml) {
  const terms = parse(yaml);
  if (!Array.isArray(terms)) throw new Error('The glossary is no list of terms; begin each with - term:');
  for (const [i, entry] of terms.entries()) {
    for (const field of ['term', 'ja', 'definition', 'definitionJa']) {
      if (typeof entry?.[field] === 'string' && entry[field].trim() !== '') continue;
      throw new Error(`Entry ${i + 1} of the glossary, ${entry?.term ?? 'without a term'}, has no text in '${field}'`);
    }
  }
  return terms;
}

/** The glossary as a page in one language: a definition list in its order, with an anchor for each term. */
export function glossaryPage(terms, language, { pageOf }) {
  const ordered = [...terms].sort((one, other) =>
    language === 'en'
      ? ENGLISH.compare(one.term, other.term)
      : JAPANESE.compare(one.reading ?? one.ja, other.reading ?? other.ja),
  );
  const entries = ordered.map((entry) => {
    const [word, translation] = language === 'en' ? [entry.term, entry.ja] : [entry.ja, entry.term];
    const text = (language === 'en' ? entry.definition : entry.definitionJa).trim();
    const page = entry.lesson === undefined ? undefined : pageOf(String(entry.lesson));
    const lesson = page === undefined ? '' : ` → [${page.name}](${page.href})`;
    const both = word === translation ? word : `${word} · ${translation}`;
    return `${both}\n: ${text.replace(/\n+/g, ' ')}${lesson}`;
  });
  return {
    markdown: `# ${TITLES[language]}\n\n${INTRODUCTIONS[language]}\n\n${entries.join('\n\n')}\n`,
    terms: ordered.map(({ term }) => anchorOf(term)),
  };
}
