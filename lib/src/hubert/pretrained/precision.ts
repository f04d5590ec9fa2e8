import { requireBfloat16 } from '../../tensor/bfloat16.js';
import type { Precision } from '../../tensor/graph-writer.js';
import { requireChoice } from '../../validation.js';

/** @throws ParameterError for what is no precision, and for bfloat16 where the processor has none */
export function requirePrecision(dtype: Precision): void {
  requireChoice('dtype', dtype, ['float32', 'bfloat16']);
  if (dtype === 'bfloat16') requireBfloat16('dtype', dtype);
}
