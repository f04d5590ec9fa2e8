import { stringify } from 'yaml';
import type { LogTable } from '../log-metrics.js';

/** The text of a model card: metadata for the Hub between two lines of dashes, and what people read. */
export function cardText(metadata: Readonly<Record<string, unknown>>, text: string): string {
  // Lines of any length: a folded one reads badly.
  return `---\n${stringify(metadata, { lineWidth: 0 })}---\n\n${text.trim()}\n`;
}

/** A table whose columns are as wide as their widest entry. */
export function markdownTable({ columns, rows }: LogTable): string {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) => `${cells.map((cell, i) => `| ${cell.padEnd(widths[i])} `).join('')}|`;
  const rule = `${widths.map((width) => `|:${'-'.repeat(width)}:`).join('')}|`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}
