/**
 * Two numbers of mean 0 and standard deviation 1, normally distributed (Box and Muller 1958).
 *
 * @param random - draws from [0, 1)
 */
export function normalPair(random: () => number): [number, number] {
  // 1 − u is never 0.
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  const angle = 2 * Math.PI * random();
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
