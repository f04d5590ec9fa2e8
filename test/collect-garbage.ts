import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects what nobody can reach until `done`, at most so many times. */
export async function collectGarbage(most: number, done: () => boolean = () => false): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  for (let i = 0; i < most && !done(); i++) {
    collect();
    await setImmediate();
  }
}
