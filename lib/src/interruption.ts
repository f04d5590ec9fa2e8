/** A wish to stop, from Ctrl+C, the notebook's stop button, or an AbortSignal. */
export interface Interruption {
  readonly requested: boolean;
  /** Lets others run; then throws {@link Stopped} if somebody wishes so. */
  pause(): Promise<void>;
  /** Waits for `promise`, but not longer than until somebody wishes to stop. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Listens no more. */
  end(): void;
}

/** What {@link Interruption.pause} and {@link Interruption.race} throw; it does not leave the trainer. */
export class Stopped extends Error {}

/** Waits that one event ends, all that there are and will be. */
export interface Waits {
  /** Ends them with an error. */
  end(error: unknown): void;
  /** The same as `promise`, unless an error ends the wait for it. */
  until<T>(promise: Promise<T>): Promise<T>;
}

/**
 * In place of `Promise.race` with a promise that lives long: such a promise holds a reaction for every race, and with it
 * what the race was won by, until it is settled itself. Here nothing is held of a wait that is over.
 */
export function waits(): Waits {
  const waiting = new Set<(error: unknown) => void>();
  let ended: { error: unknown } | undefined;
  return {
    end(error) {
      ended ??= { error };
      for (const reject of waiting) reject(ended.error);
      waiting.clear();
    },
    until(promise) {
      return new Promise((resolve, reject) => {
        if (ended) reject(ended.error);
        else waiting.add(reject);
        promise.then(resolve, reject).finally(() => waiting.delete(reject));
      });
    },
  };
}

/**
 * Listens for SIGINT, which Ctrl+C sends to a script and the stop button to a notebook's kernel, and for an AbortSignal.
 * Other listeners stay as they are.
 */
export function listenForInterruption(signal?: AbortSignal): Interruption {
  let requested = false;
  const stoppable = waits();
  const wish = () => {
    requested = true;
    stoppable.end(new Stopped());
  };
  let listening = true;
  // Not at once: while a cell begins, Node's vm has SIGINT to itself, and a listener of that moment would be without a
  // signal ever after, and the kernel without its protection.
  queueMicrotask(() => {
    if (listening) process.on('SIGINT', wish);
  });
  signal?.addEventListener('abort', wish);
  if (signal?.aborted) wish();
  const check = () => {
    if (requested) throw new Stopped();
  };
  return {
    get requested() {
      return requested;
    },
    async pause() {
      await new Promise((resolve) => setImmediate(resolve));
      check();
    },
    async race(promise) {
      check();
      return stoppable.until(promise);
    },
    end() {
      listening = false;
      process.off('SIGINT', wish);
      signal?.removeEventListener('abort', wish);
    },
  };
}
