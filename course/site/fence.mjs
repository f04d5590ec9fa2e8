/** Text in a fence of Markdown that is longer than any within. */
export function fenced(kind, text) {
  const longest = Math.max(2, ...Array.from(text.matchAll(/^`+/gm), ([mark]) => mark.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${kind}\n${text.replace(/\n$/, '')}\n${fence}`;
}
