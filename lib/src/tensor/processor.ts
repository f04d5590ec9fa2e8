import { cpus } from 'node:os';
import { loadKoffi } from '../koffi.js';
import { isSupported } from './native.js';
import { nativeLibrary } from './tensorflow.js';

/** Instructions by their numbers in `tsl::port::CPUFeature`, which TensorFlow's cpu_info.h lists. */
const FEATURES = { AVX512BW: 32, AVX512_BF16: 39 } as const;
const TEST_FEATURE = '_ZN3tsl4port14TestCPUFeatureENS0_10CPUFeatureE';

/** What oneDNN may be told to use at most, of those values that leave the instructions in. */
const ALLOWING = {
  AVX512BW: /^(DEFAULT|ALL)$|AVX512|AVX10|AMX/i,
  AVX512_BF16: /^(DEFAULT|ALL)$|BF16|FP16|AVX10|AMX/i,
} as const;

/**
 * Whether products in float32 with weights in the processor's order are faster than the others here: measured, on AMD's with
 * AVX-512 by 3 to 5 %, while on Intel's with it and with AVX2 alone they are 8 % slower.
 */
export const likesKeptWeights: () => boolean = isSupported(() => has('AVX512BW') && /AMD/.test(cpus()[0].model));

/** Whether oneDNN has products of bfloat16 here; processors with AMX have these instructions too. */
export const hasAvx512Bf16: () => boolean = isSupported(() => has('AVX512_BF16'));

function has(feature: keyof typeof FEATURES): boolean {
  // oneDNN can be told to leave instructions of the processor alone.
  const most = process.env.ONEDNN_MAX_CPU_ISA ?? process.env.DNNL_MAX_CPU_ISA ?? 'DEFAULT';
  const test = loadKoffi().load(nativeLibrary()).func(TEST_FEATURE, 'bool', ['int']);
  return ALLOWING[feature].test(most) && test(FEATURES[feature]);
}
