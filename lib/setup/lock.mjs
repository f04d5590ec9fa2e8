import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { library, place } from './place.mjs';

/** What a requirements.txt asks for: `name==version` lines; environment markers are dropped. */
export function readRequirements(file) {
  const pins = readFileSync(file, 'utf8').matchAll(/^([\w.-]+)==([\w.]+)/gm);
  return [...pins].map(([, name, version]) => ({ name, version }));
}

/** The packages of a requirements.lock, the library's own by default, each as pip reads it: version, environment marker, hashes. */
export function readLock(file = join(library, 'setup', 'requirements.lock')) {
  const entries = readFileSync(file, 'utf8').matchAll(/^([\w.-]+)==([^\s;\\]+).*(?:\n +--hash=.*)*/gm);
  return [...entries].map(([text, name, version]) => ({ name, version, text }));
}

/** The arguments with which pip installs these packages of the lock, by way of `file`, and nothing else, and runs no code of theirs. */
export function lockedArguments(entries, file = join(place.work, 'requirements.txt')) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${entries.map(({ text }) => text).join('\n')}\n`);
  return ['install', '--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', file];
}
