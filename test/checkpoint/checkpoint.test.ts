import assert from 'node:assert/strict';
import { copyFile, truncate, writeFile } from 'node:fs/promises';
import { openCheckpoint, type TensorInfo } from 'onpa';
import { fixture } from '../fixtures.js';
import { checkpoint, readAll, scratch } from './files.js';

/** What PyTorch says the tensors of each file are, and are as float32. */
const expected = fixture<never>('checkpoint/expected');
const files = (expected.cases as unknown as { files: Record<string, Record<string, TensorInfo>> }).files;

const bits = (numbers: Float32Array): Uint32Array => {
  const same = numbers.map((x) => (Number.isNaN(x) ? Number.NaN : x));
  return new Uint32Array(same.buffer);
};

describe('openCheckpoint', () => {
  const file = scratch();

  for (const [name, tensors] of Object.entries(files)) {
    it(`${name}: has the names, shapes and dtypes that Python sees`, async () => {
      const opened = await openCheckpoint(checkpoint(name));
      const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
      assert.deepEqual([...opened.tensors].sort(byName), Object.entries(tensors).sort(byName));
      opened.close();
    });

    it(`${name}: every number is PyTorch's .float(), to the bit`, async () => {
      const all = await readAll(checkpoint(name));
      for (const key of Object.keys(tensors)) {
        assert.deepEqual(bits(all[key].numbers), bits(expected.tensor(`${name}/${key}`, 'F32').data), key);
      }
    });
  }

  it('reads what is larger than the part that is converted at a time', async () => {
    const { row, transposed } = await readAll(checkpoint('chunks.bin'));
    assert.deepEqual(row.shape, [70_000]);
    assert.deepEqual(
      row.numbers,
      Float32Array.from({ length: 70_000 }, (_, i) => i % 251),
    );
    assert.deepEqual(transposed.shape, [280, 250]);
    const column = (i: number) => (i % 250) * 280 + Math.floor(i / 250);
    assert.deepEqual(
      transposed.numbers,
      Float32Array.from({ length: 70_000 }, (_, i) => column(i) % 251),
    );
  });

  it('tells the metadata of a safetensors file, and none of a pytorch_model.bin', async () => {
    const opened = [
      await openCheckpoint(checkpoint('dtypes.safetensors')),
      await openCheckpoint(checkpoint('empty.bin')),
    ];
    assert.deepEqual(
      opened.map(({ metadata }) => metadata),
      [{ format: 'pt' }, {}],
    );
    for (const each of opened) each.close();
  });

  it('looks at the content, not at the name', async () => {
    await copyFile(checkpoint('module.bin'), file('model.safetensors'));
    assert.ok('mask_token' in (await readAll(file('model.safetensors'))));
  });

  it('gives a fresh array each time', async () => {
    const opened = await openCheckpoint(checkpoint('views.bin'));
    opened.float32('whole').fill(7);
    assert.equal(opened.float32('whole')[1], 1);
    assert.equal(opened.float32('reshaped')[1], 1);
    opened.close();
  });

  it('names the tensor that is not there, and some that are', async () => {
    const opened = await openCheckpoint(checkpoint('views.bin'));
    assert.throws(() => opened.float32('toString'), {
      name: 'CheckpointError',
      message: /views\.bin: there is no tensor 'toString' among its 24: 'whole', 'reshaped', 'transposed'/,
    });
    opened.close();
  });

  it('can be closed twice, and not read after it', async () => {
    for (const name of ['dtypes.safetensors', 'dtypes.bin']) {
      const opened = await openCheckpoint(checkpoint(name));
      opened.close();
      opened.close();
      assert.throws(() => opened.float32('F32'), { name: 'CheckpointError', message: /it is closed/ });
      assert.ok(opened.tensors.has('F32'));
    }
  });

  it('notices a file that becomes shorter while it is open', async () => {
    await copyFile(checkpoint('dtypes.safetensors'), file('shrinking'));
    const opened = await openCheckpoint(file('shrinking'));
    await truncate(file('shrinking'), 5000);
    assert.throws(() => opened.float32('BOOL'), { name: 'CheckpointError', message: /ends before byte/ });
    opened.close();
  });

  it('says what other files are', async () => {
    const others: [string, RegExp][] = [
      ['', /it is empty; download it again/],
      ['version https://git-lfs.github.com/spec/v1\noid sha256:0', /Git LFS.*git lfs pull/],
      ['<!DOCTYPE html><html>', /web page.*download it again/],
      ['\x89HDF\r\n\x1a\n', /HDF5.*model\.safetensors/],
      ['\x80\x04\x95\x00\x00\x00\x00', /a pickle, but not one that torch\.save wrote/],
      ['RIFF', /neither a safetensors file nor/],
    ];
    for (const [content, message] of others) {
      await writeFile(file('other'), content, 'latin1');
      await assert.rejects(openCheckpoint(file('other')), { name: 'CheckpointError', message });
    }
  });

  it('says that there is no file, or a folder in its place', async () => {
    await assert.rejects(openCheckpoint(file('missing.bin')), {
      name: 'CheckpointError',
      message: `${file('missing.bin')}: there is no such file`,
    });
    await assert.rejects(openCheckpoint(file('.')), { name: 'CheckpointError', message: /is not a file/ });
  });
});
