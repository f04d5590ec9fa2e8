import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import fc from 'fast-check';
import { CheckpointError, openCheckpoint } from 'onpa';
import { checkpoint, safetensorsBytes, scratch } from './files.js';

const FILES = [
  'module.bin',
  'views.bin',
  'without-byteorder.bin',
  'training.bin',
  'os-system.bin',
  'dtypes.safetensors',
];

/** More numbers than any of the files holds, and as many as a view may repeat. */
const MOST = 2 ** 24;

/** What JavaScript says where the code, and not the file, is wrong. */
const BUG = /Cannot (read|set|mix|convert)|is not (a function|iterable)|call stack|Invalid (array|typed)/;

interface Outcomes {
  read: number;
  refused: number;
  /** Errors other than CheckpointError or made from a bug, and results that are too large. */
  wrong: string[];
}

/** The lowest file descriptor that is free: it moves up when one stays open. */
function freeDescriptor(path: string): number {
  const descriptor = openSync(path, 'r');
  closeSync(descriptor);
  return descriptor;
}

/** Opens the file and reads every tensor. */
async function attempt(path: string, what: string, outcomes: Outcomes): Promise<void> {
  try {
    const opened = await openCheckpoint(path);
    try {
      for (const name of opened.tensors.keys()) {
        const { length } = opened.float32(name);
        if (length > MOST) outcomes.wrong.push(`${what}: ${length} numbers`);
      }
    } finally {
      opened.close();
    }
    outcomes.read++;
  } catch (error) {
    if (error instanceof CheckpointError && !BUG.test(error.message)) outcomes.refused++;
    else outcomes.wrong.push(`${what}: ${error}`);
  }
}

/** Where a file says what is in it: the header, or all of a zip file except its tensors' numbers. */
function headerOf(name: string, bytes: Buffer): number[] {
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  if (name.endsWith('.safetensors')) return range(0, 8 + Number(bytes.readBigUInt64LE()));
  const numbers = bytes.indexOf('/data/0');
  const directory = bytes.indexOf('PK\x01\x02');
  return [...range(0, numbers + 8), ...range(directory, bytes.length)];
}

describe('a damaged checkpoint', () => {
  const file = scratch();
  const descriptors = { before: 0 };

  beforeEach(() => {
    descriptors.before = freeDescriptor(checkpoint('module.bin'));
  });
  afterEach('closes the file, whatever happens', () => {
    assert.equal(freeDescriptor(checkpoint('module.bin')), descriptors.before);
  });

  for (const name of FILES) {
    const bytes = readFileSync(checkpoint(name));

    it(`${name}: cut off anywhere, it is refused`, async () => {
      const descriptor = openSync(file(name), 'w');
      const outcomes: Outcomes = { read: 0, refused: 0, wrong: [] };
      writeSync(descriptor, bytes);
      const tensors = name.endsWith('.safetensors') ? headerOf(name, bytes).length : Infinity;
      for (let length = bytes.length - 1; length >= 0; length -= length > tensors + 97 ? 97 : 1) {
        ftruncateSync(descriptor, length);
        await attempt(file(name), `the first ${length} bytes`, outcomes);
      }
      closeSync(descriptor);
      assert.deepEqual(outcomes.wrong, []);
      assert.equal(outcomes.read, 0);
    });

    it(`${name}: with a bit of any byte of its header turned over, it is read or refused`, async () => {
      const descriptor = openSync(file(name), 'w');
      const outcomes: Outcomes = { read: 0, refused: 0, wrong: [] };
      writeSync(descriptor, bytes);
      for (const at of headerOf(name, bytes)) {
        const change = 1 << (at % 8);
        writeSync(descriptor, Buffer.of(bytes[at] ^ change), 0, 1, at);
        await attempt(file(name), `byte ${at} ^ ${change}`, outcomes);
        writeSync(descriptor, bytes, at, 1, at);
      }
      closeSync(descriptor);
      assert.deepEqual(outcomes.wrong, []);
      assert.ok(outcomes.refused > headerOf(name, bytes).length / 4, `${outcomes.refused} refused`);
    });
  }

  it('with any opcodes for its pickle, it is read or refused', async () => {
    const bytes = readFileSync(checkpoint('module.bin'));
    const start = bytes.indexOf(Buffer.of(0x80, 2));
    const end = bytes.indexOf('PK', start);
    // Opcodes and their arguments as they are in real pickles, in any order.
    const pieces = fc.oneof(
      fc
        .constantFrom(...'()tRqhKJX}]ueasbQNc.\x80\x88\x85\x86\x87\x8a\x8c\x93')
        .map((text) => Buffer.from(text, 'latin1')),
      fc
        .tuple(fc.nat(end - start - 2), fc.integer({ min: 1, max: 40 }))
        .map(([at, n]) => bytes.subarray(start + at, start + at + n)),
    );
    const outcomes: Outcomes = { read: 0, refused: 0, wrong: [] };
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 80 }), async (parts) => {
        const pickle = Buffer.concat(parts).subarray(0, end - start);
        writeFileSync(
          file('opcodes'),
          Buffer.concat([bytes.subarray(0, start), pickle, bytes.subarray(start + pickle.length)]),
        );
        await attempt(file('opcodes'), pickle.toString('hex'), outcomes);
        assert.deepEqual(outcomes.wrong, []);
      }),
      { numRuns: 500 },
    );
    assert.ok(outcomes.refused > 250, `${outcomes.refused} refused`);
  });

  it('with any JSON for its header, it is read or refused', async () => {
    const whole = fc.oneof(fc.nat(12), fc.integer(), fc.constantFrom(0.5, -0, 2 ** 53, 1e300, '8', null));
    const entry = fc.record(
      { dtype: fc.constantFrom('F32', 'I64', 'BOOL', 'x', 1), shape: fc.array(whole), data_offsets: fc.array(whole) },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(
      fc.constantFrom('a', 'b', '__metadata__', '__proto__'),
      fc.oneof(entry, fc.jsonValue()),
    );
    const outcomes: Outcomes = { read: 0, refused: 0, wrong: [] };
    await fc.assert(
      fc.asyncProperty(header, fc.nat(16), async (json, length) => {
        writeFileSync(file('json'), safetensorsBytes(json, length));
        await attempt(file('json'), JSON.stringify(json), outcomes);
        assert.deepEqual(outcomes.wrong, []);
      }),
      { numRuns: 500 },
    );
    assert.ok(outcomes.refused > 250, `${outcomes.refused} refused`);
  });
});
