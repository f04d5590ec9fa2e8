import { truncateSync } from 'node:fs';
import { readIfThere } from './python.js';

/** What a file has, a value on each line; nothing where there is none. A last line that is unfinished is cut off. */
export function readJsonLines<T>(path: string): T[] {
  const text = readIfThere(path) ?? '';
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
