import { DatasetError } from '../errors.js';
import { requirePositive } from '../validation.js';

/** What a file may unpack to. */
export interface UnpackLimits {
  /** In bytes. */
  bytes: number;
  /** Rows, or entries of an archive. */
  rows: number;
}

/** Whatever packs sound gets it to a twentieth at most, but for silence. */
const RATIO = 20;
const LEAST_BYTES = 256e6;
/** A clip has a name, a header and some sound, of which this much is left where it is packed. */
const BYTES_OF_ROW = 256;
const LEAST_ROWS = 10_000;

/**
 * What a file of `packed` bytes may unpack to: a file of a few kB can claim, and even hold, any size.
 *
 * @param maxUnpackedSize - in MB, where a user allows it
 */
export function unpackLimits(packed: number, maxUnpackedSize?: number): UnpackLimits {
  if (maxUnpackedSize !== undefined) requirePositive('maxUnpackedSize', maxUnpackedSize);
  const bytes = maxUnpackedSize === undefined ? Math.max(LEAST_BYTES, RATIO * packed) : maxUnpackedSize * 1e6;
  const room = maxUnpackedSize === undefined ? packed : bytes;
  return { bytes, rows: Math.max(LEAST_ROWS, Math.floor(room / BYTES_OF_ROW)) };
}

/** Throws a {@link DatasetError} where a file unpacks to more than it may. */
export function requireBytes(name: string, bytes: number, limits: UnpackLimits): void {
  if (bytes <= limits.bytes) return;
  const most = Math.round(limits.bytes / 1e6);
  throw new DatasetError(
    `${name} unpacks to more than ${most} MB, far more than its own size suggests. If you trust it, give loadDataset a ` +
      'larger maxUnpackedSize, in MB',
  );
}

/** Throws a {@link DatasetError} where a file has more rows or entries than its size has room for. */
export function requireRows(name: string, rows: number, limits: UnpackLimits): void {
  if (rows <= limits.rows) return;
  throw new DatasetError(
    `${name} claims more than ${limits.rows} clips, more than its size has room for; is it damaged? A larger maxUnpackedSize, in MB, allows more`,
  );
}
