const round = (value: number, digits: number): number => Number(value.toFixed(digits));

/** How long something took and how much was done a second, under Transformers' keys: `eval_runtime` (s) … */
export function speedMetrics(
  prefix: string,
  milliseconds: number,
  { samples, steps }: { samples: number; steps: number },
): Record<string, number> {
  const seconds = Math.max(milliseconds, 1e-3) / 1000;
  return {
    [`${prefix}_runtime`]: round(seconds, 4),
    [`${prefix}_samples_per_second`]: round(samples / seconds, 3),
    [`${prefix}_steps_per_second`]: round(steps / seconds, 3),
  };
}
