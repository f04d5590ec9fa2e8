/** A number as a description says it: three digits, and whole above a thousand. */
export function short(value: number): string {
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded).replace('-', '−');
}

/** '0 to 5 s'. */
export function fromTo(low: number, high: number, unit = ''): string {
  return `${short(low)} to ${short(high)}${unit && ` ${unit}`}`;
}

/** So many names are heard before one loses count. */
const MOST = 8;

/** 'a, b, c and 4 more'. */
export function listed(items: readonly string[]): string {
  const more = items.length - MOST;
  return more > 0 ? `${items.slice(0, MOST).join(', ')} and ${more} more` : items.join(', ');
}

/** '1 curve', '2 curves'. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
