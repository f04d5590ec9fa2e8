import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type BitDepth, load, ParameterError, quantize, saveWav } from 'onpa';
import { relativeError, signal } from '../fixtures.js';

describe('saveWav', () => {
  let folder = '';
  const file = () => path.join(folder, 'sound.wav');
  const waveform = { samples: signal('noise').subarray(0, 1001), sampleRate: 22050 };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onpa-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const depths: [BitDepth, code: number, bytes: number, read: (b: Buffer, at: number) => number][] = [
    ['8', 1, 1, (b, at) => (b.readUInt8(at) - 128) / 2 ** 7],
    ['16', 1, 2, (b, at) => b.readInt16LE(at) / 2 ** 15],
    ['24', 1, 3, (b, at) => b.readIntLE(at, 3) / 2 ** 23],
    ['32', 1, 4, (b, at) => b.readInt32LE(at) / 2 ** 31],
    ['32f', 3, 4, (b, at) => b.readFloatLE(at)],
  ];

  for (const [bitDepth, code, bytes, read] of depths) {
    it(`${bitDepth} bits: any program finds the header and the samples`, async () => {
      await saveWav(file(), waveform, { bitDepth });
      const wav = await readFile(file());
      assert.equal(wav.toString('latin1', 0, 4), 'RIFF');
      assert.equal(wav.readUInt32LE(4), wav.length - 8);
      assert.equal(wav.toString('latin1', 8, 16), 'WAVEfmt ');
      const at = wav.indexOf('data') + 8;
      const header = [20, 22, 32, 34].map((offset) => wav.readUInt16LE(offset));
      assert.deepEqual(header, [code, 1, bytes, 8 * bytes]);
      assert.deepEqual([wav.readUInt32LE(24), wav.readUInt32LE(28)], [22050, 22050 * bytes]);
      assert.equal(wav.readUInt32LE(at - 4), 1001 * bytes);
      assert.equal(wav.length % 2, 0);
      const step = code === 3 ? 0 : 2 ** (1 - 8 * bytes);
      for (let i = 0; i < 1001; i++) {
        assert.ok(Math.abs(read(wav, at + i * bytes) - waveform.samples[i]) <= step / 2);
      }
    });

    it(`${bitDepth} bits: load reads what was written`, async () => {
      await saveWav(file(), waveform, { bitDepth });
      const back = await load(file());
      assert.equal(back.sampleRate, 22050);
      const expected = code === 3 ? waveform.samples : quantize(waveform.samples, Math.min(8 * bytes, 24));
      assert.ok(relativeError(back.samples, expected) < 1e-7);
    });

    it(`${bitDepth} bits: writing again what was read gives the same file`, async () => {
      await saveWav(file(), waveform, { bitDepth });
      const first = await readFile(file());
      await saveWav(file(), await load(file()), { bitDepth });
      assert.deepEqual(await readFile(file()), first);
    });
  }

  it('writes 16 bits unless told otherwise', async () => {
    await saveWav(file(), waveform);
    assert.equal((await readFile(file())).readUInt16LE(34), 16);
  });

  it('clips integers, and keeps floats beyond ±1', async () => {
    const loud = { samples: Float32Array.of(-2, 2, -1, 1), sampleRate: 8000 };
    for (const bitDepth of ['8', '16', '24', '32'] as const) {
      await saveWav(file(), loud, { bitDepth });
      const highest = Math.fround(1 - 2 ** (1 - Number(bitDepth)));
      const { samples } = await load(file(), { sampleRate: null });
      assert.deepEqual(samples, Float32Array.of(-1, highest, -1, highest));
    }
    await saveWav(file(), loud, { bitDepth: '32f' });
    assert.deepEqual((await load(file(), { sampleRate: null })).samples, loud.samples);
  });

  it('fails without a trace in a folder that does not exist', async () => {
    await assert.rejects(saveWav(path.join(folder, 'missing', 'sound.wav'), waveform));
    assert.deepEqual(await readdir(folder), []);
  });

  it('keeps the file that is there where it cannot write a better one', async () => {
    await writeFile(file(), 'precious');
    const broken = { samples: Float32Array.of(0, Number.NaN), sampleRate: 22050 };
    await assert.rejects(saveWav(file(), broken), ParameterError);
    await assert.rejects(saveWav(folder, waveform));
    assert.equal(await readFile(file(), 'utf8'), 'precious');
    assert.deepEqual(await readdir(folder), ['sound.wav']);
    assert.deepEqual(
      (await readdir(path.dirname(folder))).filter((name) => name.startsWith(`${path.basename(folder)}.`)),
      [],
    );
  });

  it('names what is wrong', async () => {
    const wrong: [Parameters<typeof saveWav>[1], string, RegExp][] = [
      [waveform, '12', /bitDepth is '12'/],
      [{ ...waveform, sampleRate: 0 }, '16', /sampleRate is 0/],
      [{ ...waveform, sampleRate: 22050.5 }, '16', /sampleRate is 22050\.5/],
      [{ ...waveform, samples: new Float32Array(0) }, '16', /samples is empty/],
    ];
    for (const [sound, bitDepth, message] of wrong) {
      await assert.rejects(saveWav(file(), sound, { bitDepth: bitDepth as BitDepth }), {
        name: 'ParameterError',
        message,
      });
    }
    assert.deepEqual(await readdir(folder), []);
  });
});
