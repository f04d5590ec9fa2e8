import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { type DType, openCheckpoint, saveSafetensors, type TensorArray, type TensorData } from 'onpa';
import { checkpoint, readAll, scratch } from './files.js';

/** The arrays that hold each dtype's numbers, or their bits. */
const ARRAYS: Record<DType, new (bytes: ArrayBuffer) => TensorArray> = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** The tensors of a safetensors file, as they are in it. */
async function rawTensors(name: string): Promise<[string, TensorData][]> {
  const bytes = await readFile(name);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const { __metadata__, ...entries } = JSON.parse(bytes.toString('utf8', 8, start));
  return Object.entries(entries as Record<string, { dtype: DType; shape: number[]; data_offsets: number[] }>).map(
    ([key, { dtype, shape, data_offsets }]) => {
      const [from, to] = data_offsets.map((offset) => bytes.byteOffset + start + offset);
      return [key, { dtype, shape, data: new ARRAYS[dtype](bytes.buffer.slice(from, to) as ArrayBuffer) }];
    },
  );
}

describe('saveSafetensors', () => {
  const file = scratch();
  const two: TensorData = { shape: [2], data: Float32Array.of(1, 2) };

  it("writes the bytes that Python's safetensors writes, whichever order the tensors come in", async () => {
    const tensors = await rawTensors(checkpoint('dtypes.safetensors'));
    const python = await readFile(checkpoint('dtypes.safetensors'));
    for (const ordered of [tensors, tensors.toReversed(), tensors.toSorted(([a], [b]) => (a < b ? 1 : -1))]) {
      await saveSafetensors(file('again'), new Map(ordered));
      assert.deepEqual(await readFile(file('again')), python);
    }
  });

  it('openCheckpoint reads what it writes', async () => {
    const tensor = fc
      .array(fc.nat(4), { maxLength: 4 })
      .map((shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).map((_, i) => i / 3) }));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), tensor), async (tensors) => {
        await saveSafetensors(file('any'), new Map(Object.entries(tensors)));
        const all = await readAll(file('any'));
        assert.deepEqual(Object.keys(all).sort(), Object.keys(tensors).sort());
        for (const [name, { shape, data }] of Object.entries(tensors)) {
          assert.deepEqual(all[name], { dtype: 'F32', shape, numbers: data });
        }
      }),
    );
  });

  it("is in Transformers' format unless told otherwise, with what the caller adds", async () => {
    const metadata = async (...added: [Record<string, string>?]) => {
      await saveSafetensors(file('metadata'), new Map([['a', two]]), ...added);
      const opened = await openCheckpoint(file('metadata'));
      opened.close();
      return opened.metadata;
    };
    assert.deepEqual(await metadata(), { format: 'pt' });
    assert.deepEqual(await metadata({ epoch: '3', 名前: '"x"\n' }), { format: 'pt', epoch: '3', 名前: '"x"\n' });
    assert.deepEqual(await metadata({ format: 'tf' }), { format: 'tf' });
  });

  it('writes the part that a subarray shows', async () => {
    await saveSafetensors(
      file('part'),
      new Map([['a', { shape: [2], data: Float32Array.of(1, 2, 3, 4).subarray(1, 3) }]]),
    );
    assert.deepEqual((await readAll(file('part'))).a.numbers, Float32Array.of(2, 3));
  });

  it('writes no tensors at all', async () => {
    await saveSafetensors(file('none'), new Map());
    assert.deepEqual(await readAll(file('none')), {});
  });

  it('keeps the file that is there, and leaves no other, where it cannot write a better one', async () => {
    const folder = path.dirname(file('.'));
    await writeFile(file('kept'), 'precious');
    const before = await readdir(folder);
    const wrong = new Map([
      ['a', two],
      ['b', { ...two, shape: [3] }],
    ]);
    await assert.rejects(saveSafetensors(file('kept'), wrong), { name: 'ParameterError' });
    await assert.rejects(saveSafetensors(folder, new Map([['a', two]])));
    await assert.rejects(saveSafetensors(file('missing/model.safetensors'), new Map([['a', two]])));
    assert.equal(await readFile(file('kept'), 'utf8'), 'precious');
    assert.deepEqual(await readdir(folder), before);
    const beside = (await readdir(path.dirname(folder))).filter((name) => name.startsWith(`${path.basename(folder)}.`));
    assert.deepEqual(beside, []);
  });

  const wrong: [string, string, unknown, RegExp][] = [
    [
      'a shape that does not fit',
      'a',
      { ...two, shape: [3] },
      /tensor 'a' has shape \[3\], which does not fit its 2 numbers/,
    ],
    ['a negative shape', 'a', { ...two, shape: [-1, -2] }, /tensor 'a' has shape \[-1,-2\]/],
    ['a shape that is not whole', 'a', { ...two, shape: [0.5, 4] }, /tensor 'a' has shape \[0\.5,4\]/],
    [
      'a dtype that the array does not hold',
      'a',
      { ...two, dtype: 'F16' },
      /'a' has dtype F16; its Float32Array can be F32/,
    ],
    [
      'a plain array',
      'a',
      { ...two, data: [1, 2] },
      /'a' has numbers in Array; give one of Float64Array, Float32Array/,
    ],
    ["the format's own name", '__metadata__', two, /'__metadata__' has a name that the format keeps for itself/],
    ['a name that is no Unicode', 'a\ud800', two, /has half of a surrogate pair in its name/],
  ];
  for (const [what, name, tensor, message] of wrong) {
    it(`refuses ${what}`, () =>
      assert.rejects(saveSafetensors(file('wrong'), new Map([[name, tensor as TensorData]])), {
        name: 'ParameterError',
        message,
      }));
  }

  it('refuses metadata that is not text', () =>
    assert.rejects(saveSafetensors(file('wrong'), new Map(), { epoch: 3 as unknown as string }), {
      name: 'ParameterError',
      message: /metadata\["epoch"\] is 3/,
    }));
});
