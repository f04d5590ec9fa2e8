/** What a processor is, as far as its speed with numbers depends on it. */
export interface ProcessorKind {
  /** The instructions for vectors, in words: 'AVX-512 with BF16'. */
  instructions: string;
  /** A name for files, of the maker's words and the instructions: 'amd-epyc-avx512-bf16'. */
  id: string;
}

/** The widest first, by a flag of /proc/cpuinfo. */
const INSTRUCTIONS = [
  { flag: 'amx_tile', instructions: 'AMX', id: 'amx' },
  { flag: 'avx512_bf16', instructions: 'AVX-512 with BF16', id: 'avx512-bf16' },
  { flag: 'avx512f', instructions: 'AVX-512', id: 'avx512' },
  { flag: 'avx2', instructions: 'AVX2', id: 'avx2' },
];

/**
 * The kind of a processor.
 *
 * @param model - as the system calls it: 'Intel(R) Xeon(R) Platinum 8488C'
 * @param architecture - Node's `process.arch`
 * @param cpuinfo - /proc/cpuinfo, where there is one
 */
export function processorKind(model: string, architecture: string, cpuinfo: string | undefined): ProcessorKind {
  const flags = new Set(
    /^flags\s*:(.*)$/m
      .exec(cpuinfo ?? '')?.[1]
      .trim()
      .split(/\s+/),
  );
  const found = INSTRUCTIONS.find(({ flag }) => flags.has(flag));
  const other = architecture === 'arm64' ? 'arm64' : 'unknown';
  const { instructions, id } = found ?? { instructions: other, id: other };
  return { instructions, id: [...makersWords(model), id].join('-') };
}

/** The first two words, without marks and what only tells models apart: 'Intel(R) Core(TM) i7-1185G7' → intel, core. */
function makersWords(model: string): string[] {
  const words = model
    .replace(/\((?:R|TM)\)/gi, ' ')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? []).filter((word) => !['cpu', 'processor', 'unknown'].includes(word)).slice(0, 2);
}
