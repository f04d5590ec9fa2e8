/** How many redirects are followed. */
export const MOST_HOPS = 20;

/**
 * Where an answer sends to; undefined where it is the answer itself.
 *
 * @param from - the address that answered
 * @throws Error whose message says why it cannot be followed
 */
export function redirectOf({ status, headers }: Response, from: URL): URL | undefined {
  const location = headers.get('Location');
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:') {
    throw new Error(
      `${from.host} sends to an address that is none of the web (its Location begins '${start(location)}')`,
    );
  }
  // What a server writes before an @ is no name of the user's.
  target.username = '';
  target.password = '';
  return target;
}

/** What a server of another origin may see of the headers that were meant for one: nothing of whom they come from. */
export function withoutCredentials(headers: Headers): Headers {
  const harmless = ['Accept', 'Accept-Encoding', 'Content-Length', 'Content-Type', 'If-Range', 'Range'];
  const kept = new Headers();
  for (const name of harmless) if (headers.has(name)) kept.set(name, headers.get(name)!);
  return kept;
}

/** An address for messages: without a password, and without a query, which may be as good as one. */
export function withoutSecrets(address: URL): string {
  const shown = new URL(address);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  if (shown.search) shown.search = '?…';
  return shown.href.replace('?%E2%80%A6', '?…');
}

/** Enough to see of which kind it is. */
const start = (location: string): string => location.replace(/\p{Cc}/gu, ' ').slice(0, 12);
