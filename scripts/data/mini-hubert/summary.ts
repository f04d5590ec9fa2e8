import { MEASURES, ONSETS } from './measure.js';

/** Frames after which a rhythm may repeat itself: 60 ms to 1.2 s. */
const LAGS = Array.from({ length: 30 }, (_, i) => 3 + 2 * i);

/** Numbers of a {@link summary}. */
export const SUMMARY: number = 2 * MEASURES + ONSETS.count * LAGS.length;

/**
 * What an excerpt is like as a whole: mean and deviation of its measurements over time, and how alike its onsets are after
 * each lag.
 *
 * @param features - (frames, {@link MEASURES})
 */
export function summary(features: Float32Array): Float32Array {
  const frames = features.length / MEASURES;
  const column = (i: number) => Float32Array.from({ length: frames }, (_, t) => features[t * MEASURES + i]);
  const all = Array.from({ length: MEASURES }, (_, i) => centred(column(i)));
  const deviations = all.map(({ power }) => Math.sqrt((power * frames) / (frames - 1)));
  const onsets = all.slice(ONSETS.first, ONSETS.first + ONSETS.count);
  const alike = LAGS.flatMap((lag) =>
    onsets.map(({ values, power }) => {
      let sum = 0;
      for (let t = lag; t < frames; t++) sum += values[t] * values[t - lag];
      return (3 * (sum / (frames - lag))) / (power + 1e-3);
    }),
  );
  return Float32Array.from([...all.map(({ mean }) => mean), ...deviations, ...alike]);
}

function centred(column: Float32Array): { mean: number; values: Float32Array; power: number } {
  const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
  const values = column.map((x) => x - mean);
  return { mean, values, power: values.reduce((sum, x) => sum + x * x, 0) / column.length };
}
