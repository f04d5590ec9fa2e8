// What is true of the form of a lesson's cells, besides types and style; check_notebooks.mjs asks.

/**
 * What fits the page: 75 columns of JupyterLab's 13 px type are the width of A4, printed from nbconvert's HTML with the
 * margins of Chromium. JupyterLab itself has room for 106 in a window of 1280 px with its sidebar.
 */
export const COLUMNS = 75;

/** Lines of code that are one idea. */
const LINES = 20;

const FOLD = '<details lang="ja"><summary>日本語</summary>';

const CHECK = /^check\.\w+\.(\w+)\((answer\d|\1)(, (-?[\w.]+|'[^']+'))*\);$/;

/** The complaints about a notebook's cells, each with the number of its cell and of its line. */
export function formOf(cells) {
  const found = [];
  const headings = new Set();
  for (const [i, { cell_type: type, source }] of cells.entries()) {
    const lines = [source].flat().join('').split('\n');
    const complain = (line, message) => found.push({ cell: i + 1, line, message });
    if (type === 'code') codeForm(lines, complain);
    else if (type === 'markdown') proseForm(lines, headings, complain);
  }
  return found;
}

function codeForm(lines, complain) {
  for (const [n, words] of lines.entries()) {
    if (words.length > COLUMNS) complain(n + 1, `${words.length} columns; the page has ${COLUMNS}`);
    if (/['"`](\.\.?\/)*data\//.test(words)) complain(n + 1, "what comes with the course is 'onpa:…', from any folder");
    if (/['"`](\.\.?\/)*build\//.test(words)) complain(n + 1, "results go to outputPath('…'), from any folder");
  }
  if (lines.length > LINES) complain(LINES + 1, `${lines.length} lines; an idea has ${LINES}`);
  const at = lines.findIndex((words) => words.includes('check.lesson'));
  if (at >= 0 && (lines.length > 1 || !CHECK.test(lines[0]))) {
    complain(
      at + 1,
      'a check is a cell of its own with one call: check.lesson1.count(answer1); or of a function under its own name',
    );
  }
}

/** A heading begins its cell and is there once; in the Japanese it is a line in bold, so that it is no second heading. */
function proseForm(lines, headings, complain) {
  const [, title] = /^#{1,6} +(.*)$/.exec(lines[0]) ?? [];
  if (title !== undefined && headings.has(title)) complain(1, `the lesson has a second heading '${title}'`);
  headings.add(title);
  let isCode = false;
  for (const [n, words] of lines.entries()) {
    if (words.startsWith('```')) isCode = !isCode;
    const isUnderlined = n > 0 && lines[n - 1].trim() !== '' && /^(=+|-+) *$/.test(words);
    const isHeading = /^ {0,3}#{1,6}( |$)|<h[1-6]\b/i.test(words) || isUnderlined;
    if (isHeading && !isCode && (n > 0 || title === undefined)) {
      complain(n + 1, 'a heading begins its cell; in the Japanese it is a line in bold');
    }
  }
  const fold = lines.indexOf(FOLD);
  if (fold < 0) complain(lines.length, `the Japanese is missing: ${FOLD} … </details>`);
  const first = lines.findIndex((words, n) => n > fold && words.trim() !== '');
  const isTitle = /^\*\*[^*]+\*\*$/.test(lines[first] ?? '');
  if (fold >= 0 && isTitle !== (title !== undefined)) {
    complain(first + 1, 'the Japanese begins with its title in bold, a line by itself, where the cell has a heading');
  }
}
