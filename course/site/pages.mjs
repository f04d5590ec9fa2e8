import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of the book, by the captions of its table of contents. */
const PARTS = [
  { caption: { en: 'Lessons', ja: 'レッスン' }, notebooks: 'notebooks' },
  // In the order in which one builds on the other.
  {
    caption: { en: 'Beyond', ja: 'その先へ' },
    notebooks: 'notebooks/beyond',
    order: ['vocoder', 'pretraining', 'browser'],
  },
  {
    caption: { en: 'Reference', ja: 'リファレンス' },
    texts: [
      'course/glossary.yaml',
      'docs/python-to-typescript.md',
      'docs/data.md',
      'docs/environment.md',
      'docs/limits.md',
    ],
  },
  {
    caption: { en: 'For teachers', ja: '教える人のために' },
    texts: ['course/teaching.md', 'course/grading.md'],
    folder: 'course/hub',
  },
];

const listed = (folder, ending) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(ending))
        .sort()
    : [];

/** `README.md` first, then by name. */
const readmeFirst = (names) => [...names.filter((x) => x === 'README.md'), ...names.filter((x) => x !== 'README.md')];

/** What a file of the repository is called in the book: notebooks/beyond/vocoder.ipynb → beyond/vocoder. */
export const pageName = (source) =>
  source
    .replace(/^(notebooks|docs|course)\//, '')
    .replace(/README\.md$/, 'index.md')
    .replace(/\.\w+$/, '');

function sourcesOf(root, { notebooks, texts = [], folder, order }) {
  const inFolder = folder ? readmeFirst(listed(join(root, folder), '.md')).map((name) => `${folder}/${name}`) : [];
  const stems = notebooks ? listed(join(root, notebooks), '.ipynb').map((name) => name.replace(/\.ipynb$/, '')) : [];
  const known = (order ?? []).filter((stem) => stems.includes(stem));
  const ordered = [...known, ...stems.filter((stem) => !known.includes(stem))];
  const found = texts.filter((path) => existsSync(join(root, path)));
  return [...ordered.map((stem) => `${notebooks}/${stem}.ipynb`), ...found, ...inFolder];
}

/** The parts of the book, each with the files of the repository that are there for it. */
export const partsOf = (root) =>
  PARTS.map((part) => ({ caption: part.caption, sources: sourcesOf(root, part) })).filter(
    ({ sources }) => sources.length > 0,
  );
