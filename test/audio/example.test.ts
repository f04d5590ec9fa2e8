import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AudioDecodeError, type ExampleName, example, exampleCredit, load } from 'onpa';
import { sendEndlessly } from '../endless.js';
import { audio, inRepository } from '../fixtures.js';
import { withServer } from './server.js';

const FILE = 'sorohanro_-_solo-trumpet-06.ogg';
const NOWHERE = 'http://127.0.0.1:1';

describe('example', () => {
  const before = { ...process.env };
  let cache = '';
  const cached = () => path.join(cache, 'librosa', FILE);

  beforeEach(async () => {
    cache = await mkdtemp(path.join(tmpdir(), 'onpa-'));
    process.env.ONPA_CACHE = cache;
    process.env.ONPA_LIBROSA_URL = NOWHERE;
  });
  afterEach(async () => {
    for (const name of ['ONPA_CACHE', 'ONPA_LIBROSA_URL']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await rm(cache, { recursive: true });
  });

  it('takes a recording from the cache, without the network', async () => {
    await mkdir(path.dirname(cached()));
    await writeFile(cached(), await readFile(audio('trumpet.ogg')));
    assert.equal(await example('trumpet'), cached());
  });

  it('downloads a recording once, whole, into the cache', async () => {
    const bytes = await readFile(audio('trumpet.ogg'));
    const asked: (string | undefined)[] = [];
    await withServer(
      (request, response) => {
        asked.push(request.url);
        response.end(bytes);
      },
      async (url) => {
        process.env.ONPA_LIBROSA_URL = `${url}/audio`;
        assert.equal(await example('trumpet'), cached());
        assert.equal(await example('trumpet'), cached());
      },
    );
    assert.deepEqual(asked, [`/audio/${FILE}`]);
    assert.deepEqual(await readFile(cached()), bytes);
    assert.deepEqual(await readdir(path.dirname(cached())), [FILE]);
    assert.match(exampleCredit(cached()), /Sorohan.*CC BY 3\.0/);
  });

  it('downloads a damaged recording again', async () => {
    const bytes = await readFile(audio('trumpet.ogg'));
    await mkdir(path.dirname(cached()));
    await writeFile(cached(), bytes.subarray(0, 5000));
    await withServer(
      (_, response) => response.end(bytes),
      async (url) => {
        process.env.ONPA_LIBROSA_URL = url;
        assert.deepEqual(await readFile(await example('trumpet')), bytes);
      },
    );
  });

  it('keeps nothing of a download with another checksum', async () => {
    await withServer(
      (_, response) => response.end('something else'),
      async (url) => {
        process.env.ONPA_LIBROSA_URL = url;
        await assert.rejects(example('trumpet'), { name: 'AudioDecodeError', message: /SHA-256/ });
      },
    );
    assert.deepEqual(await readdir(cache, { recursive: true }), []);
  });

  it('keeps nothing of a download that breaks off', async () => {
    await withServer(
      (_, response) => {
        response.writeHead(200, { 'Content-Length': 27019 });
        response.write(Buffer.alloc(1000), () => response.destroy());
      },
      async (url) => {
        process.env.ONPA_LIBROSA_URL = url;
        await assert.rejects(example('vibeace'), { name: 'AudioDecodeError', message: /vibeace/ });
      },
    );
    assert.deepEqual(await readdir(cache, { recursive: true }), []);
  });

  it('shows a name and a password in ONPA_LIBROSA_URL to its server alone', async () => {
    const asked: (string | undefined)[] = [];
    await withServer(
      ({ headers }, response) => {
        asked.push(headers.authorization);
        response.writeHead(404).end();
      },
      async (elsewhere) => {
        await withServer(
          ({ headers, url }, response) => {
            asked.push(headers.authorization);
            response.writeHead(302, { Location: elsewhere + url }).end();
          },
          async (url) => {
            process.env.ONPA_LIBROSA_URL = url.replace('//', '//me:password@');
            await assert.rejects(example('vibeace'), (error: Error) => {
              assert.match(error.message, /cannot be downloaded: the server answers 404 Not Found$/);
              assert.ok(!error.message.includes('password'));
              return true;
            });
          },
        );
      },
    );
    assert.deepEqual(asked, [`Basic ${Buffer.from('me:password').toString('base64')}`, undefined]);
  });

  it('keeps nothing of a download that does not end', async () => {
    await withServer(
      (_, response) => sendEndlessly(response),
      async (url) => {
        process.env.ONPA_LIBROSA_URL = url;
        await assert.rejects(example('vibeace'), { name: 'AudioDecodeError', message: /longer than 67108864 bytes$/ });
        assert.deepEqual(await readdir(cache), []);
      },
    );
  });

  it('says which folder cannot keep a download, and what to set', async () => {
    const bytes = await readFile(audio('trumpet.ogg'));
    await writeFile(path.join(cache, 'librosa'), 'a file in the way');
    await withServer(
      (_, response) => response.end(bytes),
      async (url) => {
        process.env.ONPA_LIBROSA_URL = url;
        await assert.rejects(example('trumpet'), { name: 'AudioDecodeError', message: /librosa: .*ONPA_CACHE/ });
      },
    );
  });

  it('without cache and network is the embedded trumpet, and says whose it is', async () => {
    const file = await example('trumpet');
    assert.equal(file, inRepository('data', 'audio', 'trumpet.ogg'));
    const { samples, sampleRate } = await load(file);
    assert.equal(sampleRate, 22050);
    assert.equal(samples.length, 116865);
    assert.match(exampleCredit(file), /not the recording/);
  });

  it('is the embedded trumpet where the server answers with an error', async () => {
    await withServer(
      (_, response) => response.writeHead(503).end(),
      async (url) => {
        process.env.ONPA_LIBROSA_URL = url;
        assert.equal(await example('trumpet'), inRepository('data', 'audio', 'trumpet.ogg'));
      },
    );
  });

  it('without cache and network is the beginning of the embedded reading, and says that it is a part', async () => {
    const file = await example('libri3');
    assert.equal(file, inRepository('data', 'audio', 'speech.ogg'));
    const { samples, sampleRate } = await load(file, { sampleRate: null });
    assert.equal(sampleRate, 22050);
    assert.ok(Math.abs(samples.length / sampleRate - 8.3) < 0.05);
    assert.match(exampleCredit(file), /Heather Barnett.*LibriSpeech.*CC BY 4\.0.*first 8\.3 s/);
  });

  it('without cache and network has the very samples of the recording that begins so', async () => {
    const part = await load(await example('libri3'), { sampleRate: null, duration: 1 });
    const whole = await load(audio('libri.ogg'), { sampleRate: null, duration: 1 });
    assert.deepEqual(part.samples, whole.samples);
  });

  it('says that a recording without an embedded one cannot be had', async () => {
    await assert.rejects(example('vibeace'), { name: 'AudioDecodeError', message: /'vibeace' is not in the cache/ });
    await assert.rejects(example('vibeace'), AudioDecodeError);
  });

  it('credits nobody for a file that it does not know', () => {
    assert.throws(() => exampleCredit('mine.ogg'), { name: 'ParameterError', message: /mine\.ogg/ });
  });

  it('names the recordings that there are', async () => {
    await assert.rejects(example('trombone' as ExampleName), {
      name: 'ParameterError',
      message: /trombone.*trumpet.*libri3.*nutcracker.*vibeace/,
    });
  });
});
