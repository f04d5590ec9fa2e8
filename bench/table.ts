/** A Markdown table; the columns after the first `left` are right-aligned. */
export function markdownTable(head: string[], rows: string[][], left: number): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i].length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i < left ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/** Three significant digits, and no more than one decimal. */
export function threeDigits(x: number): string {
  return x < 100 ? x.toPrecision(Math.min(3, x < 10 ? 2 : 3)) : x.toFixed(0);
}
