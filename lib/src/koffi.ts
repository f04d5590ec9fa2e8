import type * as Koffi from 'koffi';

/** In bytes. Opus and Vorbis keep whole blocks on the stack. */
const STACK = 2 ** 20;

let loaded: typeof Koffi | undefined;

/**
 * koffi, which calls functions of C. It is loaded late: who only computes does not need it. All come here for it, for its
 * stacks can be set before the first library is loaded, and never after.
 */
export function loadKoffi(): typeof Koffi {
  if (loaded) return loaded;
  const koffi = require('koffi') as typeof Koffi;
  try {
    koffi.config({ async_stack_size: STACK });
  } catch {
    // Somebody else has used it before, and its threads have their stacks.
  }
  loaded = koffi;
  return koffi;
}
