import { type CheckpointFile, quote } from './checkpoint-file.js';
import { DTYPES } from './dtype.js';
import { unpickle } from './pickle.js';
import { PickledObject, PickledStorage, PickledTensor, PickleList, type Value } from './pickle-values.js';
import { type Contents, elementCount, MOST_AXES, type StoredTensor } from './tensor.js';
import { listZip, type StoredFile } from './zip.js';

/** The longest pickle, in bytes. */
const LONGEST_PICKLE = 16_000_000;

/** Numbers that views may have which show the same ones of a small file again and again: 64 MB as float32. */
const MOST_REPEATED = 2 ** 24;

/** An open archive, and the folder in it that has everything, as 'archive/'. */
interface Archive {
  file: CheckpointFile;
  entries: ReadonlyMap<string, StoredFile>;
  folder: string;
}

/**
 * Reads what a zip file of torch.save says about its tensors, and checks that all of their numbers are there. What lies
 * beside tensors, an epoch or a note, is left out, as Transformers does.
 *
 * @throws CheckpointError
 * @see https://docs.pytorch.org/docs/stable/notes/serialization.html
 */
export async function readPytorch(file: CheckpointFile): Promise<Contents> {
  const archive = openArchive(file, await listZip(file));
  const tensors = new Map<string, StoredTensor>();
  const leftOut = new Map<string, string>();
  let numbers = 0;
  for (const [name, value] of stateDict(archive)) {
    if (typeof name !== 'string') throw file.error(`its state dict has ${kind(name)} for a name; ${ONLY_TENSORS}`);
    if (!(value instanceof PickledTensor)) {
      leftOut.set(name, kind(value));
      continue;
    }
    const tensor = locate(archive, name, value);
    tensors.set(name, tensor);
    numbers += elementCount(tensor.shape);
  }
  if (numbers > Math.max(file.size, MOST_REPEATED)) {
    throw file.error(`its tensors have ${numbers} numbers, far more than the file; save their .contiguous()`);
  }
  return { tensors, metadata: {}, leftOut };
}

const ONLY_TENSORS = 'save a dictionary of tensors under their names, as model.state_dict() gives it';

const AGAIN = 'download it again, or save it again in Python';

function openArchive(file: CheckpointFile, entries: ReadonlyMap<string, StoredFile>): Archive {
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) {
    throw file.error(`it is a zip file with ${pickles.length} data.pkl, not one; give a file that torch.save wrote`);
  }
  const folder = pickles[0].slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order && !(order.size === 6 && Buffer.from(file.bytes(order.position, 6)).toString('latin1') === 'little')) {
    throw file.error('its numbers are not little-endian; load and save it in Python on the machine where you use it');
  }
  return { file, entries, folder };
}

function stateDict({ file, entries, folder }: Archive): Map<Value, Value> {
  const { position, size } = entries.get(`${folder}data.pkl`)!;
  if (size > LONGEST_PICKLE) throw file.error(`its pickle has ${size} bytes, more than ${LONGEST_PICKLE}; ${AGAIN}`);
  const bytes = file.bytes(position, size);
  let root: Value;
  try {
    root = unpickle(bytes);
  } catch (cause) {
    throw file.error((cause as Error).message, cause);
  }
  if (!(root instanceof Map)) throw file.error(`it holds ${kind(root)} instead of a state dict; ${ONLY_TENSORS}`);
  const values = [...root];
  const nested = values.find(([name, value]) => typeof name === 'string' && value instanceof Map)?.[0];
  if (nested === undefined || values.some(([, value]) => value instanceof PickledTensor)) return root;
  const key = String(nested);
  throw file.error(
    `it is a training checkpoint, with dictionaries in it such as ${quote(key)}; save the state dict alone, in Python: ` +
      `torch.save(torch.load(path)[${JSON.stringify(key.slice(0, 100))}], 'pytorch_model.bin')`,
  );
}

/** What a value is, for a message. */
function kind(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (value instanceof PickledTensor) return 'a tensor';
  if (value instanceof Map) return 'a dictionary';
  if (value instanceof PickleList) return 'a list';
  if (value instanceof PickledObject) return `an object of ${value.type}`;
  return Array.isArray(value) ? 'a tuple' : 'an object';
}

/** Finds a tensor's numbers in the file, and checks that its view stays inside its storage. */
function locate({ file, entries, folder }: Archive, name: string, tensor: PickledTensor): StoredTensor {
  const fail = (reason: string, remedy = AGAIN) => file.error(`tensor ${quote(name)} ${reason}; ${remedy}`);
  const { storage, offset, shape, strides } = tensor;
  if (!(storage instanceof PickledStorage)) throw fail('has no storage');
  if (tensor.lazy) throw fail('is a lazily negated view', 'save its .resolve_neg()');
  const stored = `${folder}data/${storage.key}`;
  const entry = entries.get(stored);
  if (!entry) throw fail(`needs ${quote(stored)}, which is missing in the file`);
  const size = storage.length * DTYPES[storage.dtype].bytes;
  if (entry.size !== size) throw fail(`needs ${size} bytes in ${quote(stored)}, which has ${entry.size}`);
  if (!isWholeNumber(offset) || !isShape(shape) || !isShape(strides) || shape.length !== strides.length) {
    throw fail(`has an offset, a shape or strides that are not at most ${MOST_AXES} whole numbers of at least 0`);
  }
  const dtype = tensor.dtype ?? storage.dtype;
  const available = Math.floor(size / DTYPES[dtype].bytes);
  const count = elementCount(shape);
  if (count > Math.max(file.size, MOST_REPEATED)) {
    throw fail(`has shape [${shape}], far more numbers than the file`, 'save its .contiguous()');
  }
  const last = count === 0 ? offset - 1 : offset + reach(shape, strides);
  if (last >= available) throw fail(`reaches to number ${last} of a storage of ${available}`);
  if (overlaps(shape, strides)) throw fail('is a view that overlaps itself', 'save its .contiguous()');
  return { dtype, shape, strides, position: entry.position + offset * DTYPES[dtype].bytes };
}

const isWholeNumber = (value: Value): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isShape = (value: Value): value is readonly number[] =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every(isWholeNumber);

/** How far the last number is from the first. */
const reach = (shape: readonly number[], strides: readonly number[]): number =>
  shape.reduce((sum, size, k) => sum + (size - 1) * strides[k], 0);

/**
 * Whether steps along one axis run into those along another, as only as_strided and unfold make them. Slicing,
 * transposing and diagonals leave each stride beyond all that the shorter ones reach; a stride of 0 repeats (expand).
 */
function overlaps(shape: readonly number[], strides: readonly number[]): boolean {
  const axes = shape.map((size, k) => ({ size, stride: strides[k] })).filter((a) => a.size > 1 && a.stride > 0);
  let reached = 0;
  return axes
    .sort((a, b) => a.stride - b.stride)
    .some(({ size, stride }) => {
      const within = stride <= reached;
      reached += (size - 1) * stride;
      return within;
    });
}
