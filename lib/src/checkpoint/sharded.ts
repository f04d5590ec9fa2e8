import { basename } from 'node:path';
import { CheckpointError } from '../errors.js';
import { isObject, readJson, shown } from '../json.js';
import { type Checkpoint, openCheckpoint } from './checkpoint.js';
import { quote } from './checkpoint-file.js';

/** The most files that a checkpoint may be in: each stays open, and systems allow about a thousand. */
const MOST_SHARDS = 500;

/** The longest index that is read, in bytes: enough for 200,000 tensors. */
const LONGEST_INDEX = 32_000_000;

/**
 * Opens a checkpoint in several files, as `save_pretrained` writes it: an index, and the files that it names. Like
 * {@link openCheckpoint} it reads only what these say about their tensors.
 *
 * @param index - `model.safetensors.index.json` or `pytorch_model.bin.index.json`
 * @param find - the path of a file that lies beside the index; undefined where there is none
 * @returns all of their tensors as one checkpoint, whose path is that of the index
 * @throws CheckpointError for an index that is none, a file that is missing or broken, and a tensor that is not where the
 * index says
 * @see https://huggingface.co/docs/transformers/big_models#shard-checkpoints
 */
export async function openShardedCheckpoint(
  index: string,
  find: (file: string) => Promise<string | undefined>,
): Promise<Checkpoint> {
  const places = await readIndex(index);
  const shards = new Map<string, Checkpoint>();
  const close = () => {
    for (const shard of shards.values()) shard.close();
  };
  try {
    for (const file of new Set(places.values())) {
      const path = await find(file);
      if (path === undefined) throw new CheckpointError(`${index} names ${quote(file)}, which is not beside it`);
      shards.set(file, await openCheckpoint(path));
    }
    return { path: index, ...joined(index, places, shards), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Which file each tensor is in. */
async function readIndex(index: string): Promise<Map<string, string>> {
  const { weight_map: map } = await readJson(index, LONGEST_INDEX);
  const fail = (reason: string) => new CheckpointError(`${index}: ${reason}; save the model again in Python`);
  if (!isObject(map)) throw fail(`weight_map is ${shown(map)} instead of the files of the tensors by their names`);
  const places = Object.entries(map).map(([name, file]): [string, string] => {
    const isFileBeside = typeof file === 'string' && /^[\w.-]+\.(safetensors|bin)$/.test(file);
    if (isFileBeside) return [name, file];
    throw fail(`weight_map says that ${quote(name)} is in ${shown(file)}, which is no file of tensors beside it`);
  });
  if (places.length === 0) throw fail('weight_map names no tensors');
  const count = new Set(places.map(([, file]) => file)).size;
  if (count > MOST_SHARDS) throw fail(`weight_map names ${count} files, more than the ${MOST_SHARDS} allowed`);
  return new Map(places);
}

/** The tensors of all files; where several have one of a name, the index decides. */
function joined(
  index: string,
  places: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, Checkpoint>,
): Omit<Checkpoint, 'path' | 'close'> {
  const homes = new Map(
    [...shards.values()].flatMap((shard) => Array.from(shard.tensors.keys(), (name) => [name, shard])),
  );
  for (const [name, file] of places) {
    const shard = shards.get(file)!;
    if (shard.tensors.has(name) || shard.leftOut.has(name)) {
      if (shard.tensors.has(name)) homes.set(name, shard);
      continue;
    }
    const other = homes.get(name);
    const elsewhere = other ? `; ${quote(basename(other.path))} has it` : '';
    throw new CheckpointError(
      `${index} says that tensor ${quote(name)} is in ${quote(file)}, which does not have it${elsewhere}`,
    );
  }
  const [first] = shards.values();
  return {
    tensors: new Map(Array.from(homes, ([name, shard]) => [name, shard.tensors.get(name)!])),
    metadata: first.metadata,
    leftOut: new Map([...shards.values()].flatMap((shard) => [...shard.leftOut])),
    float32(name) {
      const shard = homes.get(name);
      if (shard) return shard.float32(name);
      throw new CheckpointError(`${index}: there is no tensor ${quote(name)} among its ${homes.size}`);
    },
  };
}
