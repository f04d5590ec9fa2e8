import { readFileSync } from 'node:fs';
import type * as Koffi from 'koffi';

/** The libraries that decode: libsndfile of the soundfile wheel holds the others, in conda each is a file. */
const DECODERS = /\/lib(sndfile|mpg123|FLAC|vorbis|opus|ogg)[^/]*$/;

const READ_AND_WRITE = 3;

/**
 * Sends what the decoders print to /dev/null: mpg123 writes notes on damaged files to standard error itself, and has no
 * setting that libsndfile would pass on.
 *
 * A library finds `stderr` by an address in its own table. That one entry of the decoders' tables is pointed elsewhere, once
 * and for the whole process: what Node, TensorFlow or another thread prints is not touched, which closing or redirecting
 * the descriptor 2 around each call would lose. Linux only; elsewhere the notes are seen.
 */
export function silenceStandardError(koffi: typeof Koffi): void {
  if (process.platform !== 'linux') return;
  try {
    const c = koffi.load(null);
    const standardError: bigint = koffi.address(c.symbol('stderr'));
    const entries = mappings().flatMap(({ start, length }) => entriesOf(koffi, start, length, standardError));
    if (entries.length === 0) return;
    const pageSize = BigInt(c.func('int getpagesize(void)')());
    const protect = c.func('int mprotect(void *, size_t, int)');
    const nowhere = c.func('void *fopen(const char *, const char *)')('/dev/null', 'w');
    // Of malloc, and never freed: threads that end leave it to the others.
    const sink: bigint = koffi.address(c.func('void *malloc(size_t)')(8));
    koffi.encode(sink, 'void *', nowhere);
    for (const entry of entries) {
      // Left writable: another thread may be doing the same.
      if (protect(entry - (entry % pageSize), pageSize, READ_AND_WRITE) === 0) koffi.encode(entry, 'void *', sink);
    }
  } catch {
    // No such symbols or tables: the notes are seen, and that is all.
  }
}

/** Where the data of the decoders lie in memory. */
function mappings(): { start: bigint; length: number }[] {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, from, to, path] = /^([0-9a-f]+)-([0-9a-f]+) r[-w]-p \S+ \S+ [1-9]\d* +(\/.*)$/.exec(line) ?? [];
      if (path === undefined || !DECODERS.test(path)) return [];
      const start = BigInt(`0x${from}`);
      return [{ start, length: Number(BigInt(`0x${to}`) - start) }];
    });
}

/** The addresses in a stretch of memory where `value` stands. */
function entriesOf(koffi: typeof Koffi, start: bigint, length: number, value: bigint): bigint[] {
  const words = new BigUint64Array(koffi.view(start, length));
  const found: bigint[] = [];
  for (let i = words.indexOf(value); i >= 0; i = words.indexOf(value, i + 1)) found.push(start + 8n * BigInt(i));
  return found;
}
