import type { AsyncBuffer } from 'hyparquet';
import type { UnpackLimits } from '../unpack-limits.js';

/** A Parquet file: on the disk, or elsewhere. */
export interface ParquetSource extends AsyncBuffer {
  /** What to call it in a message. */
  name: string;
  limits: UnpackLimits;
  /** What to do where it is damaged. */
  advice?: string;
}
