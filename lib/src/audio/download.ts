import { failureOf, PIECE, receive } from '../receive.js';
import { wordsOf } from '../redact.js';
import { MOST_HOPS, redirectOf, withoutSecrets } from '../redirect.js';
import { requireInteger, requirePositive } from '../validation.js';

/** How much may be downloaded, and how slowly. */
export interface DownloadLimits {
  /** How long a file at a URL may be, in bytes, unpacked; default 268,435,456 (256 MiB). */
  maxBytes?: number;
  /**
   * How long the server of a URL may take until it answers, and then for each 65,536 bytes, in ms; default 30,000.
   */
  timeout?: number;
}

const MOST = 1 << 28;
const TIMEOUT = 30_000;

/** What setTimeout takes, in ms. */
const LONGEST = 2 ** 31 - 1;

/** Throws a {@link ParameterError} for limits out of range. */
export function requireDownloadLimits({ maxBytes = MOST, timeout = TIMEOUT }: DownloadLimits): void {
  requireInteger('maxBytes', maxBytes);
  requirePositive('timeout', timeout);
}

/** What to call a path or a URL in a message. */
export function sourceName(source: string | URL): string {
  const isAddress = /^https?:/i.test(String(source)) && URL.canParse(source);
  return isAddress ? withoutSecrets(new URL(source)) : String(source);
}

/**
 * The bytes at a URL. A name and a password in it are sent to its server alone.
 *
 * @param patience - how long to wait for the answer to begin, in ms; for callers whose users set no limits
 * @throws Error whose message says why in words, and names the option that allows more
 */
export async function download(
  address: URL | string,
  { maxBytes = MOST, timeout = TIMEOUT }: DownloadLimits = {},
  patience?: number,
): Promise<Uint8Array> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('it is no http: or https: URL');
  const name = [url.username, url.password].map(decoded).join(':');
  const basic = name === ':' ? undefined : Buffer.from(name).toString('base64');
  const secrets = [basic, url.password, decoded(url.password)];
  url.username = '';
  url.password = '';
  const late = new AbortController();
  const more = (option: string) => (patience === undefined ? `; the option ${option} allows more` : '');
  const give = (what: string, ms: number) =>
    setTimeout(
      () => late.abort(new Error(`no ${what} within ${ms / 1000} s${more('timeout')}`)),
      Math.min(ms, LONGEST),
    );
  let timer = give('answer', patience ?? timeout);
  try {
    const response = await follow(url, basic, late.signal);
    if (!response.ok) {
      await response.body?.cancel();
      const said = wordsOf(response.statusText, ...secrets).slice(0, 100);
      throw new Error(`the server answers ${response.status}${said && ` ${said}`}`);
    }
    clearTimeout(timer);
    timer = give(`${PIECE} bytes`, timeout);
    const bytes = await receive(response, maxBytes, () => timer.refresh());
    if (bytes) return bytes;
    throw new Error(`it is longer than ${maxBytes} bytes${more('maxBytes')}`);
  } catch (cause) {
    // fetch itself only says that it failed.
    const { code, message } = failureOf(late.signal.aborted ? late.signal.reason : cause);
    throw new Error(wordsOf(message || code || '', ...secrets));
  } finally {
    clearTimeout(timer);
  }
}

/** Asks for what is at a URL, and where that sends to; other servers do not see the name and the password. */
async function follow(from: URL, basic: string | undefined, signal: AbortSignal): Promise<Response> {
  let url = from;
  for (let hops = 0; hops < MOST_HOPS; hops++) {
    const headers = new Headers(basic && url.origin === from.origin ? { Authorization: `Basic ${basic}` } : {});
    const response = await fetch(url, { headers, signal, redirect: 'manual' });
    const target = redirectOf(response, url);
    if (!target) return response;
    await response.body?.cancel();
    url = target;
  }
  throw new Error(`${url.host} redirects in circles`);
}

/** As a person would write it; what is not well escaped stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
