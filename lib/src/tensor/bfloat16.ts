import { ParameterError } from '../errors.js';
import { loadKoffi } from '../koffi.js';
import { canKeepWeights } from './can-keep-weights.js';
import { isSupported, usesGpu } from './native.js';
import { nativeLibrary } from './tensorflow.js';

/** AVX512_BF16 in `tsl::port::CPUFeature`, which TensorFlow's cpu_info.h lists; processors with AMX have it too. */
const AVX512_BF16 = 39;
const TEST_FEATURE = '_ZN3tsl4port14TestCPUFeatureENS0_10CPUFeatureE';

/** Whether the processor multiplies bfloat16 itself, and TensorFlow does so on it. */
export const hasBfloat16: () => boolean = isSupported(
  // In this order: where oneDNN has no product for it, trying one ends the process.
  () => !usesGpu() && isAllowed() && isFeature(AVX512_BF16) && canKeepWeights('bfloat16'),
);

/** oneDNN can be told to leave instructions of the processor alone. */
function isAllowed(): boolean {
  const most = process.env.ONEDNN_MAX_CPU_ISA ?? process.env.DNNL_MAX_CPU_ISA ?? 'DEFAULT';
  return /^(DEFAULT|ALL)$|BF16|AMX/i.test(most);
}

/** Throws a {@link ParameterError} where bfloat16 would be no faster, or is not there. */
export function requireBfloat16(name: string, value: unknown): void {
  if (hasBfloat16()) return;
  const why = usesGpu() ? 'onpa computes in it on processors alone' : 'the processor has no instructions for it';
  throw new ParameterError(`${name} is ${value}, which asks for bfloat16, and ${why} (AVX512_BF16): leave ${name} out`);
}

function isFeature(feature: number): boolean {
  const test = loadKoffi().load(nativeLibrary()).func(TEST_FEATURE, 'bool', ['int']);
  return test(feature);
}
