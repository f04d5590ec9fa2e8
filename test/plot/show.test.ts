import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { curves, encodeWav, hconcat, ParameterError, play, renderPng, type Spec, show, waveshow } from 'onpa';
import { audioElement } from 'onpa/dist/plot/play.js';
import { isChart } from 'onpa/dist/plot/spec.js';
import { patched } from './embedded.js';
import { inKernel } from './kernel.js';

const chart = waveshow({ samples: Float32Array.of(0, 0.5, -0.5), sampleRate: 8000 }, { title: 'Three samples' });

describe('show', () => {
  it('sends one output per chart: Vega-Lite as an object, and a PNG for readers without scripts', async () => {
    const outputs = await inKernel(() => show(chart, chart));
    assert.equal(outputs.length, 2);
    const { data } = outputs[0];
    assert.deepEqual(data['application/vnd.vegalite.v5+json'], chart);
    assert.equal(Buffer.from(data['image/png'] as string, 'base64').toString('latin1', 1, 4), 'PNG');
    assert.equal(data['text/plain'], `Chart: ${chart.description}`);
  });

  it('sends with it how JupyterLab fits it into the column, and the picture’s words', async () => {
    const [{ metadata }] = await inKernel(() => show(chart));
    const { embed_options: options } = metadata['application/vnd.vegalite.v5+json'];
    assert.match(options.defaultStyle, /\.vega-embed\{[^}]*display:block/);
    assert.ok(patched(chart, options.patch));
    assert.equal(metadata['image/png'].alt, chart.description);
    assert.match(chart.description as string, /^Three samples: Waveform, .* s, peak 0\.5/);
  });

  it('does nothing outside of a notebook', async () => {
    await show(chart);
    play({ samples: Float32Array.of(0), sampleRate: 8000 });
  });

  it('writes nothing on the console', async () => {
    const { log, warn, error } = console;
    const heard: unknown[] = [];
    console.log = console.warn = console.error = (...text: unknown[]) => heard.push(text);
    try {
      await inKernel(() => show(chart));
    } finally {
      Object.assign(console, { log, warn, error });
    }
    assert.deepEqual(heard, []);
  });

  it('says so where a spec cannot be drawn', async () => {
    const broken: Spec = { ...chart, transform: [{ calculate: 'nothing.like.this', as: 'time' }] };
    await assert.rejects(
      inKernel(() => show(broken)),
      /nothing|field|undefined/,
    );
  });
});

describe('a chart', () => {
  it('is known among other values by its schema', () => {
    for (const spec of [chart, hconcat([chart, chart]), curves({ y: [1, 2] })]) assert.ok(isChart(spec));
    const others = [
      undefined,
      null,
      'chart',
      [],
      {},
      { mark: 'line' },
      { $schema: 5 },
      { $schema: 'https://vega.github.io/schema/vega/v5.json' },
    ];
    for (const value of others) assert.ok(!isChart(value), String(value));
  });
});

describe('renderPng', () => {
  it('draws twice as large on request', async () => {
    const width = async (scale: number): Promise<number> =>
      Buffer.from(await renderPng(chart, { scale })).readUInt32BE(16);
    assert.equal(await width(2), 2 * (await width(1)));
  });

  it('draws text without any font of the system', async () => {
    const sizes = await Promise.all([
      renderPng(curves({ y: [1, 2] })),
      renderPng(curves({ y: [1, 2] }, { title: 'Text' })),
    ]);
    assert.ok(sizes[1].length > sizes[0].length + 100);
  });
});

describe('play', () => {
  const samples = Float32Array.from({ length: 800 }, (_, i) => Math.sin(i / 3) / 2);
  const wave = { samples, sampleRate: 8000 };

  it('puts a waveform into the notebook as a WAV file with a player', async () => {
    const [{ data }] = await inKernel(() => play(wave));
    const [, base64] =
      /<audio controls aria-label="Sound, 0.1 s" src="data:audio\/wav;base64,([^"]+)">/.exec(
        data['text/html'] as string,
      ) ?? [];
    assert.deepEqual(
      new Uint8Array(Buffer.from(base64, 'base64')),
      new Uint8Array(encodeWav(wave, { bitDepth: '16' })),
    );
  });

  it('takes half the size with 8 bits', () => {
    const [full, half] = (['16', '8'] as const).map((bitDepth) => audioElement(wave, { bitDepth }).length);
    assert.ok(half < 0.56 * full);
  });

  it('keeps a file as it is, under the type that its first bytes tell', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'play-'));
    try {
      for (const [head, type] of [
        ['OggS', 'ogg'],
        ['fLaC', 'flac'],
        ['ID3', 'mpeg'],
        ['\xff\xfb', 'mpeg'],
      ]) {
        const file = path.join(folder, 'sound');
        writeFileSync(file, Buffer.from(`${head}rest`, 'latin1'));
        const base64 = Buffer.from(`${head}rest`, 'latin1').toString('base64');
        assert.ok(audioElement(file).includes(`data:audio/${type};base64,${base64}`));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('escapes its title', () => {
    assert.ok(audioElement(wave, { title: '<b>&' }).includes('<figcaption>&#60;b&#62;&#38;</figcaption>'));
  });

  it('names what is wrong with its source', () => {
    assert.throws(() => audioElement('/no/such/file.wav'), /'\/no\/such\/file\.wav' cannot be read/);
    assert.throws(() => audioElement(Buffer.from('text')), ParameterError);
    assert.throws(() => audioElement({ samples: new Float32Array(0), sampleRate: 8000 }), ParameterError);
  });
});
