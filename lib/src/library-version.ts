import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version of this library, as its package.json says. */
export function libraryVersion(): string {
  return JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')).version;
}
