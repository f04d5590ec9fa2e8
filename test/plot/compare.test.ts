import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { type ComparedSound, compare, encodeWav, ParameterError, quantize } from 'onpa';
import { comparison } from 'onpa/dist/plot/compare.js';
import { inKernel } from './kernel.js';
import { dataOf } from './player/figures.js';

const SAMPLE_RATE = 8000;

function tone(amplitude: number, seconds = 1, sampleRate = SAMPLE_RATE): ComparedSound['waveform'] {
  const wave = (_: number, i: number): number => amplitude * Math.sin((2 * Math.PI * 440 * i) / sampleRate);
  return { samples: Float32Array.from({ length: seconds * sampleRate }, wave), sampleRate };
}

const gainsOf = (html: string): number[] => dataOf(html).map(({ gain }) => gain);

describe('compare', () => {
  const loud = { title: 'loud', waveform: tone(0.8) };
  const soft = { title: 'soft', waveform: tone(0.2) };

  it('shows, without its script, a figure for each with a picture and a named player, in order', async () => {
    const html = await comparison([{ ...loud, title: '<i>loud' }, soft]);
    equal(html.match(/<figure /g)?.length, 2);
    deepEqual(
      [...html.matchAll(/<figcaption>([^<]*)</g)].map(([, title]) => title),
      ['&#60;i&#62;loud', 'soft'],
    );
    equal(html.match(/<img alt="Mel spectrogram, /g)?.length, 2);
    match(html, /<audio controls aria-label="soft" src="data:audio\/wav;base64,/);
    equal(html.match(/<script>/g)?.length, 1);
  });

  it('plays all equally loud, and as they are on request', async () => {
    deepEqual(gainsOf(await comparison([loud, soft])), [1, 4]);
    deepEqual(gainsOf(await comparison([loud, soft], { matchLoudness: false })), [1, 1]);
  });

  it('clips no sound that exceeds full scale, as those of Griffin-Lim may', async () => {
    const over = { title: 'over', waveform: tone(2) };
    const html = await comparison([over, soft]);
    const gains = gainsOf(html);
    const scaled = { samples: over.waveform.samples.map((x) => x / 2), sampleRate: SAMPLE_RATE };
    ok(html.includes(Buffer.from(encodeWav(scaled)).toString('base64').slice(0, 5000)));
    ok(gains[0] <= 1.001 && Math.abs(gains[0] / gains[1] - 0.2) < 1e-3, `${gains}`);
  });

  it('keeps the roundings of few bits in files of 8 bits: loudness is a matter of playing', async () => {
    const rounded = quantize(soft.waveform.samples, 4);
    const html = await comparison([
      { title: '4 bits', waveform: { samples: rounded, sampleRate: SAMPLE_RATE }, bitDepth: '8' },
      loud,
    ]);
    const [, base64] = /src="data:audio\/wav;base64,([^"]+)"/.exec(html)!;
    const bytes = Buffer.from(base64, 'base64').subarray(44);
    deepEqual(
      Float32Array.from(bytes.subarray(0, rounded.length), (byte) => (byte - 128) / 128),
      rounded.map((x) => x + 0),
    );
  });

  it('puts sounds of different lengths and rates over one axis of time', async () => {
    const short = { title: 'short', waveform: tone(0.5, 0.5, 16000) };
    for (const show of ['waveform', 'spectrogram'] as const) {
      const [first, second] = dataOf(await comparison([loud, short], { show }));
      deepEqual([first.seconds, second.seconds], [1, 0.5]);
      ok(Math.abs(first.plots[0].to - second.plots[0].to) < 0.02, show);
    }
  });

  it('plays, shows and keeps the first seconds of each, as many as are asked for', async () => {
    const sounds = [soft, { title: 'short', waveform: tone(0.2, 0.1) }];
    const start = { samples: soft.waveform.samples.subarray(0, 2000), sampleRate: SAMPLE_RATE };
    const html = await comparison(sounds, { duration: 0.25 });
    equal(html, await comparison([{ ...soft, waveform: start }, sounds[1]]));
    deepEqual(
      dataOf(html).map(({ seconds }) => seconds),
      [0.25, 0.1],
    );
    // What is loud later on is not heard, and has no part in how loud the rest is played.
    const later = {
      ...soft,
      waveform: { ...soft.waveform, samples: soft.waveform.samples.map((x, i) => x * (i < 2000 ? 1 : 4)) },
    };
    deepEqual(gainsOf(await comparison([later, { ...soft, title: 'as it is' }], { duration: 0.25 })), [1, 1]);
    equal(await comparison(sounds, { duration: 60 }), await comparison(sounds));
  });

  it('shows itself in a notebook, with the titles for readers of text', async () => {
    const [{ data }] = await inKernel(() => compare([loud, soft], { show: 'waveform' }));
    equal(data['text/plain'], 'Sounds: loud, soft');
    match(String(data['text/html']), /^<div class="onpa-player">/);
  });

  it('takes null for what is left out', async () => {
    equal(
      await comparison([loud, { ...soft, bitDepth: null }], { show: null, matchLoudness: null, duration: null }),
      await comparison([loud, soft]),
    );
  });

  it('names what is wrong', async () => {
    const nine = Array.from({ length: 10 }, (_, i) => ({ title: `${i}`, waveform: soft.waveform }));
    const silentTitle = { ...soft, title: ' ' };
    const empty = { title: 'empty', waveform: { samples: new Float32Array(0), sampleRate: SAMPLE_RATE } };
    const broken = { title: 'broken', waveform: { samples: Float32Array.of(0, Number.NaN), sampleRate: SAMPLE_RATE } };
    const cases: [unknown, object | null, RegExp][] = [
      [[loud], null, /sounds has 1; give 2 to 9/],
      [nine, null, /sounds has 10; give 2 to 9/],
      [loud, null, /sounds is .*; give an array of sounds, \{ title, waveform \}/],
      [[loud, 'soft'], null, /sounds\[1\] is /],
      [[loud, silentTitle], null, /sounds\[1\]\.title is " "; say/],
      [[loud, loud], null, /sounds\[0\] and sounds\[1\] have the title 'loud'/],
      [[loud, empty], null, /sounds\[1\]\.waveform has no samples/],
      [[loud, broken], null, /sounds\[1\]\.waveform\.samples\[1\] is NaN/],
      [[loud, { title: 'path', waveform: 'a.wav' }], null, /sounds\[1\]\.waveform is /],
      [[loud, soft], { show: 'mel' }, /show is 'mel'; give one of spectrogram, waveform/],
      [[loud, soft], { matchLoudness: 'yes' }, /matchLoudness is 'yes'/],
      [[loud, soft], { duration: 0 }, /duration is 0/],
      [[loud, soft], { duration: '1.5' }, /duration is '1\.5'/],
    ];
    for (const [sounds, options, message] of cases) {
      await rejects(comparison(sounds as never, options), (error: Error) => {
        ok(error instanceof ParameterError, error.message);
        match(error.message, message);
        return true;
      });
    }
  });
});
