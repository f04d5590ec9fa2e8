// In place of Node's `node:fs` and `node:path`: files of the repository, from the server that gave the page.

/** Answers at once, as in Node; the tests read fixtures while they are being described. */
export function readFileSync(path: string, encoding?: 'utf8'): Uint8Array | string {
  const request = new XMLHttpRequest();
  request.open('GET', `/file${path}`, false);
  // A byte a character: a request that is waited for gives text alone.
  request.overrideMimeType('text/plain; charset=x-user-defined');
  request.send();
  if (request.status !== 200) throw new Error(`${path}: ${request.status} ${request.responseText}`);
  const bytes = Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0));
  return encoding ? new TextDecoder(encoding).decode(bytes) : bytes;
}

export const join = (...parts: string[]): string => parts.join('/').replace(/\/+/g, '/');

export const dirname = (path: string): string => path.replace(/\/[^/]*$/, '') || '/';
