import { Session } from 'node:inspector';

/** Stops the cell that runs in the main thread, from another thread. */
export interface Interrupter {
  interrupt(): void;
  /** The main thread has heard of it, or another cell runs. */
  heard(): void;
}

/** How long the main thread is left alone with a signal, in ms: a step of a training takes its time. */
const PATIENCE = 1000;
/** How long it has for the second one, in ms. */
const LAST_CHANCE = 200;

/**
 * The first wish is a signal, which ends a computing cell and lets those that wait or listen end themselves. Code that
 * computes after an `await` does not hear it; a second wish ends that, too, whatever it is at. Upstream tslab could not.
 */
export function createInterrupter(onTerminated: () => void): Interrupter {
  let since: number | undefined;
  return {
    interrupt() {
      const isDeaf = since !== undefined && performance.now() - since > PATIENCE;
      since ??= performance.now();
      process.kill(process.pid, 'SIGINT');
      if (!isDeaf) return;
      setTimeout(() => {
        if (since === undefined) return;
        since = undefined;
        terminate(onTerminated);
      }, LAST_CHANCE);
    },
    heard() {
      since = undefined;
    },
  };
}

function terminate(done: () => void): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => {
    session.disconnect();
    done();
  });
}
