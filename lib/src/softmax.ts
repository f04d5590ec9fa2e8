/** Logits as probabilities: positive, of sum 1. */
export function softmax(logits: readonly number[]): number[] {
  const highest = logits.reduce((most, x) => Math.max(most, x));
  const powers = logits.map((x) => Math.exp(x - highest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((x) => x / sum);
}
