import { headingsOf } from './languages.mjs';

/** The anchor that GitHub gives a heading, so that links into a page hold there and in the book. */
const slugOf = (heading) =>
  heading
    .replace(/^#+ /, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** The anchors of an English text's headings, in order: those of the Japanese book, too, whose headings are as many. */
export function anchorsOf(markdown) {
  const seen = new Map();
  return headingsOf(markdown).map((heading) => {
    const slug = slugOf(heading);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}
