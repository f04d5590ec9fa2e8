import { ParameterError } from '../errors.js';
import { writeWhole } from '../files.js';
import { shown } from '../json.js';
import { quote } from './checkpoint-file.js';
import type { DType } from './dtype.js';
import { elementCount } from './tensor.js';

/** Numbers that {@link saveSafetensors} writes. */
export type TensorArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** A tensor to write. */
export interface TensorData {
  /** `[]` for a single number. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: TensorArray;
  /**
   * What the numbers are, where the array does not tell: 'F16' or 'BF16' for the bits of halves in a Uint16Array, 'BOOL'
   * for zeros and ones in a Uint8Array. Default: the array's own type, F32 for a Float32Array.
   */
  readonly dtype?: DType;
}

/** The dtypes that an array may hold; the first is the default. */
const DTYPES_OF: Readonly<Record<string, readonly DType[]>> = {
  Float64Array: ['F64'],
  Float32Array: ['F32'],
  BigInt64Array: ['I64'],
  BigUint64Array: ['U64'],
  Int32Array: ['I32'],
  Uint32Array: ['U32'],
  Int16Array: ['I16'],
  Uint16Array: ['U16', 'F16', 'BF16'],
  Int8Array: ['I8'],
  Uint8Array: ['U8', 'BOOL'],
};

/** As in files that Python's safetensors writes: the widest first, so that every tensor begins at a multiple of its width. */
const ORDER: readonly DType[] = [
  ...(['U64', 'I64', 'F64', 'F32', 'U32', 'I32'] as const),
  ...(['BF16', 'F16', 'U16', 'I16', 'I8', 'U8', 'BOOL'] as const),
];

interface Entry {
  name: string;
  dtype: DType;
  shape: readonly number[];
  bytes: Uint8Array;
}

/**
 * Writes a safetensors file, byte for byte the one that Python's safetensors writes, in whichever order the tensors come.
 * A file of that name is replaced at once or, if anything fails, not at all. No tensor is copied: leave the arrays alone
 * until the file is written.
 *
 * @param path - of the file, whose folder there is
 * @param tensors - by their names, in any order
 * @param metadata - strings for the file's `__metadata__`; `format: 'pt'`, without which Transformers refuses a file, is
 * put in unless it is given
 * @throws ParameterError for a shape that does not fit its numbers, a dtype that does not fit its array, and names that
 * cannot be written
 * @throws WriteError where the disk is full or the folder missing, or may not be written to
 * @see {@link openCheckpoint}, which reads it
 * @see Python: `safetensors.torch.save_file(tensors, path, metadata={'format': 'pt'})`
 *
 * @example
 * await saveSafetensors('model.safetensors', new Map([['bias', { shape: [2], data: Float32Array.of(1, 2) }]]));
 */
export async function saveSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Array.from(tensors, ([name, tensor]) => checkTensor(name, tensor)).sort(
    (a, b) =>
      ORDER.indexOf(a.dtype) - ORDER.indexOf(b.dtype) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
  await writeWhole(path, [
    header(entries, checkMetadata({ format: 'pt', ...metadata })),
    ...entries.map((e) => e.bytes),
  ]);
}

function header(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  let reached = 0;
  const described = entries.map(({ name, dtype, shape, bytes }) => {
    const begin = reached;
    reached += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, reached] }];
  });
  // Object.entries would put names that are numbers first.
  const fields = [['__metadata__', metadata], ...described].map((pair) => pair.map((part) => JSON.stringify(part)));
  const json = Buffer.from(`{${fields.map((pair) => pair.join(':')).join(',')}}`);
  const bytes = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.length - 8));
  bytes.set(json, 8);
  return bytes;
}

function checkTensor(name: string, { shape, data, dtype }: TensorData): Entry {
  const fail = (reason: string) => new ParameterError(`tensor ${quote(name)} ${reason}`);
  if (name === '__metadata__') throw fail('has a name that the format keeps for itself; give another');
  if (isTorn(name)) throw fail('has half of a surrogate pair in its name; give another');
  const kind = Object.prototype.toString.call(data).slice('[object '.length, -1);
  const dtypes = Object.hasOwn(DTYPES_OF, kind) ? DTYPES_OF[kind] : undefined;
  if (!dtypes) throw fail(`has numbers in ${kind}; give one of ${Object.keys(DTYPES_OF).join(', ')}`);
  const chosen = dtype ?? dtypes[0];
  if (!dtypes.includes(chosen)) throw fail(`has dtype ${chosen}; its ${kind} can be ${dtypes.join(', ')}`);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0) || elementCount(shape) !== data.length) {
    throw fail(`has shape [${shape}], which does not fit its ${data.length} numbers`);
  }
  return { name, dtype: chosen, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

function checkMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string' || isTorn(key) || isTorn(value)) {
      throw new ParameterError(`metadata[${shown(key)}] is ${shown(value)}; give well-formed text`);
    }
  }
  return metadata;
}

/** Half of a surrogate pair stands for no character: there is no UTF-8 for it. */
const isTorn = (text: string): boolean => /\p{Surrogate}/u.test(text);
