/** The first element that begins with this tag, with what is before and after it; undefined where there is none. */
function cut(html, name, begin) {
  const from = html.indexOf(begin);
  if (from < 0) return undefined;
  let depth = 0;
  for (const tag of html.slice(from).matchAll(new RegExp(`<(/?)${name}\\b[^>]*>`, 'g'))) {
    depth += tag[1] ? -1 : 1;
    if (depth > 0) continue;
    const end = from + tag.index;
    return {
      before: html.slice(0, from),
      inner: html.slice(html.indexOf('>', from) + 1, end),
      after: html.slice(end + tag[0].length),
    };
  }
  return undefined;
}

/** Leaves out, or opens, each such element. */
function without(html, name, begin, open) {
  const found = cut(html, name, begin);
  if (found === undefined) return html;
  const { before, inner, after } = found;
  return before + (open?.(inner) ?? '') + without(after, name, begin, open);
}

const JAPANESE = '<details lang="ja"';
const ENGLISH = '<section lang="en"';

/**
 * HTML that a cell gave in one language: a quiz has its English in `<section lang="en">` and the same in Japanese folded in
 * `<details lang="ja">`, which is opened.
 */
export function htmlIn(html, language) {
  if (!html.includes(JAPANESE)) return html;
  if (language === 'en') return without(html, 'details', JAPANESE);
  const opened = (inner) => `<div lang="ja">${inner.replace(/^\s*<summary>.*?<\/summary>/, '')}</div>`;
  return without(without(html, 'section', ENGLISH), 'details', JAPANESE, opened);
}
