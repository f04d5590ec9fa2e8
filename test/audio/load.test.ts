import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { AudioDecodeError, type LoadOptions, load, ParameterError } from 'onpa';
import { at, audio, fixture, inRepository, relativeError } from '../fixtures.js';
import { withServer } from './server.js';

type MonoOptions = LoadOptions & { mono?: true };

interface Recording {
  file: string;
  options: MonoOptions;
  length: number;
  sampleRate: number;
  least?: number;
  most?: number;
}

const extreme = (x: Float32Array, pick: (a: number, b: number) => number): number => x.reduce((a, b) => pick(a, b));

describe('load', () => {
  const recordings = fixture<Recording>('load');
  const formats = fixture<{ sampleRate: number; length: number }>('formats');

  for (const [name, { file, options, length, sampleRate, least, most }] of Object.entries(recordings.cases)) {
    it(`${name} gives librosa's samples`, async () => {
      const waveform = await load(audio(file), options);
      assert.equal(waveform.sampleRate, sampleRate);
      assert.equal(waveform.samples.length, length);
      const positions = recordings.tensor(`${name}/at`, 'I32').data;
      const expected = recordings.tensor(`${name}/values`, 'F32').data;
      // Relative to the recording's peak: its end is nearly silent.
      const peak = Math.abs(recordings.cases[file].least!);
      assert.ok(relativeError(at(waveform.samples, positions), expected, peak) < 1e-6);
      if (least !== undefined && most !== undefined) {
        assert.ok(Math.abs(extreme(waveform.samples, Math.min) - least) < 1e-6);
        assert.ok(Math.abs(extreme(waveform.samples, Math.max) - most) < 1e-6);
      }
    });
  }

  it('keeps the channels where asked to; their mean is the mono mix', async () => {
    const { channels, sampleRate } = await load(audio('flac-24-stereo.flac'), { sampleRate: null, mono: false });
    assert.equal(sampleRate, 48000);
    assert.equal(channels.length, 2);
    const mixed = channels[0].map((x, i) => (x + channels[1][i]) / 2);
    assert.ok(relativeError(mixed, formats.tensor('flac-24-stereo.flac', 'F32').data) < 1e-6);
  });

  it('resamples to 22,050 Hz unless told otherwise', async () => {
    const waveform = await load(audio('wav-24-stereo.wav'));
    assert.equal(waveform.sampleRate, 22050);
    assert.equal(waveform.samples.length, Math.ceil(2400 * (22050 / 48000)));
  });

  it('an excerpt is that part of the whole, to the sample', async () => {
    for (const file of ['vorbis-stereo.ogg', 'mp3-stereo.mp3', 'flac-16-stereo.flac', 'wav-16-stereo.wav']) {
      const whole = await load(audio(file), { sampleRate: null });
      const part = await load(audio(file), { sampleRate: null, offset: 0.01234, duration: 0.02 });
      const first = Math.trunc(0.01234 * whole.sampleRate);
      const count = Math.trunc(0.02 * whole.sampleRate);
      assert.deepEqual(part.samples, whole.samples.slice(first, first + count), file);
    }
  });

  it('an excerpt from the last moment of a recording is that part, too', async () => {
    const { samples } = await load(audio('trumpet.ogg'));
    const end = await load(audio('trumpet.ogg'), { offset: 5.3, duration: 1 });
    assert.deepEqual(end.samples, samples.slice(Math.trunc(5.3 * 22050)));
  });

  it('a duration beyond the end stops at the end', async () => {
    assert.equal((await load(audio('trumpet.ogg'), { duration: 1000 })).samples.length, 117601);
  });

  it('reads a path, a file: URL, its text, and bytes alike', async () => {
    const file = audio('wav-16.wav');
    const expected = await load(file);
    const url = pathToFileURL(file);
    for (const source of [url, url.href, await readFile(file), new Uint8Array(await readFile(file))]) {
      assert.deepEqual(await load(source), expected);
    }
  });

  it('leaves the bytes that it was given alone, and its result is its own', async () => {
    const bytes = new Uint8Array(await readFile(audio('wav-float-stereo.wav')));
    const before = bytes.slice();
    (await load(bytes, { sampleRate: null })).samples.fill(0);
    assert.deepEqual(bytes, before);
  });

  it('names the option that is out of range', async () => {
    const wrong: [MonoOptions, RegExp][] = [
      [{ offset: -1 }, /offset is -1/],
      [{ offset: Number.NaN }, /offset is NaN/],
      [{ offset: 6 }, /offset is 6.*5\.33 s/],
      [{ duration: 0 }, /duration is 0/],
      [{ duration: -2 }, /duration is -2/],
      [{ sampleRate: 0 }, /sampleRate is 0/],
      [{ sampleRate: -8000 }, /sampleRate is -8000/],
      [{ sampleRate: Number.NaN }, /sampleRate is NaN/],
    ];
    for (const [options, message] of wrong) {
      await assert.rejects(load(audio('trumpet.ogg'), options), { name: 'ParameterError', message });
    }
  });

  it('checks options before it looks for the file', async () => {
    await assert.rejects(load('nowhere.wav', { offset: -1 }), ParameterError);
  });

  it('says that a file is missing, or is a folder', async () => {
    await assert.rejects(load('no/such.wav'), { name: 'AudioDecodeError', message: /no\/such\.wav.*no such file/ });
    await assert.rejects(load(inRepository('test')), { name: 'AudioDecodeError', message: /test.*folder/ });
    await assert.rejects(load(new URL('file:///no/such.wav')), AudioDecodeError);
  });
});

describe('load from a URL', () => {
  it('reads what the server sends', async () => {
    const bytes = await readFile(audio('flac-16.flac'));
    await withServer(
      (_, response) => response.end(bytes),
      async (url) => {
        const expected = await load(bytes);
        assert.deepEqual(await load(`${url}/sound.flac`), expected);
        assert.deepEqual(await load(new URL(url)), expected);
      },
    );
  });

  it('says that the server answers 404', async () => {
    await withServer(
      (_, response) => response.writeHead(404).end('<html>not here</html>'),
      async (url) => {
        await assert.rejects(load(`${url}/a.wav`), { name: 'AudioDecodeError', message: /a\.wav.*404/ });
      },
    );
  });

  it('says that the connection broke', async () => {
    await withServer(
      (_, response) => {
        response.writeHead(200, { 'Content-Length': 100000 });
        response.write(Buffer.alloc(1000), () => response.destroy());
      },
      async (url) => {
        await assert.rejects(load(`${url}/a.wav`), { name: 'AudioDecodeError', message: /a\.wav.*downloaded/ });
      },
    );
  });

  it('says that nobody answers', async () => {
    let address = '';
    await withServer(
      () => {},
      async (url) => {
        address = url;
      },
    );
    await assert.rejects(load(`${address}/a.wav`), { name: 'AudioDecodeError', message: /a\.wav.*ECONNREFUSED/ });
  });

  it('refuses a URL that is neither file: nor http:', async () => {
    for (const url of ['ftp://127.0.0.1/a.wav', 'data:audio/wav;base64,AAAA']) {
      await assert.rejects(load(new URL(url)), { name: 'AudioDecodeError' });
    }
  });
});
