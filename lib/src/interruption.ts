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

/**
 * Listens for SIGINT, which Ctrl+C sends to a script and the stop button to a notebook's kernel, and for an AbortSignal.
 * Other listeners stay as they are.
 */
export function listenForInterruption(signal?: AbortSignal): Interruption {
  let requested = false;
  let wish = () => {};
  const wished = new Promise<never>((_, reject) => {
    wish = () => {
      requested = true;
      reject(new Stopped());
    };
  });
  wished.catch(() => {});
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
      return Promise.race([promise, wished]);
    },
    end() {
      listening = false;
      process.off('SIGINT', wish);
      signal?.removeEventListener('abort', wish);
    },
  };
}
