import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { openCheckpoint } from 'onpa';
import { readAll, scratch, writeSafetensors } from './files.js';

const entry = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({ dtype, shape, data_offsets: offsets });

describe('the header of a safetensors file', () => {
  const file = scratch();
  const open = async (header: unknown, length: number) =>
    openCheckpoint(await writeSafetensors(file('model.safetensors'), header, length));

  const refuses = (what: string, header: unknown, length: number, message: RegExp) =>
    it(`${what} is refused`, () => assert.rejects(open(header, length), { name: 'CheckpointError', message }));

  const a = entry([2], [0, 8]);
  refuses('a hole', { a, b: entry([1], [12, 16]) }, 16, /tensor 'b' begins at byte 12 instead of 8 and leaves a hole/);
  refuses('a hole at the beginning', { a: entry([1], [4, 8]) }, 8, /tensor 'a' begins at byte 4 instead of 0/);
  refuses('an overlap', { b: entry([2], [4, 12]), a }, 12, /tensor 'b' begins at byte 4 instead of 8 and overlaps/);
  refuses('the same bytes twice', { a, b: a }, 8, /tensor 'b' begins at byte 0 instead of 8/);
  refuses('a file that is cut off', { a }, 7, /cut off: 7 of its tensors' 8 bytes are there; download it again/);
  refuses('a file that goes on', { a }, 9, /1 bytes follow the last tensor/);
  refuses('a size that shape and dtype do not make', { a: entry([3], [0, 8]) }, 8, /'a' has 8 bytes, .* \[3\] make 12/);
  refuses('a size that another dtype makes', { a: entry([2], [0, 8], 'I64') }, 8, /'a' has 8 bytes, where I64 .* 16/);
  refuses('a scalar of two numbers', { a: entry([], [0, 8]) }, 8, /'a' has 8 bytes, where F32 and shape \[\] make 4/);
  refuses(
    'an unknown dtype',
    { a: entry([2], [0, 8], 'F33') },
    8,
    /'a' has dtype "F33"; convert it in Python to one of/,
  );
  refuses('a dtype that is a property', { a: entry([], [0, 1], 'toString') }, 1, /'a' has dtype "toString"/);
  refuses('no dtype', { a: { shape: [], data_offsets: [0, 4] } }, 4, /'a' has dtype none/);
  refuses(
    'a fraction as a size',
    { a: entry([0.5, 4], [0, 8]) },
    8,
    /'a' has shape \[0\.5,4\] instead of whole numbers/,
  );
  refuses('a negative size', { a: entry([-1, -2], [0, 8]) }, 8, /'a' has shape \[-1,-2\]/);
  refuses('text as a size', { a: entry(['2'], [0, 8]) }, 8, /'a' has shape \["2"\]/);
  refuses('a number as a shape', { a: entry(2, [0, 8]) }, 8, /'a' has shape 2/);
  refuses(
    'a shape whose product overflows',
    { a: entry([2 ** 32, 2 ** 32], [0, 0]) },
    0,
    /'a' has 0 bytes, .* make Inf/,
  );
  refuses(
    'a size beyond 2^53',
    '{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,0]}}',
    0,
    /has shape/,
  );
  refuses('an end before the beginning', { a: entry([0], [4, 0]) }, 4, /'a' has data_offsets \[4,0\]/);
  refuses('three offsets', { a: entry([0], [0, 0, 0]) }, 0, /'a' has data_offsets \[0,0,0\]/);
  refuses('negative offsets', { a: entry([1], [-4, 0]) }, 4, /'a' has data_offsets \[-4,0\]/);
  refuses('offsets that are not whole', { a: entry([1], [0, 4.5]) }, 4, /'a' has data_offsets \[0,4\.5\]/);
  refuses('offsets that do not exist', { a: { dtype: 'F32', shape: [] } }, 4, /'a' has data_offsets none/);
  refuses('a tensor that is a list', { a: [1] }, 0, /'a' is not described by a JSON object/);
  refuses('a tensor that is null', { a: null }, 0, /'a' is not described by a JSON object/);
  refuses('a name twice', `{"a":${JSON.stringify(a)},"\\u0061":${JSON.stringify(a)}}`, 8, /header names 'a' twice/);
  refuses('a dtype twice', '{"a":{"dtype":"F32","shape":[],"dtype":"I32","data_offsets":[0,4]}}', 4, /'dtype' twice/);
  refuses('metadata with a number', { __metadata__: { epoch: 3 } }, 0, /__metadata__ is not an object of strings/);
  refuses('metadata that is a list', { __metadata__: ['a'] }, 0, /__metadata__ is not an object of strings/);
  refuses('half a header', '{"a":{"dtype":"F32"', 0, /header is not JSON/);
  refuses('text after the header', '{} {}', 0, /header is not JSON/);
  refuses('a header of a thousand brackets', `{"a":${'['.repeat(1000)}`, 0, /header is not JSON/);

  it('the same name in two objects is no repetition, nor is a colon or brace in a name', async () => {
    const header = { 'a":{"a"': a, '\\': entry([], [8, 12]), __metadata__: { '{:}': 'a', dtype: 'x', '"': '":"' } };
    const opened = await open(header, 12);
    assert.deepEqual([...opened.tensors.keys()], ['a":{"a"', '\\']);
    assert.deepEqual(opened.metadata, header.__metadata__);
    opened.close();
  });

  it('may name the tensors in any order, and give them no bytes', async () => {
    await open({ b: entry([], [8, 12]), none: entry([0, 7], [8, 8]), a }, 12).then((opened) => opened.close());
    const all = await readAll(file('model.safetensors'));
    assert.deepEqual(Object.keys(all), ['a', 'none', 'b']);
    assert.deepEqual(all.none, { dtype: 'F32', shape: [0, 7], numbers: new Float32Array(0) });
  });

  it('may end in spaces, and may have no tensors', async () => {
    const opened = await open('{}      ', 0);
    assert.equal(opened.tensors.size, 0);
    assert.deepEqual(opened.metadata, {});
    opened.close();
  });

  for (const [length, message] of [
    [3n, /cut off|neither|not JSON/],
    [1000n, /cut off: 5 of its header's 1000 bytes are there/],
    [100_000_001n, /would have 100000001 bytes, more than the 100000000 allowed/],
    [2n ** 64n - 1n, /more than the 100000000 allowed/],
  ] as const) {
    it(`a length of ${length} bytes is refused where there are 5`, async () => {
      const bytes = Buffer.alloc(13, '{"a":');
      bytes.writeBigUInt64LE(length);
      bytes.write('{"a":', 8);
      await writeFile(file('length'), bytes);
      await assert.rejects(openCheckpoint(file('length')), { name: 'CheckpointError', message });
    });
  }

  it('is refused where it is not UTF-8', async () => {
    const path = await writeSafetensors(file('latin1'), { a }, 8);
    const bytes = Buffer.from(JSON.stringify({ é: a }), 'latin1');
    await writeFile(path, Buffer.concat([Buffer.of(bytes.length, 0, 0, 0, 0, 0, 0, 0), bytes, Buffer.alloc(8)]));
    await assert.rejects(openCheckpoint(path), { name: 'CheckpointError', message: /header is not JSON/ });
  });
});
