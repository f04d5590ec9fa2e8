/** The median, of an even number the mean of the middle two, like `np.median`; NaN of nothing. */
export function median(values: Float32Array | Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
