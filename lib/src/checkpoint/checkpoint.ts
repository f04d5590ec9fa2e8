import { pathOf } from '../files.js';
import { CheckpointFile, quote } from './checkpoint-file.js';
import { readPytorch } from './pytorch.js';
import { readSafetensors } from './safetensors.js';
import { type Contents, readTensor, type TensorInfo } from './tensor.js';

/** An open file of named tensors. */
export interface Checkpoint {
  readonly path: string;
  /** Every tensor in the file by its name, as in Python: `encoder.layers.0.final_layer_norm.weight`. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** What a safetensors file says about itself, as `format: 'pt'`; empty for a pytorch_model.bin. */
  readonly metadata: Readonly<Record<string, string>>;
  /** What else lies beside the tensors of a pytorch_model.bin, by its name: `epoch` → `3`, `args` → `a dictionary`. */
  readonly leftOut: ReadonlyMap<string, string>;
  /**
   * Reads a tensor, row-major, rounded to float32 where the file holds other numbers. Each call reads the file again and
   * gives a fresh array.
   *
   * @throws CheckpointError if there is no tensor of that name, or the file is closed or has become shorter
   */
  float32(name: string): Float32Array;
  /** Closes the file. What has been read stays. */
  close(): void;
}

/**
 * Opens a checkpoint: `model.safetensors`, or `pytorch_model.bin` as torch.save writes it since PyTorch 1.6. Only what the
 * file says about its tensors is read, and checked against the file; each tensor's numbers follow when asked for, so that
 * no checkpoint is in memory twice. Nothing in the file is executed.
 *
 * @param path - of the file
 * @returns the open file; close it after use
 * @throws CheckpointError that names the file, the tensor and what was expected
 * @see {@link saveSafetensors}, which writes one
 * @see Python: `safetensors.safe_open`, `torch.load(path, weights_only=True)`
 *
 * @example
 * const checkpoint = await openCheckpoint('distilhubert/pytorch_model.bin');
 * checkpoint.tensors.get('encoder.layer_norm.weight'); // { dtype: 'F32', shape: [768] }
 * const weight = checkpoint.float32('encoder.layer_norm.weight'); // 768 numbers
 * checkpoint.close();
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const file = await CheckpointFile.open(pathOf(path));
  try {
    const { tensors, metadata, leftOut } = await readContents(file);
    return {
      path,
      tensors: new Map(Array.from(tensors, ([name, { dtype, shape }]) => [name, { dtype, shape }])),
      metadata,
      leftOut,
      float32(name) {
        const tensor = tensors.get(name);
        if (tensor) return readTensor(file, name, tensor);
        const names = [...tensors.keys()];
        const some = names.slice(0, 3).map(quote).join(', ');
        throw file.error(`there is no tensor ${quote(name)} among its ${names.length}${some && `: ${some}, …`}`);
      },
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

const SAVE_AGAIN = "save it again in Python: torch.save(torch.load(path, weights_only=True), 'pytorch_model.bin')";

/** What other files begin with, and what to do about them. */
const OTHERS: readonly [magic: string, reason: string][] = [
  ['\x80\x02\x8a\x0al\xfc\x9cF\xf9', `it has the format of PyTorch before 1.6; ${SAVE_AGAIN}`],
  ['\x80', 'it is a pickle, but not one that torch.save wrote; give a model.safetensors or pytorch_model.bin'],
  ['version https://git-lfs', "it is Git LFS's pointer to the weights, not the weights; run git lfs pull"],
  [
    '\x89HDF',
    'it has the weights of a TensorFlow model (HDF5); take the model.safetensors or pytorch_model.bin beside it',
  ],
  ['<', 'it is a web page, not the weights; download it again'],
];

async function readContents(file: CheckpointFile): Promise<Contents> {
  const start = Buffer.from(file.bytes(0, Math.min(24, file.size))).toString('latin1');
  if (start[8] === '{') return readSafetensors(file);
  if (start.startsWith('PK\x03\x04')) return readPytorch(file);
  if (start === '') throw file.error('it is empty; download it again');
  const other = OTHERS.find(([magic]) => start.startsWith(magic))?.[1];
  throw file.error(other ?? 'it is neither a safetensors file nor one that torch.save wrote; give one of these');
}
