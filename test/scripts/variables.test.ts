import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';

/** The names in the first column of each table of variables: the English and the Japanese one. */
function tables(): string[][] {
  const text = readFileSync(inRepository('docs', 'environment.md'), 'utf8');
  return text.split(/^\| --- \| --- \|\n/m).flatMap((part, i) => {
    if (i === 0) return [];
    const rows = part.slice(0, part.search(/^(?!\|)/m)).split('\n');
    return [rows.flatMap((row) => Array.from((row.split('|')[1] ?? '').matchAll(/`(\w+)`/g), ([, name]) => name))];
  });
}

/** Each of the course's own variables that a program names → the first that does. */
function used(...folders: string[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const folder of folders) {
    for (const file of readdirSync(inRepository(folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!/(\.(mjs|ts|py|yaml)|\/start)$/.test(file)) continue;
      const source = readFileSync(inRepository(folder, file), 'utf8');
      for (const [name] of source.matchAll(/\b(?:ONPA|SITE)_[A-Z_]*[A-Z]\b|\bNBGRADER_EXECUTION\b/g)) {
        if (!names.has(name)) names.set(name, join(folder, file));
      }
    }
  }
  return names;
}

describe('docs/environment.md', () => {
  const [english, japanese, ...others] = tables();

  it('has the same variables in English and in Japanese', () => {
    ok(english.length > 20, english.join());
    deepEqual(japanese, english);
    deepEqual(others, []);
  });

  it('has each variable of its own that the library, its set-up, a script or the course reads', () => {
    // A hub on one machine has a file of its own, in which each is explained.
    const ofHubs = readFileSync(inRepository('course', 'hub', '.env.example'), 'utf8');
    const missing = [...used('lib/src', 'lib/setup', 'scripts', 'course')].filter(
      ([name]) => !english.includes(name) && !new RegExp(`^${name}=`, 'm').test(ofHubs),
    );
    deepEqual(missing, []);
  });
});
