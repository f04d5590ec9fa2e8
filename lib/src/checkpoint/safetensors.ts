import { isObject, shown } from '../json.js';
import { type CheckpointFile, quote } from './checkpoint-file.js';
import { DTYPES, type DType } from './dtype.js';
import { type Contents, elementCount, MOST_AXES, rowMajor } from './tensor.js';

/** The longest header, in bytes, that the format allows. */
const LONGEST_HEADER = 100_000_000;

/** The most values that a header may have: enough for 80,000 tensors. */
const MOST_VALUES = 1_000_000;

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
  if (hasManyValues(bytes)) throw file.error(`its header has more than ${MOST_VALUES} values; ${AGAIN}`);
  let header: unknown;
  let repeated: string | undefined;
  try {
    const json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(json);
    repeated = repeatedKey(json);
  } catch (cause) {
    throw file.error(`its header is not JSON: ${(cause as Error).message}; ${AGAIN}`, cause);
  }
  if (repeated !== undefined) throw file.error(`its header names ${quote(repeated)} twice; ${AGAIN}`);
  if (!isObject(header)) throw file.error(`its header is not a JSON object; ${AGAIN}`);
  return { header, start: 8 + length };
}

/** Whether a text in JSON has more than {@link MOST_VALUES}; those that its strings only seem to have count as well. */
function hasManyValues(json: Uint8Array): boolean {
  let values = 0;
  for (let i = 0; i < json.length && values <= MOST_VALUES; i++) {
    // ',', ':', '[' and '{' stand before one.
    if (json[i] === 0x2c || json[i] === 0x3a || json[i] === 0x5b || json[i] === 0x7b) values++;
  }
  return values > MOST_VALUES;
}

/**
 * A key that an object of the valid JSON text has twice, of which JSON.parse would keep the last.
 *
 * @throws Error where lists and objects lie too deep in each other
 */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let [from, to, depth] = [0, 0, 0];
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === 0x7b) open.push(new Set());
    if (code === 0x7d) open.pop();
    if (code === 0x7b || code === 0x5b) depth++;
    if (code === 0x7d || code === 0x5d) depth--;
    if (depth > DEEPEST) throw new Error(`more than ${DEEPEST} lists and objects lie in each other`);
    if (code === 0x22) {
      from = i++;
      for (let c = json.charCodeAt(i); c !== 0x22; c = json.charCodeAt(i)) i += c === 0x5c ? 2 : 1;
      to = i + 1;
    } else if (code === 0x3a) {
      const key: string = JSON.parse(json.slice(from, to));
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
