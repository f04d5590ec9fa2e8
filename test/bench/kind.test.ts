import assert from 'node:assert/strict';
import { processorKind } from '../../bench/kind.js';

/** A part of /proc/cpuinfo. */
const cpuinfo = (flags: string) => `processor\t: 0\nmodel name\t: some\nflags\t\t: fpu ${flags} ht\nbugs\t\t: none\n`;

describe("A processor's kind", () => {
  const all = 'avx2 avx512f avx512_bf16 amx_bf16 amx_tile';
  for (const [model, flags, instructions, id] of [
    ['AMD EPYC', 'avx2 avx512f avx512_bf16', 'AVX-512 with BF16', 'amd-epyc-avx512-bf16'],
    ['AMD EPYC 7763 64-Core Processor', 'avx2', 'AVX2', 'amd-epyc-avx2'],
    ['Intel(R) Xeon(R) Platinum 8488C', all, 'AMX', 'intel-xeon-amx'],
    ['Intel(R) Xeon(R) CPU @ 2.20GHz', 'avx2 avx512f', 'AVX-512', 'intel-xeon-avx512'],
    ['Intel(R) Core(TM) i7-3770 CPU', 'avx', 'unknown', 'intel-core-unknown'],
  ]) {
    it(`of ${model} with ${flags} is ${id}`, () => {
      assert.deepEqual(processorKind(model, 'x64', cpuinfo(flags)), { instructions, id });
    });
  }

  it('is arm64 where the system names no instructions, and unknown elsewhere', () => {
    assert.deepEqual(processorKind('Apple M2 Pro', 'arm64', undefined), {
      instructions: 'arm64',
      id: 'apple-m2-arm64',
    });
    assert.deepEqual(processorKind('AMD Ryzen 9 7950X 16-Core Processor', 'x64', undefined), {
      instructions: 'unknown',
      id: 'amd-ryzen-unknown',
    });
    assert.equal(processorKind('unknown processor', 'arm64', 'processor: 0\nFeatures: asimd\n').id, 'arm64');
  });

  it('takes a flag for a whole word', () => {
    assert.equal(processorKind('AMD EPYC', 'x64', cpuinfo('avx512_bf16_more avx2x avx512f')).id, 'amd-epyc-avx512');
  });

  it('names a file that may lie anywhere', () => {
    assert.match(processorKind('../../ËVIL / chip: "x"', 'x64', cpuinfo(all)).id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  });
});
