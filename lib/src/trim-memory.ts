import { loadKoffi } from './koffi.js';

/** How much more than usual the process may hold before memory is given back. */
const MOST = 1.1;

/** In bytes: what the process holds after a batch that began with nothing to give back. */
let usual = 0;
let trimmed = true;
let willTrim = false;
let mallocTrim: (() => void) | undefined;

/**
 * Gives memory that is free back to the system, where it has piled up: called after each batch. Between tensors of many
 * sizes the C library keeps pieces that fit none of the next ones, tens of megabytes for every batch of long clips.
 * Where its allocator has no `malloc_trim` (macOS, musl) nothing is done.
 */
export function trimMemory(): void {
  const held = process.memoryUsage.rss();
  if (trimmed) usual = Math.max(usual, held);
  trimmed = held > MOST * usual;
  if (trimmed) giveBack();
}

/** Gives memory that is free back to the system once what runs now has ended: after something large has been freed. */
export function trimMemorySoon(): void {
  if (willTrim) return;
  willTrim = true;
  setImmediate(() => {
    willTrim = false;
    giveBack();
  });
}

function giveBack(): void {
  mallocTrim ??= findMallocTrim();
  mallocTrim();
}

function findMallocTrim(): () => void {
  try {
    const trim = loadKoffi().load(null).func('int malloc_trim(size_t pad)');
    return () => void trim(0);
  } catch {
    return () => {};
  }
}
