/** What has to arrive within the time that a server is given, in bytes. */
export const PIECE = 65_536;

/**
 * The whole content of an answer, unpacked, where it is not too long: no more than `maxBytes` is ever kept.
 *
 * @param arrived - is called for each {@link PIECE}: a server from which less comes is as good as silent
 * @returns undefined if it is longer
 * @throws what the connection throws where it breaks off
 */
export async function receive(
  response: Response,
  maxBytes: number,
  arrived: () => void = () => {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!response.body) return new Uint8Array();
  if (Number(response.headers.get('Content-Length')) > maxBytes) {
    await response.body.cancel().catch(() => {});
    return undefined;
  }
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  let next = PIECE;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(pieces);
    bytes += value.length;
    if (bytes > maxBytes) {
      await reader.cancel().catch(() => {});
      return undefined;
    }
    pieces.push(value);
    if (bytes < next) continue;
    next = bytes + PIECE;
    arrived();
  }
}

/** What fetch hides behind 'fetch failed'. */
export function failureOf(cause: unknown): { code?: string; message: string } {
  const error = cause as { name?: string; code?: unknown; message?: string; cause?: unknown };
  if (error?.name === 'TimeoutError') return { code: 'TIMEOUT', message: '' };
  if (error?.cause) return failureOf(error.cause);
  return { code: typeof error?.code === 'string' ? error.code : undefined, message: String(error?.message ?? cause) };
}
