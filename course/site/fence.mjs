/** Text in a fence of Markdown that is longer than any within. */
export function fenced(kind, text) {
  const longest = Math.max(2, ...Array.from(text.matchAll(/^`+/gm), ([mark]) => mark.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${kind}\n${text.replace(/\n$/, '')}\n${fence}`;
}

/** Code, in a fence. */
const CODE = /(^(?:`{3,}|~{3,})[^\n]*\n[\s\S]*?^(?:`{3,}|~{3,})[ \t]*$)/m;

/** Markdown with what is not code in a fence changed. */
export const outsideCode = (markdown, change) =>
  markdown
    .split(CODE)
    .map((part, i) => (i % 2 === 1 ? part : change(part)))
    .join('');
