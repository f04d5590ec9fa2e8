import { stringify } from 'yaml';

/** The text of a model card: metadata for the Hub between two lines of dashes, and what people read. */
export function cardText(metadata: Readonly<Record<string, unknown>>, text: string): string {
  // Lines of any length: a folded one reads badly.
  return `---\n${stringify(metadata, { lineWidth: 0 })}---\n\n${text.trim()}\n`;
}

/** A table whose columns are as wide as their widest entry. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) => `${cells.map((cell, i) => `| ${cell.padEnd(widths[i])} `).join('')}|`;
  const rule = `${widths.map((width) => `|:${'-'.repeat(width)}:`).join('')}|`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}
