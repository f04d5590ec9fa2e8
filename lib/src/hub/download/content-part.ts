/** Which part of a file an answer holds, in bytes. */
export interface ContentPart {
  start: number;
  /** After the last byte; undefined where the server does not say it. */
  end?: number;
  /** Of the whole file; undefined where the server does not say it. */
  total?: number;
}

/**
 * Which part of a file an answer holds, by its own words.
 *
 * @returns undefined if they make no sense: no range, several, of something else than bytes, or of a packed file
 * @see RFC 9110, section 14.4
 */
export function contentPart({ status, headers }: Response): ContentPart | undefined {
  const isPacked = !/^(identity)?$/i.test(headers.get('Content-Encoding') ?? '');
  if (status !== 206) {
    const length = headers.get('Content-Length');
    const total = length !== null && !isPacked ? bytes(length) : undefined;
    return { start: 0, end: total, total };
  }
  const range = /^bytes +(\d+)-(\d+)\/(\d+|\*)$/i.exec(headers.get('Content-Range')?.trim() ?? '');
  if (!range || isPacked) return undefined;
  const [start, last] = [bytes(range[1]), bytes(range[2])];
  const total = range[3] === '*' ? undefined : bytes(range[3]);
  if (start === undefined || last === undefined || last < start) return undefined;
  if (range[3] !== '*' && (total === undefined || last >= total)) return undefined;
  return { start, end: last + 1, total };
}

/** How long the file is, by an answer that has no part of it to give. */
export function totalOf({ headers }: Response): number | undefined {
  const [, total] = /^bytes +\*\/(\d+)$/i.exec(headers.get('Content-Range')?.trim() ?? '') ?? [];
  return total === undefined ? undefined : bytes(total);
}

/** A length as servers write it; undefined where it is none that can be. */
export function bytes(text: string): number | undefined {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
