import { createHash } from 'node:crypto';
import type { ExampleSource, ShortestExample } from '../../dataset/example-source.js';
import { ParameterError } from '../../errors.js';

/**
 * How long each example of a data set is, to sort them by.
 *
 * @throws ParameterError for a data set that does not tell, and lengths that are none
 */
export async function lengthsOf(
  source: ExampleSource,
  column: string,
  shortest: ShortestExample,
): Promise<readonly number[]> {
  const lengths = await source.lengths?.(column, shortest);
  if (!lengths) {
    throw new ParameterError(
      "trainSamplingStrategy is 'group_by_length', but trainDataset does not tell lengths; give one with lengths(), or 'random'",
    );
  }
  if (lengths.length !== source.length) {
    throw new ParameterError(`trainDataset tells ${lengths.length} lengths for ${source.length} examples`);
  }
  const wrong = lengths.findIndex((length) => !(Number.isFinite(length) && length >= 0));
  if (wrong < 0) return lengths;
  throw new ParameterError(`trainDataset says that example ${wrong} has the length ${lengths[wrong]}; give samples`);
}

/** By which lengths are told from others, in a checkpoint. */
export function checksumOf(lengths: readonly number[]): string {
  return createHash('sha256').update(Float64Array.from(lengths)).digest('hex');
}
