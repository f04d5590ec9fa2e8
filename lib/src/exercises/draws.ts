import { MersenneTwister } from '../dsp/mersenne-twister.js';

/** Numbers in [0, 1), the same for the same seed: a check tries the same with everybody. */
export function draws(seed: number): () => number {
  const twister = new MersenneTwister(Math.trunc(seed));
  return () => twister.next();
}
