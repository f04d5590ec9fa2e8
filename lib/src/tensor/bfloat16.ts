import { ParameterError } from '../errors.js';
import { canKeepWeights } from './can-keep-weights.js';
import { isSupported, usesGpu } from './native.js';
import { hasAvx512Bf16 } from './processor.js';

/** Whether the processor multiplies bfloat16 itself, and TensorFlow does so on it. */
export const hasBfloat16: () => boolean = isSupported(
  // In this order: where oneDNN has no product for it, trying one ends the process.
  () => !usesGpu() && hasAvx512Bf16() && canKeepWeights('bfloat16'),
);

/** Throws a {@link ParameterError} where bfloat16 is not there. */
export function requireBfloat16(name: string, value: unknown): void {
  if (hasBfloat16()) return;
  const why = usesGpu() ? 'onpa computes in it on processors alone' : 'the processor has no instructions for it';
  throw new ParameterError(`${name} is ${value}, which asks for bfloat16, and ${why} (AVX512_BF16): leave ${name} out`);
}
