import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { info, load } from 'onpa';
import { audio, fixture } from '../fixtures.js';

interface Encoding {
  sampleRate: number;
  format: string;
  subtype: string;
  frames: number;
}

const whole = { sampleRate: null, mono: false } as const;
const LOSSY = /VORBIS|OPUS|MPEG/;

function largestDifference(actual: Float32Array[], expected: Float32Array, first: number): number {
  const length = expected.length / actual.length;
  let largest = 0;
  for (const [c, channel] of actual.entries()) {
    for (const [i, x] of channel.entries()) {
      largest = Math.max(largest, Math.abs(x - expected[c * length + first + i]));
    }
  }
  return largest;
}

describe('every encoding', () => {
  const encodings = fixture<Encoding>('encodings');

  for (const [name, { sampleRate, format, subtype, frames }] of Object.entries(encodings.cases)) {
    const path = ['encodings', 'odd'].map((folder) => audio(`${folder}/${name}`)).find(existsSync)!;
    const tolerance = LOSSY.test(subtype) ? 1e-7 : 0;

    it(`${name} (${format}, ${subtype}) gives librosa's samples, from its path and from its bytes`, async () => {
      const expected = encodings.tensor(name, 'F32');
      for (const source of [path, await readFile(path)]) {
        const { channels, sampleRate: rate } = await load(source, whole);
        assert.equal(rate, sampleRate);
        assert.deepEqual([channels.length, channels[0].length], expected.shape);
        assert.ok(largestDifference(channels, expected.data, 0) <= tolerance);
      }
    });

    it(`an excerpt of ${name} is that part of it`, async () => {
      const expected = encodings.tensor(name, 'F32');
      const first = Math.floor(expected.shape[1] / 3);
      const { channels } = await load(path, {
        ...whole,
        offset: (first + 0.5) / sampleRate,
        duration: 50.5 / sampleRate,
      });
      assert.equal(channels[0].length, 50);
      // What an MPEG decoder has heard before is in the last bits of what follows.
      assert.ok(largestDifference(channels, expected.data, first) <= (tolerance && 2e-7));
    });

    it(`info tells of ${name} what soundfile.info tells`, async () => {
      const duration = frames / sampleRate;
      const channels = encodings.tensor(name, 'F32').shape[0];
      assert.deepEqual(await info(path), { sampleRate, channels, frames, duration, format, subtype });
    });
  }

  it('FLAC in Ogg is read where libsndfile does not open it: its channels, to the sample', async () => {
    const { channels, sampleRate } = await load(audio('odd/flac-in-ogg.ogg'), whole);
    const part = await load(audio('odd/flac-in-ogg.ogg'), { ...whole, offset: 0.2, duration: 0.1 });
    assert.deepEqual([sampleRate, channels.length, channels[0].length], [16000, 2, 8000]);
    assert.deepEqual(part.channels[1], channels[1].slice(3200, 4800));
    assert.equal((await info(audio('odd/flac-in-ogg.ogg'))).frames, undefined);
  });

  it('goes on after zeros within an MP3 file, where libsndfile gives up', async () => {
    const { channels } = await load(audio('odd/zeros-within.mp3'), whole);
    const intact = encodings.tensor('mono.mp3', 'F32').data;
    assert.equal(channels[0].length, 7535);
    assert.ok(largestDifference([channels[0].slice(0, 2900)], intact.slice(0, 2900), 0) < 1e-6);
  });
});
