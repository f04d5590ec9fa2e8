import { depthOf, isObject, shown } from '../json.js';
import { type CheckpointFile, quote } from './checkpoint-file.js';
import { DTYPES, type DType } from './dtype.js';
import { type Contents, elementCount, MOST_AXES, rowMajor } from './tensor.js';

/** The longest header, in bytes, that the format allows. */
const LONGEST_HEADER = 100_000_000;

/** The most values that a header may have: enough for 80,000 tensors. */
const MOST_VALUES = 1_000_000;

/** 1 for the bytes that a value of JSON follows. */
const BEGINS_VALUE = Uint8Array.from({ length: 256 }, (_, byte) =>
  ',:[{'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** How many lists and objects may lie in each other; the limit of safetensors' own reader. */
const DEEPEST = 128;

const AGAIN = 'download it again, or save it again with save_file of safetensors';

/**
 * Reads the header of a safetensors file and checks it against the file: the tensors must fill the rest of the file, one
 * behind the other, without a gap.
 *
 * @throws CheckpointError
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(file: CheckpointFile): Contents {
  const { header, start } = readHeader(file);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = Object.entries(entries)
    .map(([name, entry]) => ({ name, ...checkEntry(file, name, entry) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let reached = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== reached) {
      const what = begin < reached ? 'overlaps the tensor before it' : 'leaves a hole after the tensor before it';
      throw file.error(`tensor ${quote(name)} begins at byte ${begin} instead of ${reached} and ${what}; ${AGAIN}`);
    }
    reached = end;
  }
  const available = file.size - start;
  if (reached > available)
    throw file.error(`it is cut off: ${available} of its tensors' ${reached} bytes are there; ${AGAIN}`);
  if (reached < available) throw file.error(`${available - reached} bytes follow the last tensor; ${AGAIN}`);
  return {
    tensors: new Map(
      tensors.map(({ name, dtype, shape, begin }) => [
        name,
        { dtype, shape, position: start + begin, strides: rowMajor(shape) },
      ]),
    ),
    metadata: checkMetadata(file, metadata),
    leftOut: new Map(),
  };
}

function readHeader(file: CheckpointFile): { header: Record<string, unknown>; start: number } {
  const length = Number(new DataView(file.bytes(0, 8).buffer).getBigUint64(0, true));
  if (length > LONGEST_HEADER) {
    throw file.error(`its header would have ${length} bytes, more than the ${LONGEST_HEADER} allowed; ${AGAIN}`);
  }
  if (8 + length > file.size) {
    throw file.error(`it is cut off: ${file.size - 8} of its header's ${length} bytes are there; ${AGAIN}`);
  }
  const bytes = file.bytes(8, length);
  const values = bytes.reduce((count, byte) => count + BEGINS_VALUE[byte], 0);
  if (values > MOST_VALUES) throw file.error(`its header has ${values} values, more than the ${MOST_VALUES} allowed`);
  let header: unknown;
  let repeated: string | undefined;
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (depthOf(json) > DEEPEST) throw new Error(`more than ${DEEPEST} lists and objects lie in each other`);
    header = JSON.parse(json);
    repeated = repeatedKey(json);
  } catch (cause) {
    throw file.error(`its header is not JSON: ${(cause as Error).message}; ${AGAIN}`, cause);
  }
  if (repeated !== undefined) throw file.error(`its header names ${quote(repeated)} twice; ${AGAIN}`);
  if (!isObject(header)) throw file.error(`its header is not a JSON object; ${AGAIN}`);
  return { header, start: 8 + length };
}

/** A key that an object of the valid JSON text has twice, of which JSON.parse would keep the last. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let string = '';
  for (let i = 0; i < json.length; i++) {
    if (json[i] === '{') open.push(new Set());
    if (json[i] === '}') open.pop();
    if (json[i] === '"') {
      const from = i++;
      while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
      string = json.slice(from, i + 1);
    }
    if (json[i] === ':') {
      const key: string = JSON.parse(string);
      const keys = open[open.length - 1];
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** A tensor's line in the header: its bytes are those from `begin` to `end`, counted after the header. */
function checkEntry(
  file: CheckpointFile,
  name: string,
  entry: unknown,
): { dtype: DType; shape: number[]; begin: number; end: number } {
  const fail = (reason: string) => file.error(`tensor ${quote(name)} ${reason}; ${AGAIN}`);
  if (!isObject(entry)) throw fail('is not described by a JSON object');
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) {
    const known = Object.keys(DTYPES).join(', ');
    throw file.error(`tensor ${quote(name)} has dtype ${shown(dtype)}; convert it in Python to one of ${known}`);
  }
  if (!isWholeNumbers(shape)) throw fail(`has shape ${shown(shape)} instead of whole numbers of at least 0`);
  if (shape.length > MOST_AXES) throw fail(`has ${shape.length} axes, more than ${MOST_AXES}`);
  if (!isWholeNumbers(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw fail(`has data_offsets ${shown(offsets)} instead of its first byte and the one behind its last`);
  }
  const [begin, end] = offsets;
  const bytes = elementCount(shape) * DTYPES[dtype as DType].bytes;
  if (bytes !== end - begin) {
    throw fail(`has ${end - begin} bytes, where ${dtype} and shape ${shown(shape)} make ${bytes}`);
  }
  return { dtype: dtype as DType, shape, begin, end };
}

const isWholeNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);

function checkMetadata(file: CheckpointFile, metadata: unknown): Record<string, string> {
  if (isObject(metadata) && Object.values(metadata).every((value) => typeof value === 'string')) {
    return metadata as Record<string, string>;
  }
  throw file.error(`its __metadata__ is not an object of strings; ${AGAIN}`);
}
