import { Session } from 'node:inspector';

/** Stops the cell that runs in the main thread, from another thread. */
export interface Interrupter {
  interrupt(): void;
  /** The main thread has heard of it, or another cell runs. */
  heard(): void;
}

/** How long the main thread is left alone with a signal, in ms: a step of a training takes its time. */
const PATIENCE = 1000;

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
      if (isDeaf) terminate(onTerminated);
      process.kill(process.pid, 'SIGINT');
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
