/** What librosa and Transformers call something that has another name here, beyond the other way of joining words. */
const RENAMED: Readonly<Record<string, readonly string[]>> = {
  sr: ['sampleRate', 'samplingRate'],
  rate: ['sampleRate', 'samplingRate'],
  sampling_rate: ['sampleRate'],
  sample_rate: ['samplingRate'],
  samplingRate: ['sampleRate'],
  sampleRate: ['samplingRate'],
  orig_sr: ['from'],
  target_sr: ['to'],
  y: ['samples'],
  array: ['samples'],
  fmax: ['fMax'],
  fmin: ['fMin'],
  random_state: ['seed'],
  data_seed: ['seed'],
  processing_class: ['featureExtractor'],
  tokenizer: ['featureExtractor'],
  evaluation_strategy: ['evalStrategy'],
  per_gpu_train_batch_size: ['perDeviceTrainBatchSize'],
  per_gpu_eval_batch_size: ['perDeviceEvalBatchSize'],
};

/** `n_fft` as `nFft`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[^_])_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

/** Words of Python that are none here; `y` or `rate` may be. */
const FOREIGN = ['sr', 'fmin', 'fmax'];

/**
 * The name here of what Python calls `name`.
 *
 * @returns undefined for a name that may be one of TypeScript
 */
export function fromPython(name: string): string | undefined {
  if (Object.hasOwn(RENAMED, name) && (name.includes('_') || FOREIGN.includes(name))) return RENAMED[name][0];
  const camel = camelCase(name);
  return camel === name ? undefined : camel;
}

/** Which of the names that exist was meant by one that does not: Python's name for it, or one that is spelled alike. */
export function likelyName(name: string, known: readonly string[]): string | undefined {
  const renamed = Object.hasOwn(RENAMED, name) ? RENAMED[name] : [];
  const found = [...renamed, camelCase(name)].find((other) => known.includes(other));
  if (found) return found;
  const plain = (text: string): string => text.replaceAll('_', '').toLowerCase();
  const distances = known.map((other) => distance(plain(name), plain(other)));
  const least = Math.min(...distances);
  return least <= Math.floor(0.4 * name.length) && least < name.length / 2
    ? known[distances.indexOf(least)]
    : undefined;
}

/** How many letters have to be put in, left out or replaced to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length];
}
