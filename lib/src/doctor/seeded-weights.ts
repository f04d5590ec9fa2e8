/**
 * Weights and audio that test/reference/seeded_weights.py makes too, number for number, so that the doctor's reference and
 * the tests' fixtures hold results alone. Integers modulo 2^32, or doubles in the same order of operations; the last step rounds to float32.
 */

/** FNV-1a of an ASCII text. */
function hash32(text: string): number {
  let result = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) result = Math.imul(result ^ text.charCodeAt(i), 0x01000193);
  return result;
}

/** Multiples of 2^-23 in [-1, 1), each mapped: number i depends on the key and on i alone. */
export function uniform(key: string, count: number, map: (u: number) => number): Float32Array {
  const start = hash32(key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (Math.imul(i, 0x9e3779b9) + start) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    values[i] = map((x >>> 8) / 2 ** 23 - 1);
  }
  return values;
}

/** A tensor's name without the prefix of the base model, and with the older names of a weight norm's two parts. */
export const canonical = (name: string): string =>
  name
    .replace(/^(hubert|wav2vec2)\./, '')
    .replace('.parametrizations.weight.original0', '.weight_g')
    .replace('.parametrizations.weight.original1', '.weight_v');

/** The tensor of this name, whichever of its names it is. */
export function seededWeights(name: string, shape: readonly number[]): Float32Array {
  const key = canonical(name);
  const count = shape.reduce((product, size) => product * size, 1);
  return uniform(key, count, distribution(key, shape));
}

function distribution(key: string, shape: readonly number[]): (u: number) => number {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  if (key.endsWith('masked_spec_embed')) return (u) => u;
  if (key.endsWith('layer_weights')) return (u) => 0.5 * u;
  if (key.endsWith('.bias') || key.endsWith('.running_mean')) return (u) => 0.1 * u;
  if (key.endsWith('.running_var')) return (u) => 1 + 0.5 * u;
  if (key.endsWith('.weight_g') || shape.length === 1) return (u) => 1 + 0.25 * u;
  const scale = key.includes('conv_layers') ? 3 / Math.sqrt(fanIn) : Math.sqrt(3 / fanIn);
  return (u) => scale * u;
}

/** Three arched tones that swell every second, and noise, at 16 kHz. */
export function seededAudio(row: number, length: number): Float32Array {
  const tones = [
    [131 + 37 * row, 1],
    [523 + 101 * row, 0.5],
    [2203 - 211 * row, 0.25],
  ];
  let i = 0;
  return uniform(`audio${row}`, length, (u) => {
    let sum = 0;
    for (const [frequency, amplitude] of tones) {
      const phase = ((i * frequency) % 16000) / 8000 - 1;
      sum += amplitude * 4 * phase * (1 - Math.abs(phase));
    }
    return sum * (0.25 + (i++ % 16000) / 16000) + 0.2 * u;
  });
}
