import { fenced } from './fence.mjs';
import { textIn } from './languages.mjs';
import { joined, outputIn } from './outputs.mjs';

/** The English text of a notebook, by which its headings are counted. */
export const textOf = (notebook) =>
  notebook.cells
    .filter((cell) => cell.cell_type === 'markdown')
    .map((cell) => textIn(joined(cell.source), 'en'))
    .join('\n\n');

/**
 * A lesson as a page of MyST's Markdown: its texts in one language, its code, and what the cells gave.
 *
 * @param notebook - with its outputs
 * @param how - language; site: the way from the page to the site's root; media, of mediaFolder; text: what becomes of
 *   each text; lead: stands below the title
 */
export function notebookPage(notebook, { language, site, media, text, lead }) {
  const parts = [];
  for (const cell of notebook.cells) {
    const source = joined(cell.source);
    if (cell.cell_type === 'markdown') parts.push(text(textIn(source, language)));
    else if (cell.cell_type === 'code' && source.trim() !== '') {
      parts.push(fenced('typescript', source));
      for (const output of cell.outputs ?? []) parts.push(outputIn(output, { language, site, media }));
    }
  }
  const [title, ...rest] = parts[0].split('\n');
  if (!title.startsWith('# ')) throw new Error(`A lesson begins with its title, # …, not with ${title.slice(0, 40)}`);
  const page = [title, lead, rest.join('\n').trim(), ...parts.slice(1)];
  return `${page.filter((part) => part !== '').join('\n\n')}\n`;
}
