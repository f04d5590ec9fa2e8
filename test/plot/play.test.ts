import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import {
  AudioDecodeError,
  amplitudeToDb,
  curves,
  hconcat,
  labelshow,
  load,
  ParameterError,
  play,
  type Spec,
  specshow,
  stft,
  vconcat,
  waveshow,
} from 'onpa';
import { audioElement, picturePlayer } from 'onpa/dist/plot/play.js';
import { type DrawnPicture, drawSound } from 'onpa/dist/plot/player/sound-picture.js';
import { decodePng } from './drawing.js';
import { inKernel } from './kernel.js';
import { dataOf } from './player/figures.js';

const SAMPLE_RATE = 8000;

/** Two seconds of silence with a click of 10 ms at 1.5 s. */
function click(): { samples: Float32Array; sampleRate: number } {
  const samples = new Float32Array(2 * SAMPLE_RATE);
  samples.fill(0.8, 1.5 * SAMPLE_RATE, 1.51 * SAMPLE_RATE);
  return { samples, sampleRate: SAMPLE_RATE };
}

/** Where in a plot of the picture the curve or the colours are at their highest or brightest, in seconds. */
function loudestAt({ png, timePlots }: DrawnPicture, plot: number, isLoud: (color: string) => boolean): number {
  const { width, height, color } = decodePng(png);
  const { left, top, width: share, height: tall, from, to } = timePlots[plot];
  const counts: number[] = [];
  for (let x = Math.ceil(left * width) + 3; x < (left + share) * width - 3; x++) {
    let count = 0;
    for (let y = Math.ceil(top * height) + 3; y < (top + tall) * height - 3; y++) count += isLoud(color(x, y)) ? 1 : 0;
    counts[x] = count;
  }
  const most = Math.max(...counts.filter((count) => count !== undefined));
  const columns = counts.flatMap((count, x) => (count > 0.9 * most ? [x + 0.5] : []));
  const middle = columns.reduce((sum, x) => sum + x, 0) / columns.length;
  return from + ((middle / width - left) / share) * (to - from);
}

const isBlue = (color: string): boolean => color === '006cc4';
const isBright = (color: string): boolean => Number.parseInt(color.slice(0, 2), 16) > 200;

describe('The picture of a player', () => {
  it('knows to a pixel where each second is: a click is drawn where it is heard', async () => {
    const waveform = await drawSound(click(), 'waveform');
    equal(waveform.timePlots.length, 1);
    const seen = loudestAt(waveform, 0, isBlue);
    ok(Math.abs(seen - 1.505) < 0.005, `the waveform's click is at ${seen} s`);
    const spectrogram = await drawSound(click(), 'spectrogram');
    const bright = loudestAt(spectrogram, 0, isBright);
    ok(Math.abs(bright - 1.505) < 0.02, `the spectrogram's click is at ${bright} s`);
  });

  it('finds the axis of time in each plot of a chart of several, with titles, labels and colour bars', async () => {
    const sound = click();
    const db = amplitudeToDb(stft(sound.samples, { nFft: 256 }).magnitude(), { ref: 'max' });
    const levels = specshow(db, { sampleRate: SAMPLE_RATE, hopLength: 64, title: 'Spectrogram', width: 300 });
    const wave = waveshow(sound, { title: 'Waveform', width: 500 });
    const ms = curves({ x: [0, 1500, 2000], y: [0, 1, 0] }, { xTitle: 'Time (ms)', width: 200 });
    const other = curves({ y: [0, 1] }, { xTitle: 'Epoch', width: 200 });
    const drawn = await drawSound(sound, vconcat([wave, hconcat([other, levels, ms])]));
    equal(drawn.timePlots.length, 3);
    ok(Math.abs(loudestAt(drawn, 0, isBlue) - 1.505) < 0.01);
    ok(Math.abs(loudestAt(drawn, 1, isBright) - 1.505) < 0.02);
    const { from, to } = drawn.timePlots[2];
    deepEqual(
      [from, to].map((end) => Number(end.toFixed(2))),
      [-0.1, 2.1],
    );
  });

  it('may be any chart over seconds', async () => {
    const labels = labelshow(click(), [0, 1, 2, 1], { hopLength: 4000 });
    const level = curves({ x: [0, 1, 2], y: [0, 1, 0] }, { xTitle: 'Time in seconds' });
    const frames = specshow(amplitudeToDb(stft(click().samples).magnitude()), { xAxis: 'time' });
    for (const chart of [labels, level, frames]) ok((await drawSound(click(), chart)).timePlots.length > 0);
  });

  it('says what is wrong with a chart without time, and with what is no picture', async () => {
    const show = (value: unknown) => picturePlayer(click(), { show: value as Spec });
    const frames = specshow(amplitudeToDb(stft(click().samples).magnitude()), { xAxis: 'frames' });
    const log = curves({ x: [1, 10], y: [0, 1] }, { xTitle: 'Time (s)', xScale: 'log' });
    for (const chart of [frames, log, curves({ y: [1, 2] })]) {
      await rejects(show(chart), (error: Error) => {
        ok(error instanceof ParameterError);
        match(error.message, /^show is a chart without an axis of time; give one .*'Time \(s\)'/);
        return true;
      });
    }
    await rejects(show('spektrogramm'), /^ParameterError: show is 'spektrogramm'; give 'waveform', 'spectrogram' or/);
    await rejects(show(7), ParameterError);
    await rejects(show({ mark: 'line' }), ParameterError);
  });
});

describe('A player with a picture', () => {
  it('is, without its script, a figure with a picture and a plain player, both with words', async () => {
    const html = await picturePlayer(click(), { show: 'waveform', title: 'A "click" <b>' });
    const [figure, script] = html.split('</div><script>');
    equal(script.split('</script>').length, 2);
    match(figure, /^<div class="onpa-player"><figure data-onpa="[^"]+"><figcaption>A &#34;click&#34; &#60;b&#62;</);
    match(figure, /<img alt="Waveform, 2 s, peak 0\.8 at 1\.5 s" width="\d+" height="\d+" /);
    match(figure, /<audio controls aria-label="A &#34;click&#34; &#60;b&#62;" src="data:audio\/wav;base64,/);
  });

  it('asks for nothing from anywhere, and runs under a policy that forbids eval', async () => {
    const html = await picturePlayer(click(), { show: 'spectrogram' });
    for (const [, url] of html.matchAll(/(?:src|href)="([^"]*)"/g)) match(url, /^data:(audio|image)\//);
    const [, script] = /<script>(.*)<\/script>$/s.exec(html)!;
    ok(!/https?:|\beval\b|\bFunction\(|\bfetch\b|XMLHttpRequest|<\/?script|import\(/.test(script));
  });

  it('is small: script and picture of a few seconds take less than 45 kB', async () => {
    const html = await picturePlayer(await load('onpa:audio/trumpet.ogg'), { show: 'spectrogram', bitDepth: '8' });
    const [sound] = /data:audio\/wav;base64,[^"]*/.exec(html)!;
    ok(html.length - sound.length < 45_000, `${html.length - sound.length} bytes`);
  });

  it('keeps a file as it is, and decodes it for the picture', async () => {
    const html = await picturePlayer('onpa:audio/reggae.flac', { show: 'waveform' });
    match(html, /aria-label="Sound: reggae\.flac" src="data:audio\/flac;base64,/);
    equal(dataOf(html)[0].seconds, 20);
    await rejects(picturePlayer(Buffer.from('OggSrest'), { show: 'waveform' }), AudioDecodeError);
    await rejects(picturePlayer('/no/such/file.wav', { show: 'waveform' }), /'\/no\/such\/file\.wav' cannot be read/);
  });

  it('comes in its place among other outputs, and a plain one at once', async () => {
    const outputs = await inKernel(async () => {
      play(click(), { title: 'first' });
      await play(click(), { show: 'waveform', title: 'second' });
      play(click());
    });
    deepEqual(
      outputs.map(({ data }) => data['text/plain']),
      ['Sound: first', 'Sound: second', 'Sound, 2 s'],
    );
    match(String(outputs[1].data['text/html']), /^<div class="onpa-player">/);
  });

  it('says of what is no audio how it begins, as it is', () => {
    throws(
      () => audioElement(Buffer.from('<a href="b">')),
      /^ParameterError: source is not WAV, .* begins with "<a h"$/,
    );
    throws(() => audioElement(Uint8Array.of(0, 10, 34, 7)), /begins with "\\u0000\\n\\"\\u0007"$/);
  });

  it('throws before it draws where the sound is empty', async () => {
    const empty = { samples: new Float32Array(0), sampleRate: SAMPLE_RATE };
    await rejects(picturePlayer(empty, { show: 'spectrogram' }), ParameterError);
  });
});
