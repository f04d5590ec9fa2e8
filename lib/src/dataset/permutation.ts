/**
 * The whole numbers from 0 to `count` − 1 in random order: `numpy.random.default_rng(seed).permutation(count)`.
 *
 * @param count - at least 0, below 2³²
 * @param seed - a whole number of at least 0
 */
export function permutation(count: number, seed: number): Uint32Array {
  return permutations(seed)(count);
}

/** The same, one after the other from one generator: `rng = numpy.random.default_rng(seed)`, `rng.permutation(count)`, … */
export function permutations(seed: number): (count: number) => Uint32Array {
  const next = pcg64(seed);
  return (count) => {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    mix(order, next);
    return order;
  };
}

/**
 * Mixes an array as NumPy does: from the last to the second, each changes places with one before it or with itself
 * (Fisher and Yates).
 *
 * @param next - the next 32 random bits, as a number in [0, 2³²)
 */
export function mix(values: Uint32Array, next: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = upTo(i, next);
    [values[i], values[j]] = [values[j], values[i]];
  }
}

/** A random number in [0, `most`], each as likely: as many bits as `most` has, drawn again where they make more. */
function upTo(most: number, next: () => number): number {
  const unused = Math.clz32(most);
  for (;;) {
    const drawn = (next() & (0xffffffff >>> unused)) >>> 0;
    if (drawn <= most) return drawn;
  }
}

const WORD = 0xffffffffn;
const STATE = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

/** Words of entropy that NumPy's SeedSequence mixes. */
const POOL = 4;

/**
 * The random bits of `numpy.random.default_rng(seed)`: O'Neill's PCG-64 (XSL-RR), seeded by way of NumPy's SeedSequence.
 *
 * @param seed - a whole number of at least 0
 * @returns the next 32 bits at each call, as a number in [0, 2³²): the lower half of each 64, then the upper
 */
function pcg64(seed: number): () => number {
  const words = seedSequence(seed, 8);
  // Pairs of words, the lower first, make 64 bits; pairs of these, the upper first, make 128.
  const wide = (i: number) => (words[i + 1] << 96n) | (words[i] << 64n) | (words[i + 3] << 32n) | words[i + 2];
  const increment = ((wide(4) << 1n) | 1n) & STATE;
  const step = (state: bigint) => (state * MULTIPLIER + increment) & STATE;
  let state = step(increment + wide(0));
  let upper: number | undefined;
  return () => {
    if (upper !== undefined) {
      const half = upper;
      upper = undefined;
      return half;
    }
    state = step(state);
    const folded = BigInt.asUintN(64, (state >> 64n) ^ state);
    const turn = state >> 122n;
    const bits = BigInt.asUintN(64, (folded >> turn) | (folded << (64n - turn)));
    upper = Number(bits >> 32n);
    return Number(bits & WORD);
  };
}

/** `numpy.random.SeedSequence(seed).generate_state(count)`: the seed's words, hashed into a pool, and read out again. */
function seedSequence(seed: number, count: number): bigint[] {
  const times = (a: number, b: number) => Math.imul(a, b) >>> 0;
  const shifted = (x: number) => (x ^ (x >>> 16)) >>> 0;
  let factor = 0x43b0d7e5;
  const hash = (value: number) => {
    const hashed = (value ^ factor) >>> 0;
    factor = times(factor, 0x931e8875);
    return shifted(times(hashed, factor));
  };
  const mix = (x: number, y: number) => shifted((times(0xca01f9dd, x) - times(0x4973f715, y)) >>> 0);

  // A number has two words at most, and the pool has room for four.
  const words = [seed >>> 0, Math.floor(seed / 2 ** 32)];
  const pool = Array.from({ length: POOL }, (_, i) => hash(words[i] ?? 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  }

  factor = 0x8b51f9dd;
  return Array.from({ length: count }, (_, i) => {
    const hashed = (pool[i % POOL] ^ factor) >>> 0;
    factor = times(factor, 0x58f38ded);
    return BigInt(shifted(times(hashed, factor)));
  });
}
