import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { openCheckpoint } from 'onpa';
import { safetensorsBytes, scratch } from './files.js';

/** So many repetitions of some bytes. */
const repeated = (text: string, count: number): Buffer => Buffer.alloc(count * text.length, text, 'latin1');

/** A zip file as torch.save writes one, nothing compressed, with an empty checksum, which nobody looks at. */
function zip(entries: readonly [name: string, content: Buffer][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const [name, content] of entries) {
    const file = Buffer.alloc(30);
    file.writeUInt32LE(0x04034b50, 0);
    file.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(position, 42);
    for (const [header, at] of [
      [file, 18],
      [entry, 20],
    ] as const) {
      header.writeUInt32LE(content.length, at);
      header.writeUInt32LE(content.length, at + 4);
    }
    parts.push(file, Buffer.from(name), content);
    directory.push(entry, Buffer.from(name));
    position += file.length + name.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  for (const at of [8, 10]) end.writeUInt16LE(entries.length, at);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** A file of torch.save with this pickle. */
const pickled = (...parts: Buffer[]): Buffer =>
  zip([['archive/data.pkl', Buffer.concat([Buffer.of(0x80, 2), ...parts, Buffer.from('.')])]]);

const MB = 1_000_000;

/** A state dict whose tensors show one storage of four numbers again and again. */
function expanded(count: number, size: number): Buffer {
  const text = (value: string) => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
  const int = (value: number) => Buffer.from(Buffer.from(Int32Array.of(value).buffer)).toString('latin1');
  const storage = `(${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K\x04tQ`;
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\0J${int(size)}\x85K\0\x85\x89}tR`;
  const items = Array.from({ length: count }, (_, i) => `${text(`weight${i}`)}${tensor}`).join('');
  const pickle = Buffer.from(`\x80\x02}(${items}u.`, 'latin1');
  return zip([
    ['archive/data.pkl', pickle],
    ['archive/data/0', Buffer.alloc(16)],
  ]);
}

const names = (count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `"${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join()}}`;

describe('A checkpoint that asks for gigabytes or minutes', () => {
  const file = scratch();

  const refused: Record<string, [content: () => Buffer, reason: RegExp]> = {
    '15 MB of dictionaries': [() => pickled(repeated('}', 15 * MB)), /makes or keeps more than 500000 lists/],
    '15 MB of lists': [() => pickled(repeated(']', 15 * MB)), /makes or keeps more than 500000 lists/],
    '15 MB of marks': [() => pickled(repeated('(', 15 * MB)), /makes or keeps more than 500000 lists/],
    'tuples in tuples': [() => pickled(Buffer.from('N'), repeated('\x85', 15 * MB)), /makes or keeps more than 500000/],
    'a value that is kept 3,000,000 times': [
      () => pickled(Buffer.from('}'), repeated('r\0\0\0\0', 3 * MB)),
      /makes or keeps more than 500000/,
    ],
    'a list that is put into itself': [
      () => pickled(Buffer.from(']q\0'), repeated('(h\0h\0e', 2 * MB)),
      /makes or keeps more than 500000/,
    ],
    '15 MB of None': [() => pickled(repeated('N', 15 * MB)), /more than 2000000 opcodes/],
    'a dictionary of millions of numbers': [
      () => pickled(Buffer.from('}('), repeated('K\x01K\x01', 3 * MB), Buffer.from('u')),
      /more than 2000000 opcodes/,
    ],
    'a text of 4 GB': [() => pickled(Buffer.of(0x58, 0xff, 0xff, 0xff, 0xff)), /cut off or damaged/],
    'a whole number of 2 GB': [() => pickled(Buffer.of(0x8b, 0xff, 0xff, 0xff, 0x7f)), /0x8b \(LONG4\)/],
    'a pickle of 17 MB': [() => pickled(repeated('N', 17 * MB)), /its pickle has 170000\d\d bytes, more than 16000000/],
    'a name of 15 MB': [
      () => pickled(Buffer.from('c'), repeated('x', 15 * MB), Buffer.from('\n\n')),
      /^.{0,200}asks for x{200}, which no/,
    ],
    'a thousand views of 10^7 numbers each': [
      () => expanded(1000, 10 * MB),
      /its tensors have 10000000000 numbers, far more/,
    ],
    '60,000 entries': [
      () => zip(Array.from({ length: 60_000 }, (_, i) => [`archive/data/${i}`, Buffer.alloc(0)])),
      /it has 60000 entries, more than the 50000 allowed/,
    ],
    'a header of 200,000 names': [() => safetensorsBytes(names(200_000), 0), /its header has more than 1000000 values/],
    'a header of 10^7 numbers': [
      () => safetensorsBytes(`{"a":[${'1,'.repeat(10 * MB)}1]}`, 0),
      /its header has more than 1000000 values/,
    ],
    'a header of brackets': [() => safetensorsBytes(`{"a":${'['.repeat(4e5)}`, 0), /its header is not JSON/],
    'a header of brackets that close': [
      () => safetensorsBytes(`{"a":${'['.repeat(4e5)}${']'.repeat(4e5)}}`, 0),
      /more than 128 lists and objects/,
    ],
    'a header of 2^64 − 1 bytes': [
      () => Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')]),
      /its header would have 1844674407370955\d+ bytes/,
    ],
    'a shape whose product is beyond all numbers': [
      () => safetensorsBytes({ a: { dtype: 'F32', shape: [2 ** 32, 2 ** 32, 2 ** 32], data_offsets: [0, 0] } }, 0),
      /'a' has 0 bytes, where F32 and shape \[4294967296,4294967296,4294967296\] make Infinity/,
    ],
    'a shape of 100,000 axes': [
      () => safetensorsBytes({ a: { dtype: 'U8', shape: new Array(1e5).fill(1), data_offsets: [0, 1] } }, 1),
      /'a' has 100000 axes, more than 64/,
    ],
    'a name of a megabyte': [
      () => safetensorsBytes({ ['x'.repeat(MB)]: { dtype: 'F32', shape: [1], data_offsets: [0, 5] } }, 5),
      /tensor 'x{100}…' has 5 bytes/,
    ],
    'a dtype of a megabyte': [
      () => safetensorsBytes({ a: { dtype: 'x'.repeat(MB), shape: [1], data_offsets: [0, 5] } }, 5),
      /has dtype "x{99}…; convert/,
    ],
  };
  for (const [what, [content, reason]] of Object.entries(refused)) {
    it(`is refused: ${what}`, async () => {
      await writeFile(file('hostile'), content());
      await assert.rejects(openCheckpoint(file('hostile')), (error: Error) => {
        assert.equal(error.name, 'CheckpointError');
        assert.ok(error.message.length < 600, `${error.message.length} characters`);
        assert.match(error.message, reason);
        return true;
      });
    });
  }

  it('is read where it only has many tensors, or a long note', async () => {
    const note = 'x[{:,'.repeat(100_000);
    for (const header of [names(60_000), `{"__metadata__":{"note":"${note}"}}`]) {
      await writeFile(file('many'), safetensorsBytes(header, 0));
      (await openCheckpoint(file('many'))).close();
    }
    await writeFile(file('views'), expanded(2, 100));
    const views = await openCheckpoint(file('views'));
    assert.deepEqual([...views.tensors.keys()], ['weight0', 'weight1']);
    assert.deepEqual(views.float32('weight1'), new Float32Array(100));
    views.close();
  });
});
