import { FloatMatrix, stft } from 'onpa';

const CLASSES = 12;
const A0 = 27.5; // Hz
/** The octave, counted from A0, that weighs most, and how far away its weight has fallen to exp(−1/2). */
const CENTRE = 5;
const SPREAD = 2;

/**
 * What each frequency of a Fourier transform adds to each pitch class from C on, as `librosa.filters.chroma`: Gaussian
 * bumps a semitone wide, or as wide as the frequencies lie apart: 12 × (1 + nFft / 2).
 */
export function chromaFilterbank(sampleRate: number, nFft: number): FloatMatrix {
  const bins = 1 + nFft / 2;
  const pitch = (bin: number) => CLASSES * Math.log2((bin * sampleRate) / nFft / A0); // semitones above A0
  // The frequency 0 has no pitch; an octave and a half below the next, it belongs to none of them more than to others.
  const pitches = Float64Array.from({ length: bins + 1 }, (_, bin) =>
    bin > 0 ? pitch(bin) : pitch(1) - 1.5 * CLASSES,
  );
  const filters = new FloatMatrix(CLASSES, bins);
  for (let bin = 0; bin < bins; bin++) {
    const width = Math.max(1, pitches[bin + 1] - pitches[bin]);
    const bumps = Array.from({ length: CLASSES }, (_, name) => {
      const fromA = (name + 3) % CLASSES; // A, from which pitches are counted, is the tenth class
      const distance = modulo(pitches[bin] - fromA + CLASSES / 2, CLASSES) - CLASSES / 2;
      return Math.exp(-0.5 * ((2 * distance) / width) ** 2);
    });
    const weight = Math.exp(-0.5 * ((pitches[bin] / CLASSES - CENTRE) / SPREAD) ** 2) / Math.hypot(...bumps);
    for (const [name, bump] of bumps.entries()) filters.set(name, bin, bump * weight);
  }
  return filters;
}

/** The strength of each pitch class, the strongest of a frame 1, as `librosa.feature.chroma_stft`: 12 × frames. */
export function chroma(samples: Float32Array, filters: FloatMatrix, hopLength: number): FloatMatrix {
  const power = stft(samples, { nFft: 2 * (filters.columns - 1), hopLength }).power();
  const { columns } = power;
  const result = new FloatMatrix(CLASSES, columns);
  for (let name = 0; name < CLASSES; name++) {
    const row = result.data.subarray(name * columns, (name + 1) * columns);
    for (let bin = 0; bin < power.rows; bin++) {
      const weight = filters.data[name * power.rows + bin];
      for (let t = 0; t < columns; t++) row[t] += weight * power.data[bin * columns + t];
    }
  }
  for (let t = 0; t < columns; t++) {
    let most = 0;
    for (let name = 0; name < CLASSES; name++) most = Math.max(most, result.data[name * columns + t]);
    for (let name = 0; most > 0 && name < CLASSES; name++) result.data[name * columns + t] /= most;
  }
  return result;
}

/** The rest of a division, from 0 on also below 0. */
const modulo = (a: number, b: number): number => a - b * Math.floor(a / b);
