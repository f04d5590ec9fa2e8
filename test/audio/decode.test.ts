import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AudioDecodeError, info, load } from 'onpa';
import { audio, fixture, inRepository, relativeError } from '../fixtures.js';

describe('decoding', () => {
  const formats = fixture<{ sampleRate: number; length: number }>('formats');

  for (const [name, { sampleRate, length }] of Object.entries(formats.cases)) {
    it(`reads ${name} as libsndfile does, channels mixed to one`, async () => {
      const waveform = await load(audio(name), { sampleRate: null });
      assert.equal(waveform.sampleRate, sampleRate);
      assert.equal(waveform.samples.length, length);
      // MP3 decoders may round differently in the last bits of float32; the other formats need not.
      const tolerance = name.endsWith('.mp3') ? 2e-6 : 1e-6;
      assert.ok(relativeError(waveform.samples, formats.tensor(name, 'F32').data) < tolerance);
    });
  }

  it('reads bytes that begin in the middle of a buffer', async () => {
    for (const name of ['wav-16.wav', 'flac-16.flac', 'vorbis.ogg', 'mp3-22050.mp3']) {
      const bytes = await readFile(audio(name));
      const shifted = new Uint8Array(bytes.length + 13).subarray(13);
      shifted.set(bytes);
      assert.deepEqual(await load(shifted), await load(audio(name)), name);
    }
  });

  it('reads many files at once', async () => {
    const names = Object.keys(formats.cases);
    const waveforms = await Promise.all(names.map((name) => load(audio(name), { sampleRate: null })));
    for (const [i, { samples }] of waveforms.entries()) {
      assert.equal(samples.length, formats.cases[names[i]].length, names[i]);
    }
  });

  it('says what a file looks like that is not audio', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'onpa-'));
    try {
      const files: [string, string | Uint8Array, RegExp][] = [
        ['empty.wav', '', /empty\.wav is empty/],
        ['picture.wav', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0), /picture\.wav.*PNG/],
        ['page.ogg', '<!DOCTYPE html><html><body>404</body></html>', /page\.ogg.*web page/],
        ['words.mp3', 'Once upon a time there was a sound.', /words\.mp3.*text/],
        ['pointer.ogg', 'version https://git-lfs.github.com/spec/v1\noid sha256:0', /pointer\.ogg.*LFS/],
        ['zeros.wav', new Uint8Array(5000), /zeros\.wav/],
        ['one.wav', Uint8Array.of(82), /one\.wav/],
      ];
      for (const [name, content, message] of files) {
        await writeFile(path.join(folder, name), content);
        await assert.rejects(load(path.join(folder, name)), { name: 'AudioDecodeError', message });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says that a file is cut off, whatever its format', async () => {
    const small = ['wav-16.wav', 'flac-16.flac', 'trumpet.ogg', 'libri.ogg', 'mp3-stereo.mp3', 'mp3-bare.mp3'];
    const encodings = (await readdir(audio('encodings'))).map((name) => `encodings/${name}`);
    for (const name of [...small, ...encodings, 'odd/opus-16000.ogg', 'odd/flac-in-ogg.ogg']) {
      const bytes = await readFile(audio(name));
      for (const share of [0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(share * bytes.length));
        await assert.rejects(load(cut), { name: 'AudioDecodeError', message: /cut off/ }, `${name}, ${share}`);
      }
    }
  });

  it('an excerpt of a FLAC file that is cut off after it is an error, too', async () => {
    const bytes = await readFile(audio('odd/tag-before.flac'));
    const cut = load(bytes.subarray(0, 15_000), { sampleRate: null, duration: 0.01 });
    await assert.rejects(cut, { name: 'AudioDecodeError', message: /cut off/ });
  });

  it('a size that was never filled in, or is 8 too large, is not a file that is cut off', async () => {
    for (const size of [0, 0x7fffffff, 0x7ffff000, 0x80000000, 0xffffffff, 2204 + 8]) {
      const bytes = await readFile(audio('wav-16.wav'));
      bytes.writeUInt32LE(size, 40);
      assert.equal((await load(bytes, { sampleRate: null })).samples.length, 1102, String(size));
    }
  });

  it('a header that claims 2^36 samples costs nothing', async () => {
    const bytes = await readFile(audio('flac-16.flac'));
    bytes[21] |= 15;
    bytes.fill(0xff, 22, 26);
    await assert.rejects(load(bytes), { name: 'AudioDecodeError', message: /cut off.*68719476735 samples/ });
    assert.equal((await info(bytes)).frames, 2 ** 36 - 1);
  });

  it('says what to run where libsndfile is not linked', () => {
    const script = `require('onpa').load(${JSON.stringify(audio('wav-16.wav'))}).catch(({ name, message }) => console.log(name, message))`;
    const env = { ...process.env, ONPA_LIBSNDFILE: '/no/such/library.so' };
    const said = execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8', cwd: inRepository() });
    assert.match(said, /^SetupError libsndfile, .*\/no\/such\/library\.so.*run npm run setup/);
  });

  it('says what is wrong with a WAV header', async () => {
    const good = await readFile(audio('wav-16.wav'));
    const wrong: [at: number, value: number, message: RegExp][] = [
      [22, 0, /Channel count is zero/],
      [24, 0, /sampling rate is 0/],
    ];
    for (const [position, value, message] of wrong) {
      const bytes = Buffer.from(good);
      bytes.writeUInt16LE(value, position);
      await assert.rejects(load(bytes), { name: 'AudioDecodeError', message });
    }
    await assert.rejects(load(good.subarray(0, 36)), { name: 'AudioDecodeError', message: /no 'data' chunk/i });
  });

  it('refuses a WAV file without samples', async () => {
    const bytes = (await readFile(audio('wav-16.wav'))).subarray(0, 44);
    bytes.writeUInt32LE(36, 4);
    bytes.writeUInt32LE(0, 40);
    await assert.rejects(load(bytes), AudioDecodeError);
  });

  it('survives a sampling rate that no recording has', async () => {
    const bytes = await readFile(audio('wav-16.wav'));
    for (const rate of [1, 10_000_019, 0xffffffff]) {
      bytes.writeUInt32LE(rate, 24);
      bytes.writeUInt32LE((2 * rate) >>> 0, 28);
      const outcome = await load(bytes).catch((error) => error);
      if (outcome instanceof Error) assert.ok(outcome instanceof AudioDecodeError, `${rate} Hz: ${outcome}`);
      else assert.equal(outcome.samples.length, Math.ceil(1102 * (22050 / rate)));
    }
  });

  it('names the file whose samples are not finite', async () => {
    const bytes = await readFile(audio('wav-float-stereo.wav'));
    bytes.writeFloatLE(Number.NaN, bytes.length - 400);
    await assert.rejects(load(bytes, { sampleRate: null }), { name: 'AudioDecodeError', message: /bytes of audio/ });
  });
});
