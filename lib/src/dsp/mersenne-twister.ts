/**
 * MT19937 (Matsumoto and Nishimura 1998), seeded and read as `numpy.random.RandomState(seed).random()`, so that
 * random starts are those of librosa.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(624);
  #index = 624;

  constructor(seed: number) {
    this.#state[0] = seed >>> 0;
    for (let i = 1; i < 624; i++) {
      const previous = this.#state[i - 1];
      this.#state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  /** A whole number below 2^32, as NumPy's and PyTorch's generators draw it. */
  next32(): number {
    if (this.#index === 624) this.#twist();
    let y = this.#state[this.#index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < 624; i++) {
      const y = (state[i] & 0x80000000) | (state[i < 623 ? i + 1 : 0] & 0x7fffffff);
      state[i] = state[i < 227 ? i + 397 : i - 227] ^ (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
    }
    this.#index = 0;
  }

  /** A float64 in [0, 1) with 53 random bits. */
  next(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }
}
