import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { root } from '../../scripts/setup/root.mjs';
import { gallery } from './gallery.mjs';
import { glossaryPage, termsOf } from './glossary.mjs';
import { anchorsOf } from './headings.mjs';
import { textIn } from './languages.mjs';
import { linked } from './links.mjs';
import { notebookPage, textOf } from './notebook.mjs';
import { pageName, partsOf } from './pages.mjs';

const START = 'course/site/index.md';

const WORDS = {
  en: {
    title: 'onpa',
    name: 'English',
    download: 'Download the notebook',
    api: 'Reference of all functions',
    web: 'A page that hears',
  },
  ja: {
    title: 'onpa',
    name: '日本語',
    download: 'ノートブックをダウンロード',
    api: '関数リファレンス（英語）',
    web: '聞くページ',
  },
};

/** Paths in the repository → what stands for them on the site beside the book. */
const PLACES = new Map([
  ['web', 'web/index.html'],
  ['docs/web.md', 'web/index.html'],
  ['course/site/api', 'api/index.html'],
]);

/** The start page stands for README.md, and has other headings. */
const ANCHORS = new Map([
  ['README.md#two-commands', '#run-it-yourself'],
  ['README.md#what-it-looks-like', '#the-lessons'],
]);

const titleOf = (markdown) => /^# (.+)$/m.exec(markdown)[1];

/** Writes the sources of the book in one language: pages of MyST's Markdown, and what Sphinx is told of them. */
export async function writeBook(folder, { language, site, media, repository }) {
  await cp(join(root, 'course', 'site', 'sphinx'), folder, { recursive: true });
  await cp(join(root, 'web', 'icon.svg'), join(folder, 'static', 'icon.svg'));
  const parts = partsOf(root);
  const sources = parts.flatMap((part) => part.sources);
  const pages = new Map([
    [START, 'index'],
    ['README.md', 'index'],
    ...sources.map((source) => [source, pageName(source)]),
  ]);
  const picture = (path) => media.write(readFileSync(join(root, path)), extname(path).slice(1));
  const anchors = {};
  const titles = new Map();
  const link = (source) => (text) =>
    linked(text, { source, page: pages.get(source), pages, anchors: ANCHORS, places: PLACES, repository, picture });

  async function write(source, markdown, found) {
    const page = pages.get(source);
    anchors[page] = found;
    titles.set(source, titleOf(markdown));
    const file = join(folder, `${page}.md`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, markdown);
  }

  for (const source of sources) {
    const text = await readFile(join(root, source), 'utf8');
    if (source.endsWith('.ipynb')) await writeLesson(source, text);
    else if (source.endsWith('.yaml')) await writeGlossary(source, text);
    else await writeText(source, text);
  }
  await writeStart();

  async function writeLesson(source, text) {
    const notebook = JSON.parse(text);
    const site_ = '../'.repeat(pages.get(source).split('/').length);
    const download = join(site, source);
    await mkdir(dirname(download), { recursive: true });
    await cp(join(root, source), download);
    const size = (Buffer.byteLength(text) / 1e6).toFixed(1);
    const name = source.split('/').at(-1);
    const lead = `<p class="lesson-tools"><a href="${site_}${source}" download="${name}">${WORDS[language].download}</a> (${size} MB)</p>`;
    const markdown = notebookPage(notebook, { language, site: site_, media, text: link(source), lead });
    const charts = markdown.includes('data-chart=') ? `\n<script src="${site_}media/charts.js" defer></script>\n` : '';
    await write(source, markdown + charts, { headings: anchorsOf(textOf(notebook)) });
  }

  async function writeGlossary(source, text) {
    const pageOf = (stem) => {
      const lesson = sources.find((path) => path.endsWith(`/${stem}.ipynb`) || path === `notebooks/${stem}.ipynb`);
      return lesson && { name: titles.get(lesson), href: `${pages.get(lesson)}.html` };
    };
    const { markdown, terms } = glossaryPage(termsOf(text), language, { pageOf });
    await write(source, markdown, { headings: ['glossary'], terms });
  }

  async function writeText(source, text) {
    await write(source, `${link(source)(textIn(text, language))}\n`, { headings: anchorsOf(textIn(text, 'en')) });
  }

  async function writeStart() {
    const text = await readFile(join(root, START), 'utf8');
    const lessons = (folderOf) =>
      gallery(
        sources.filter((source) => source.endsWith('.ipynb') && dirname(source) === folderOf),
        { language, titles, pages, picture, media },
      );
    const filled = link(START)(textIn(text, language))
      .replace('{{lessons}}', lessons('notebooks'))
      .replace('{{beyond}}', lessons('notebooks/beyond'));
    const tables = parts.map(
      ({ caption, sources: inPart }) =>
        `\`\`\`{toctree}\n:hidden:\n:caption: ${caption[language]}\n\n${inPart.map((source) => pages.get(source)).join('\n')}\n\`\`\``,
    );
    await write(START, `${filled}\n\n${tables.join('\n\n')}\n`, { headings: anchorsOf(textIn(text, 'en')) });
  }

  const other = language === 'en' ? 'ja' : 'en';
  const places = [
    { href: 'api/index.html', name: WORDS[language].api },
    { href: 'web/index.html', name: WORDS[language].web },
  ];
  const { title } = WORDS[language];
  const book = { language, title, other: { language: other, name: WORDS[other].name }, places, anchors };
  await writeFile(join(folder, 'book.json'), JSON.stringify(book));
}
