import { CheckpointError } from '../errors.js';
import { type Checkpoint, openCheckpoint } from './checkpoint.js';
import { openShardedCheckpoint } from './sharded.js';

/** The files that weights may be in, in Transformers' order. */
const WEIGHTS = ['model.safetensors', 'pytorch_model.bin'];

/**
 * Opens the weights of a folder or repository: in one file, or in several with an index.
 *
 * @param source - its name, for messages
 * @param find - the path of one of its files; undefined where it has no such file
 * @throws CheckpointError if there are none, or a file is none
 */
export async function openWeights(
  source: string,
  find: (file: string) => Promise<string | undefined>,
): Promise<Checkpoint> {
  for (const name of WEIGHTS) {
    const file = await find(name);
    if (file !== undefined) return openCheckpoint(file);
    const index = await find(`${name}.index.json`);
    if (index !== undefined) return openShardedCheckpoint(index, find);
  }
  throw new CheckpointError(`${source} has neither ${WEIGHTS.join(' nor ')}, nor an index of such files`);
}
