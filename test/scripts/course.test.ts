import { ok, rejects } from 'node:assert/strict';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const load = (name: string) => import(pathToFileURL(resolve(name)).href);

describe('the Python tools of the course', () => {
  it('are locked in the versions that requirements.txt asks for, with a hash of each file', async () => {
    const { readLock, readRequirements } = await load('lib/setup/lock.mjs');
    const locked: { name: string; version: string; text: string }[] = readLock(resolve('course/requirements.lock'));
    for (const wanted of readRequirements(resolve('course/requirements.txt'))) {
      ok(
        locked.some(({ name, version }) => name === wanted.name && version === wanted.version),
        `${wanted.name} ${wanted.version}`,
      );
    }
    for (const { name, text } of locked) ok(text.includes('--hash=sha256:'), name);
  });

  it('are asked for by the name of a folder of course/, and another name is refused with the file that is missing', async () => {
    const { courseEnvironment } = await load('scripts/course/environment.mjs');
    await rejects(
      courseEnvironment('nothing'),
      /course\/nothing\/requirements\.lock is missing; npm run lock writes it/,
    );
  });
});
