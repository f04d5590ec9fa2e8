import { deepEqual, equal, rejects } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { DatasetError } from 'onpa';
import { openParquet, type ParquetClip } from 'onpa/dist/dataset/parquet/open-parquet.js';
import { unpackLimits } from 'onpa/dist/dataset/unpack-limits.js';
import { inRepository } from '../fixtures.js';
import type { Mutations } from './parquet-mutations.js';
import { list, plain, struct, type TinyParquet, tinyParquet, withFooter } from './tiny-parquet.js';

const DAMAGED = 400;
const MB = 1e6;

/** All clips of a file in memory. */
async function clipsOf(bytes: Buffer, maxUnpackedSize?: number): Promise<ParquetClip[]> {
  const { rows, read } = await openParquet({
    name: 'a.parquet',
    byteLength: bytes.length,
    limits: unpackLimits(bytes.length, maxUnpackedSize),
    slice: async (start, end = bytes.length) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  });
  const clips: ParquetClip[] = [];
  for (const group of rows.keys()) clips.push(...(await read(group)));
  return clips;
}

/** That a file is refused, and that reading it has not taken much memory on the way. */
async function refused(bytes: Buffer, message: RegExp): Promise<void> {
  const before = process.memoryUsage().arrayBuffers;
  await rejects(clipsOf(bytes), (error: Error) => {
    equal(error instanceof DatasetError && error.message.startsWith('a.parquet'), true, error.stack);
    equal(message.test(error.message), true, error.message);
    return true;
  });
  equal(process.memoryUsage().arrayBuffers - before < 100 * MB, true);
}

const clip = Buffer.from('a clip');
const dictionary = (...values: Buffer[]) => ({ body: plain(...values), values: values.length, dictionary: true });
/** `count` times the first value of a dictionary: a run of zeros of one bit. */
const run = (count: number) => {
  const bytes = [1];
  for (let rest = count * 2; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    if (rest < 128) break;
  }
  return Buffer.from([...bytes, 0]);
};

describe('a Parquet file', () => {
  it('gives its clips whatever it is packed with', async () => {
    const whole = plain(clip);
    const packed = [
      whole,
      Buffer.concat([Buffer.from([10, 36]), whole]),
      gzipSync(whole),
      whole,
      brotliCompressSync(whole),
    ];
    for (const codec of [0, 1, 2, 4]) {
      const [{ bytes, labels }] = await clipsOf(
        tinyParquet({ codec, label: 1, audio: [{ body: packed[codec], size: 10 }] }),
      );
      deepEqual([Buffer.from(bytes).toString(), labels], ['a clip', [1]]);
    }
    const twice = tinyParquet({ rows: 2, audio: [dictionary(clip), { body: run(2), values: 2, encoding: 8 }] });
    deepEqual((await clipsOf(twice)).length, 2);
  });

  it('gives what pyarrow has put in, in every packing and version of pages that it knows', async () => {
    for (const name of ['none-2', 'snappy-2', 'gzip-1', 'brotli-2', 'zstd-2', 'lz4-1']) {
      const file = await readFile(inRepository('test', 'fixtures', 'dataset', `packed-${name}.parquet`));
      deepEqual(
        (await clipsOf(file)).map(({ bytes, path, labels }) => [[...bytes], path, labels]),
        Array.from({ length: 5 }, (_, row) => [
          Array.from({ length: 40 * row }, (_, i) => i),
          row === 1 ? undefined : `${row}.wav`,
          [row === 3 ? -1 : row % 3],
        ]),
        name,
      );
    }
  });

  it(`of which any bytes are damaged ends in a DatasetError that names it, or is read: ${DAMAGED} of them`, async function () {
    this.timeout(60_000);
    const script = path.join(__dirname, 'parquet-mutations.js');
    const { stdout } = await promisify(execFile)(process.execPath, [script, '0', String(DAMAGED)]);
    const { read, refused: count, wrong, uncaught, memory } = JSON.parse(stdout) as Mutations;
    deepEqual([wrong, uncaught], [[], []]);
    equal(read + count, DAMAGED);
    equal(read > DAMAGED / 10 && count > DAMAGED / 10, true);
    equal(memory < 500 * MB, true, `${memory / MB} MB`);
  });

  it('whose column has another name in the footer is refused before a page of it is read', async () => {
    const file = await readFile(inRepository('test', 'fixtures', 'dataset', '0001.parquet'));
    // The path of a column in each group of rows: its pages would be read while the next column is looked for.
    const schema = file.indexOf('\x04path');
    for (let at = schema; at >= 0; at = file.indexOf('\x04path', at + 1)) if (at > schema) file.write('paph', at + 1);
    await refused(file, /^a\.parquet cannot be read as Parquet: group 0 has no column audio\.path$/);
  });
});

describe('a Parquet file that claims too much', () => {
  const page = (options: Partial<TinyParquet['audio'][number]>, codec = 4, more: Partial<TinyParquet> = {}) =>
    tinyParquet({ codec, audio: [{ body: brotliCompressSync(Buffer.alloc(4096)), ...options }], ...more });

  it('is refused where a page unpacks to gigabytes, with the option that allows it', async () => {
    for (const codec of [1, 2, 4, 5, 6, 7]) {
      await refused(
        page({ size: 2 ** 31 - 1 }, codec),
        /unpacks to more than 256 MB, .* a larger maxUnpackedSize, in MB$/,
      );
    }
    const large = Buffer.concat([plain(Buffer.alloc(0)), Buffer.alloc(1000)]);
    await refused(page({ size: 2 ** 29, body: brotliCompressSync(large) }), /more than 256 MB/);
  });

  it('is refused where a page unpacks to more than it says', async () => {
    const much = Buffer.alloc(20 * MB);
    await refused(
      page({ body: brotliCompressSync(much, { params: { 1: 1 } }), size: 100 }),
      /cannot be read as Parquet/,
    );
    await refused(page({ body: gzipSync(much), size: 100 }, 2), /cannot be read as Parquet/);
    // 20 MB by Snappy's and Zstandard's own account.
    await refused(
      page({ body: Buffer.from([0x80, 0xda, 0xc4, 0x09, 0, 0]), size: 100 }, 1),
      /unpacks to 20000000 bytes/,
    );
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0x00, 0x2d, 0x31, 0x01, 0, 0, 0]);
    await refused(page({ body: frame, size: 100 }, 6), /unpacks to 20000000 bytes, not 100/);
  });

  it('is refused for more rows, values or runs than it has room for', async () => {
    const body = plain(clip);
    for (const rows of [1e12, 1e9, 20_000]) {
      await refused(tinyParquet({ rows, audio: [{ body }] }), /claims more than 10000 clips/);
    }
    await refused(tinyParquet({ rows: -5, audio: [{ body }] }), /-5/);
    await refused(tinyParquet({ values: 2e9, audio: [{ body }] }), /has 2000000000 values in 1 rows/);
    await refused(tinyParquet({ audio: [{ body, values: 2e9 }] }), /a size in it is 2000000000/);
    await refused(tinyParquet({ audio: [{ ...dictionary(clip), values: 2e9 }] }), /a size in it is 2000000000/);
    const long = { body: run(2 ** 30), values: 5, encoding: 8 };
    await refused(
      tinyParquet({ rows: 5, audio: [dictionary(clip), long] }),
      /a run of 1073741824 values is longer than its page/,
    );
  });

  it('has no pages after those of its rows', async () => {
    const bomb = { body: run(2 ** 30), values: 2 ** 30, encoding: 8 };
    equal((await clipsOf(tinyParquet({ audio: [dictionary(clip), { body: run(1), encoding: 8 }, bomb] }))).length, 1);
  });

  it('is refused where it names places outside of itself', async () => {
    for (const offset of [-1, 1e9, Number.MAX_SAFE_INTEGER]) {
      await refused(tinyParquet({ offset, audio: [{ body: plain(clip) }] }), /lies outside of the file/);
    }
    await refused(
      tinyParquet({ audio: [{ body: Buffer.from([255, 255, 255, 255, 0]) }] }),
      /cannot be read as Parquet/,
    );
  });

  it('is refused for an encoding whose lengths nobody can check', async () => {
    await refused(tinyParquet({ audio: [{ body: plain(clip), encoding: 7 }] }), /DELTA_BYTE_ARRAY is not supported/);
  });

  it('is refused for lists of 2³¹ elements, numbers of a million digits and structs in structs', async () => {
    const beginning = Buffer.from('PAR1');
    const lists = struct([[2, 'list', list('struct', [], 2 ** 31 - 1)]]);
    await refused(withFooter(beginning, lists), /a list of 2147483647 elements does not fit into it/);
    const digits = Buffer.concat([Buffer.from([0x36]), Buffer.alloc(1_000_000, 0xff), Buffer.from([0, 0])]);
    await refused(withFooter(beginning, digits), /too many digits/);
    await refused(withFooter(beginning, Buffer.alloc(100_000, 0x1c)), /nested too deep/);
    const footer = Buffer.alloc(12);
    footer.writeUInt32LE(2 ** 32 - 1, 4);
    footer.write('PAR1', 8);
    await refused(footer, /its footer claims 4294967295 bytes/);
  });

  it('is refused for classes and sampling rates that cannot be', async () => {
    const audio = [{ body: plain(clip) }];
    await refused(tinyParquet({ audio, label: 2 }), /'genre' of row 0 is 2, but it has 2 classes$/);
    const features = (sound: unknown, genre: unknown = { _type: 'ClassLabel', names: ['a'] }) => ({
      audio: sound,
      genre,
    });
    for (const rate of [0, -1, 1e12, 0.5, 'fast', { toString: 1 }]) {
      const sound = { _type: 'Audio', sampling_rate: rate };
      await refused(
        tinyParquet({ audio, features: features(sound) }),
        /the sampling rate of 'audio' is .*, not one in Hz$/,
      );
    }
    for (const names of [undefined, 5, [1], 'blues']) {
      const genre = { _type: 'ClassLabel', names };
      await refused(
        tinyParquet({ audio, features: features({ _type: 'Audio' }, genre) }),
        /does not have names and numbers$/,
      );
    }
    for (const wrong of [5, 'audio', [], { audio: null }, { audio: { _type: { toString: 1 } } }]) {
      await refused(
        tinyParquet({ audio, features: wrong }),
        /has no column of audio|does not say what its columns are/,
      );
    }
  });
});
