import { pcg64 } from './pcg64.js';

/**
 * The whole numbers from 0 to `count` − 1 in random order: `numpy.random.default_rng(seed).permutation(count)`.
 *
 * @param count - at least 0, below 2³²
 * @param seed - a whole number of at least 0
 */
export function permutation(count: number, seed: number): Uint32Array {
  const next = pcg64(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  // From the last to the second, each changes places with one before it or with itself (Fisher and Yates).
  for (let i = count - 1; i > 0; i--) {
    const j = upTo(i, next);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** A random number in [0, `most`], each as likely: as many bits as `most` has, drawn again where they make more. */
function upTo(most: number, next: () => number): number {
  const unused = Math.clz32(most);
  for (;;) {
    const drawn = (next() & (0xffffffff >>> unused)) >>> 0;
    if (drawn <= most) return drawn;
  }
}
