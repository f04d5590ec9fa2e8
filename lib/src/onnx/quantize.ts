/** A matrix (inputs, outputs) in 8 bits: w ≈ values · scale of its column. */
export interface QuantizedMatrix {
  values: Int8Array;
  /** A factor for each output. */
  scales: Float32Array;
}

const LARGEST = 127;

/** Quantizes a matrix (outputs, inputs), and turns it over: each output's largest weight becomes ±127. */
export function quantizeTransposed(weight: Float32Array, outputs: number, inputs: number): QuantizedMatrix {
  const values = new Int8Array(weight.length);
  const scales = new Float32Array(outputs);
  for (let j = 0; j < outputs; j++) {
    const row = weight.subarray(j * inputs, (j + 1) * inputs);
    let largest = 0;
    for (const value of row) largest = Math.max(largest, Math.abs(value));
    // An output without weights needs a scale all the same.
    scales[j] = largest > 0 ? largest / LARGEST : 1;
    const factor = 1 / scales[j];
    for (let i = 0; i < inputs; i++) values[i * outputs + j] = Math.round(row[i] * factor);
  }
  return { values, scales };
}
