import ts from 'typescript';
import type { Inspection } from '../tslab.js';

/** Something to read: code, words, and what JSDoc tags add. */
export interface Documentation {
  /** TypeScript. */
  code: string;
  words: string;
  /** Of `options`, and of the object that is given: name and type, and what it is. */
  fields: readonly { heading: string; code: string; words: string }[];
  tags: readonly ts.JSDocTagInfo[];
}

const LABELS: Readonly<Record<string, string>> = {
  param: 'Parameters',
  returns: 'Returns',
  return: 'Returns',
  throws: 'Errors',
  exception: 'Errors',
  example: 'Example',
  see: 'See also',
  deprecated: 'Deprecated',
  remarks: 'Remarks',
  default: 'Default',
  defaultValue: 'Default',
};
const ORDER = ['Deprecated', 'Remarks', 'Default', 'Parameters', 'Fields', 'Returns', 'Errors', 'Example', 'See also'];

/** As text, and as Markdown, which JupyterLab prefers. Upstream tslab puts the tags one after the other without a label. */
export function render({ code, words, fields, tags }: Documentation): Inspection {
  const sections = new Map<string, { text: string; markdown: string }[]>();
  const add = (label: string, text: string, markdown: string) =>
    sections.set(label, [...(sections.get(label) ?? []), { text, markdown }]);
  for (const { name, text } of tags) {
    const label = LABELS[name];
    const plain = unlinked(ts.displayPartsToString(text)).trim();
    if (label === undefined || plain === '') continue;
    if (label === 'Example') add(label, indented(unfenced(plain)), fenced(unfenced(plain)));
    else if (name === 'param') {
      const [, parameter, rest] = /^(\S+)\s*(?:- )?([\s\S]*)$/.exec(plain)!;
      add(label, indented(`${parameter}: ${rest}`), `- \`${parameter}\`: ${inline(rest)}`);
    } else add(label, indented(plain), inline(plain));
  }
  for (const { heading, code: field, words: about } of fields) {
    const plain = inline(unlinked(about));
    add(
      heading,
      indented(plain === '' ? field : `${field}\n    ${plain}`),
      `- \`${field}\`${plain === '' ? '' : `<br>${plain}`}`,
    );
  }
  const plainWords = unlinked(words).trim();
  const rank = (label: string) => ORDER.indexOf(ORDER.includes(label) ? label : 'Fields');
  const labels = [...sections.keys()].sort((a, b) => rank(a) - rank(b));
  const text = labels.map(
    (label) =>
      `${label}:\n${sections
        .get(label)!
        .map((each) => each.text)
        .join('\n')}`,
  );
  const markdown = labels.map(
    (label) =>
      `**${label}**\n\n${sections
        .get(label)!
        .map((each) => each.markdown)
        .join('\n')}`,
  );
  const [textHead, markdownHead] = [
    [code, plainWords],
    [fenced(code), plainWords],
  ];
  return {
    text: [...textHead, ...text].filter(Boolean).join('\n\n'),
    markdown: [...markdownHead, ...markdown].filter(Boolean).join('\n\n'),
  };
}

/** A type as a reader knows it: without what only a compiler needs. */
export function readable(code: string): string {
  return code
    .replaceAll(/<ArrayBuffer(Like)?>/g, '')
    .replaceAll(/\bimport\("[^"]*"\)\./g, '')
    .replaceAll(/\b[a-z]\w*\.(?=[A-Z])/g, '')
    .replaceAll(/\bOrNull<([^<>]*)>( \| null)?/g, '$1');
}

const unlinked = (text: string): string =>
  text.replaceAll(
    /\{@link(?:code|plain)?\s+([^}|\s]+)(?:[\s|]+([^}]*))?\}/g,
    (_, name: string, title?: string) => title?.trim() || name,
  );

const inline = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');
const fenced = (code: string): string => `\`\`\`typescript\n${code}\n\`\`\``;
const unfenced = (text: string): string => text.replace(/^```\w*\n([\s\S]*?)\n```$/, '$1');
