import { joinedLines } from './joined-lines.mjs';

/** The languages of the book, the first by default. */
export const LANGUAGES = ['en', 'ja'];

const FENCE = /^(`{3,}|~{3,})/;
const HEADING = /^#{1,6} /;
const BEGIN = /^<details lang="ja">/;
const END = /^<\/details>\s*$/;
/** Japanese text begins with its heading in bold, for a table of contents has each heading once. */
const BOLD_LINE = /^\*\*(.+)\*\*$/;

/** Lines with what they are part of: code in a fence, or text. */
function* marked(lines) {
  let fence;
  for (const line of lines) {
    const [, mark] = FENCE.exec(line) ?? [];
    const inCode = fence !== undefined || mark !== undefined;
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    yield { line, inCode };
  }
}

/** The headings of a Markdown text as they are written, in order. */
export const headingsOf = (markdown) =>
  [...marked(markdown.split('\n'))].filter(({ line, inCode }) => !inCode && HEADING.test(line)).map(({ line }) => line);

/** Sections of a text: a heading, or none, and what follows, in pieces of English and Japanese. */
function sectionsOf(markdown) {
  const sections = [{ heading: undefined, pieces: [] }];
  let japanese = 0;
  for (const { line, inCode } of marked(markdown.split('\n'))) {
    const { pieces } = sections.at(-1);
    const language = japanese > 0 ? 'ja' : 'en';
    const add = () => {
      if (pieces.at(-1)?.language !== language) pieces.push({ language, lines: [] });
      pieces.at(-1).lines.push(line);
    };
    if (inCode) add();
    else if (japanese === 0 && BEGIN.test(line)) {
      japanese = 1;
      pieces.push({ language: 'ja', lines: [] });
    } else if (japanese > 0) {
      // Japanese text may fold something of its own.
      japanese += /^<details/.test(line) ? 1 : END.test(line) ? -1 : 0;
      if (japanese > 0) add();
    } else if (HEADING.test(line)) sections.push({ heading: line, pieces: [] });
    else add();
  }
  if (japanese > 0) throw new Error('<details lang="ja"> has no end: put </details> on a line of its own');
  for (const { pieces } of sections) for (const piece of pieces) tidy(piece);
  return sections;
}

/** Joins the lines of a piece, without its `<summary>` and its own heading, which it remembers. */
function tidy(piece) {
  let text = piece.lines.join('\n').trim();
  if (piece.language === 'ja') {
    text = text.replace(/^<summary>.*<\/summary>\s*/, '');
    const [first, ...rest] = text.split('\n');
    const heading = BOLD_LINE.exec(first.trim())?.[1];
    if (heading !== undefined && !heading.includes('**') && rest.join('').trim() !== '') {
      piece.heading = heading;
      text = rest.join('\n').trim();
    } else if (heading !== undefined && rest.length === 0) {
      piece.heading = heading;
      text = '';
    }
  }
  piece.text = text;
}

/** Code blocks and tables of an English text, which Japanese text beside it does not repeat. */
function sharedBlocks(english) {
  const blocks = [];
  let current;
  for (const { line, inCode } of marked(english.split('\n'))) {
    const kind = inCode ? 'code' : /^\|/.test(line) ? 'table' : undefined;
    if (kind === undefined) current = undefined;
    else if (current?.kind === kind) current.lines.push(line);
    else {
      current = { kind, lines: [line] };
      blocks.push(current);
    }
  }
  return blocks.map(({ lines }) => lines.join('\n'));
}

function japaneseSection({ heading, pieces }) {
  const parts = [];
  let own;
  for (const [i, { language, text, heading: japanese }] of pieces.entries()) {
    if (language === 'ja') {
      own ??= japanese;
      const english = pieces[i - 1]?.language === 'en' ? pieces[i - 1].text : '';
      const repeated = /^(```|~~~|\|)/m.test(text);
      // A bold line that is no heading of this section is text.
      const bold = japanese !== undefined && (heading === undefined || own !== japanese) ? [`**${japanese}**`] : [];
      parts.push(...bold, text, ...(repeated ? [] : sharedBlocks(english)));
    } else if (pieces[i + 1]?.language !== 'ja') parts.push(text);
  }
  if (heading === undefined) return parts;
  const level = /^#+/.exec(heading)[0];
  return [own === undefined ? heading : `${level} ${own}`, ...parts];
}

/**
 * A text of the course in one language. English comes first, and the same in Japanese after it, folded in
 * `<details lang="ja">`; code, tables and sections without Japanese belong to both.
 */
export function textIn(markdown, language) {
  const sections = sectionsOf(markdown);
  const whole = sections.flatMap(({ pieces }) => pieces).filter((piece) => piece.language === 'ja');
  if (language === 'ja' && whole.length === 1 && headingsOf(whole[0].text).length > 0) {
    const [title] = headingsOf(markdown);
    const { heading, text } = whole[0];
    const hasTitle = /^# /m.test(text);
    const own = heading === undefined ? title : `# ${heading}`;
    return joinedLines([...(hasTitle ? [] : [own]), text].join('\n\n'));
  }
  const parts = sections.flatMap((section) => {
    if (language === 'ja') return japaneseSection(section);
    const english = section.pieces.filter((piece) => piece.language === 'en').map(({ text }) => text);
    return section.heading === undefined ? english : [section.heading, ...english];
  });
  const text = parts.filter((part) => part !== '').join('\n\n');
  return language === 'ja' ? joinedLines(text) : text;
}
