import { HubError } from '../errors.js';

/** How often a request is sent again without getting any further. */
export const RETRIES = 3;

/** How long to wait for a server, in all requests. */
export const patience = {
  /** How long a server may be silent, in ms. */
  silence: 10_000,
  /** How long to wait before the first retry, in ms. */
  firstWait: 1000,
  /** Lets so many ms pass. */
  wait: (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** An error that may be gone the next time. */
export class TransientHubError extends HubError {
  /** @param retryAfter - when the server wants to be asked again, in ms */
  constructor(
    message: string,
    options?: { cause?: unknown },
    readonly retryAfter: number = 0,
  ) {
    super(message, options);
    this.name = 'HubError';
  }
}

/** Waits before the n-th retry: 1 s, 2 s, 4 s, at most eight times the first wait, or what the server asks for within a minute. */
export function backOff(tries: number, error: HubError): Promise<void> {
  const asked = error instanceof TransientHubError ? Math.min(error.retryAfter, 60_000) : 0;
  return patience.wait(Math.max(asked, patience.firstWait * Math.min(8, 2 ** (tries - 1))));
}

/**
 * Sends a request, and again after a transient error.
 *
 * @param isWorthIt - which transient errors are worth another try; default all
 */
export async function retry<T>(
  { retries }: { retries: number },
  request: () => Promise<T>,
  isWorthIt: (error: TransientHubError) => boolean = () => true,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof TransientHubError && isWorthIt(error)) || tries > retries) throw error;
      await backOff(tries, error);
    }
  }
}
