import { constants } from 'node:os';
import { type Interruption, listenForInterruption } from '../interruption.js';

/** Who asks a job to end: Ctrl+C, or what runs jobs on other machines. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** How soon a second Ctrl+C counts, in ms: npm passes on what the terminal sends to the whole group. */
const SAME = 1000;

/** The wish to end a job. */
export interface StopSignals {
  readonly interruption: Interruption;
  readonly signal: AbortSignal;
  /** Which signal it was. */
  readonly name: string | undefined;
  /** Listens no more. */
  end(): void;
}

/**
 * Listens for SIGINT and SIGTERM. The first is a wish; SIGTERM may come again, for those who send it do so more than once,
 * and a second Ctrl+C ends the process at once.
 */
export function stopSignals(): StopSignals {
  const controller = new AbortController();
  let name: string | undefined;
  let since = 0;
  const wish = (signal: NodeJS.Signals): void => {
    if (name === undefined) {
      name = signal;
      since = performance.now();
      controller.abort();
    } else if (signal === 'SIGINT' && performance.now() - since > SAME) {
      process.exit(128 + constants.signals.SIGINT);
    }
  };
  for (const signal of SIGNALS) process.on(signal, wish);
  const interruption = listenForInterruption(controller.signal);
  return {
    interruption,
    signal: controller.signal,
    get name() {
      return name;
    },
    end() {
      interruption.end();
      for (const signal of SIGNALS) process.off(signal, wish);
    },
  };
}
