/** Whether a number is above the one before it and not below the one after it, like `librosa.util.localmax`. */
export function isLocalMaximum(x: Float32Array | Float64Array, i: number): boolean {
  return i > 0 && x[i] > x[i - 1] && (i === x.length - 1 || x[i] >= x[i + 1]);
}
