import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { load } from 'onpa';
import { sendBomb, sendEndlessly } from '../endless.js';
import { audio } from '../fixtures.js';
import { withServer } from './server.js';

describe('load of a URL', () => {
  it('says that a URL is none, and follows no redirect to what is none', async () => {
    for (const url of ['http://', 'http://[']) {
      await assert.rejects(load(url), { name: 'AudioDecodeError', message: /cannot be downloaded/ });
    }
    for (const Location of ['http://[', 'file:///etc/hostname', 'data:audio/wav;base64,AAAA', 'ftp://127.0.0.1/a']) {
      await withServer(
        (_, response) => response.writeHead(302, { Location }).end(),
        async (url) => {
          const message = /a\.wav cannot be downloaded: 127\S+ sends to an address that is none of the web/;
          await assert.rejects(load(`${url}/a.wav`), { name: 'AudioDecodeError', message });
        },
      );
    }
    await withServer(
      (_, response) => response.writeHead(302, { Location: '/a.wav' }).end(),
      async (url) => {
        await assert.rejects(load(`${url}/a.wav`), { name: 'AudioDecodeError', message: /redirects in circles/ });
      },
    );
  });

  it('shows a name and a password in a URL to its server alone, and to nobody in a message', async () => {
    const bytes = await readFile(audio('flac-16.flac'));
    const [here, there]: (string | undefined)[][] = [[], []];
    const basic = `Basic ${Buffer.from('me:p@ss/word').toString('base64')}`;
    await withServer(
      ({ headers, url }, response) => {
        there.push(headers.authorization, headers.cookie, headers.referer, url);
        response.end(bytes);
      },
      async (elsewhere) => {
        await withServer(
          ({ headers, url }, response) => {
            here.push(headers.authorization);
            response.setHeader('Set-Cookie', 'session=secret');
            if (url!.startsWith('/missing')) response.writeHead(404, basic).end();
            else if (url!.startsWith('/within')) response.writeHead(307, { Location: '/a.flac?signature=1' }).end();
            else response.writeHead(Number(url!.slice(1, 4)) || 302, { Location: `${elsewhere}/b` }).end();
          },
          async (url) => {
            const named = url.replace('//', '//me:p%40ss%2Fword@');
            for (const status of [301, 302, 303, 307, 308]) await load(`${named}/${status}?signature=1`);
            await load(`${named}/within`);
            const error = (await load(`${named}/missing.wav?signature=1`).catch((reason) => reason)) as Error;
            assert.equal(error.message, `${url}/missing.wav?… cannot be downloaded: the server answers 404 Basic …`);
          },
        );
      },
    );
    assert.deepEqual(new Set(here), new Set([basic]));
    assert.deepEqual(new Set(there), new Set([undefined, '/b']));
  });

  it('downloads no more than maxBytes, packed or not, and names the option', async () => {
    const message = /a\.wav cannot be downloaded: it is longer than 1000000 bytes; the option maxBytes allows more/;
    const answers: RequestListener[] = [
      (_, response) => response.writeHead(200, { 'Content-Length': 2_000_000 }).flushHeaders(),
      (_, response) => sendEndlessly(response),
      (_, response) => sendBomb(response, 2_000_000),
    ];
    for (const answer of answers) {
      await withServer(answer, async (url) => {
        await assert.rejects(load(`${url}/a.wav`, { maxBytes: 1_000_000 }), { name: 'AudioDecodeError', message });
      });
    }
  });

  it('waits no longer than timeout for a server that is silent or drips, and names the option', async () => {
    await withServer(
      () => {},
      async (url) => {
        const message = /a\.wav cannot be downloaded: no answer within 0\.05 s; the option timeout allows more/;
        await assert.rejects(load(`${url}/a.wav`, { timeout: 50 }), { name: 'AudioDecodeError', message });
      },
    );
    const drip = (response: ServerResponse): void => {
      if (!response.destroyed) response.write('RIFF', () => setTimeout(drip, 5, response));
    };
    await withServer(
      (_, response) => drip(response),
      async (url) => {
        const message =
          /a\.wav cannot be downloaded: no (answer|65536 bytes) within 0\.1 s; the option timeout allows more/;
        await assert.rejects(load(`${url}/a.wav`, { timeout: 100 }), { name: 'AudioDecodeError', message });
      },
    );
  });

  it('refuses limits that are none before it asks', async () => {
    await assert.rejects(load('http://127.0.0.1:1/a.wav', { maxBytes: 0 }), { message: /^maxBytes is 0/ });
    await assert.rejects(load('http://127.0.0.1:1/a.wav', { timeout: Number.NaN }), { message: /^timeout is NaN/ });
  });
});
