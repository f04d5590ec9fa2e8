/** A tensor in 8 bits: a weight of output j is about its value · scales[j]. */
export interface QuantizedWeights {
  values: Int8Array;
  /** A factor for each output. */
  scales: Float32Array;
}

const LARGEST = 127;

/** Quantizes weights whose first axis are the outputs: each output's largest becomes ±127. */
export function quantize(weights: Float32Array, outputs: number): QuantizedWeights {
  const inputs = weights.length / outputs;
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(outputs);
  for (let j = 0; j < outputs; j++) {
    const first = j * inputs;
    let largest = 0;
    for (let i = 0; i < inputs; i++) largest = Math.max(largest, Math.abs(weights[first + i]));
    // An output without weights needs a scale all the same.
    scales[j] = largest > 0 ? largest / LARGEST : 1;
    const factor = 1 / scales[j];
    for (let i = 0; i < inputs; i++) values[first + i] = Math.round(weights[first + i] * factor);
  }
  return { values, scales };
}
