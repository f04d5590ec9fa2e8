import type { Tracker } from './tracker.js';

export interface GuardOptions {
  /** How many calls may wait for a slow tracker. */
  limit?: number;
  /** How long the end may take, in ms. */
  patience?: number;
}

type Call = () => unknown;

/**
 * The same tracker, unable to disturb training: no method throws, and all but `end` return at once.
 *
 * While it is busy, what it is told waits in its order; steps, which only a live display needs, are left out then. The
 * first failure is said in one line, and the tracker is told nothing from then on.
 */
export function guarded(tracker: Tracker, { limit = 10_000, patience = 10_000 }: GuardOptions = {}): Required<Tracker> {
  const waiting: Call[] = [];
  let busy = false;
  let hasLeft = false;
  let isFull = false;
  let onIdle = () => {};

  function leave(why: string): void {
    if (!hasLeft) console.warn(`${tracker.name} ${why}`);
    hasLeft = true;
    waiting.length = 0;
  }

  const fail = (error: unknown): void => leave(`is left out, and training goes on: ${reasonOf(error)}`);

  /** A promise if the call takes longer. */
  function run(call: Call): Promise<void> | undefined {
    try {
      const result = call();
      return isThenable(result) ? Promise.resolve(result).then(() => {}, fail) : undefined;
    } catch (error) {
      fail(error);
    }
  }

  function work(): void {
    while (!busy && waiting.length > 0) {
      const going = run(waiting.shift()!);
      if (going === undefined) continue;
      busy = true;
      void going.then(() => {
        busy = false;
        work();
      });
    }
    if (!busy) onIdle();
  }

  function tell(call: Call): void {
    if (hasLeft) return;
    if (waiting.length < limit) {
      waiting.push(call);
      work();
    } else if (!isFull) {
      isFull = true;
      console.warn(`${tracker.name} is too slow: ${limit} log entries wait for it, and it misses those that follow.`);
    }
  }

  /** For what is soon out of date. */
  const mention = (call: Call): void => {
    if (!busy && !hasLeft) void run(call);
  };

  return {
    name: tracker.name,
    begin: (info) => tell(() => tracker.begin(info)),
    step: (step) => mention(() => tracker.step?.(step)),
    evaluating: (progress) => mention(() => tracker.evaluating?.(progress)),
    log: (entry) => tell(() => tracker.log({ ...entry })),
    async end(outcome) {
      if (hasLeft) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          leave(`has not finished within ${patience / 1000} s; its last entries may be missing.`);
          resolve();
        }, patience);
      });
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve;
      });
      waiting.push(() => tracker.end(outcome));
      work();
      await Promise.race([idle, late]);
      clearTimeout(timer);
      onIdle = () => {};
    },
  };
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';

/** What went wrong, in one line. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
