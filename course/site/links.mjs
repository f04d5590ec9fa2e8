import { posix } from 'node:path';
import { outsideCode } from './fence.mjs';

/** A link or a picture in Markdown; its words may hold code, and brackets in pairs. */
const LINK = /(!?)\[((?:`[^`]*`|\[[^\]]*\]|[^[\]])*)\]\(([^)\s]+)\)/g;

/**
 * Turns the links of a text into those of the book.
 *
 * - source: the text's path in the repository, from which its links go
 * - page: the page of the book that it becomes, such as 'beyond/vocoder'
 * - pages: path in the repository → page of the book
 * - anchors: path and anchor in the repository → anchor in the book, where a page of it has others; else it has the same
 * - places: path in the repository → path from the site's root, as of the page that hears
 * - repository: the address under which other files of the repository are seen; without one their links become plain text
 * - picture: takes the path of a picture, gives its path from the site's root
 */
export function linked(markdown, { source, page, pages, anchors = new Map(), places, repository, picture }) {
  const book = '../'.repeat(page.split('/').length - 1);
  const site = `../${book}`;
  const target = (href) => {
    const [path, anchor = ''] = href.split(/(?=#)/);
    const file = posix.normalize(posix.join(posix.dirname(source), decodeURIComponent(path))).replace(/\/$/, '');
    if (pages.has(file)) return `${book}${pages.get(file)}.html${anchors.get(`${file}${anchor}`) ?? anchor}`;
    if (places.has(file)) return `${site}${places.get(file)}`;
    return repository && !file.startsWith('..')
      ? `${repository.replace(/\/$/, '')}/blob/HEAD/${file}${anchor}`
      : undefined;
  };
  const replace = (whole, mark, words, href) => {
    const inner = words.includes('](') ? words.replace(LINK, replace) : words;
    if (/^([a-z]+:|#)/i.test(href)) return inner === words ? whole : `${mark}[${inner}](${href})`;
    if (mark) return `![${words}](${site}${picture(posix.join(posix.dirname(source), href))})`;
    const there = target(href);
    return there === undefined ? inner : `[${inner}](${there})`;
  };
  return outsideCode(markdown, (part) => part.replace(LINK, replace));
}
