/** A Markdown table; the columns after the first `left` are right-aligned. */
export function markdownTable(head: string[], rows: string[][], left: number): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i < left ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Two digits below 10, three below 100, else a whole number. */
export function fewDigits(x: number): string {
  return x < 100 ? x.toPrecision(x < 10 ? 2 : 3) : x.toFixed(0);
}
