/**
 * The bytes at a URL.
 *
 * @param patience - how long to wait for the server's answer, in ms; default as long as fetch does
 * @throws Error whose message says why in words
 */
export async function download(url: URL | string, patience?: number): Promise<Uint8Array> {
  const abort = new AbortController();
  const late = () => abort.abort(new Error(`no answer within ${(patience ?? 0) / 1000} s`));
  const timer = patience === undefined ? undefined : setTimeout(late, patience);
  let response: Response;
  try {
    response = await fetch(url, { signal: abort.signal });
    clearTimeout(timer);
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    // fetch itself only says that it failed.
    throw new Error((cause as { cause?: Error }).cause?.message ?? (cause as Error).message, { cause });
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the server answers ${response.status} ${response.statusText}`);
}
