import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/setup/root.mjs';

/** The Japanese of a page of docs/, which is English alone: course/site/ja/environment.md; undefined where there is none. */
export function translated(source) {
  const file = join(root, 'course', 'site', 'ja', source.replace(/^docs\//, ''));
  return source.startsWith('docs/') && existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}
