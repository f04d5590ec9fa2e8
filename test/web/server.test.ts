import { deepEqual, equal } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveFolders } from './page.js';

describe('the server of the page', () => {
  it('gives files of its folders, and no others', async () => {
    const work = mkdtempSync(join(tmpdir(), 'onpa-web-'));
    for (const name of ['page', 'model']) mkdirSync(join(work, name));
    writeFileSync(join(work, 'secret.txt'), 'secret');
    writeFileSync(join(work, 'page', 'index.html'), '<title>page');
    writeFileSync(join(work, 'model', 'config.json'), '{}');
    const folders = { '/models/mine/': join(work, 'model'), '/': join(work, 'page') };
    const { server, address } = await serveFolders(folders);
    try {
      /** As it is written: fetch would tidy the path. */
      const ask = async (path: string, method = 'GET') => {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          request(`${address}`, { path, method }, resolve).on('error', reject).end();
        });
        answer.resume();
        return [answer.statusCode, answer.headers['content-type']];
      };
      deepEqual(await ask('/?model=mine'), [200, 'text/html; charset=utf-8']);
      deepEqual(await ask('/models/mine/config.json'), [200, 'application/json']);
      deepEqual(await ask('/models/mine/config.json', 'POST'), [405, undefined]);
      for (const path of ['/../secret.txt', '/models/mine/..%2f..%2fsecret.txt', '/%2e%2e/secret.txt', '/none', '/%']) {
        equal((await ask(path))[0], 404, path);
      }
    } finally {
      server.close();
      rmSync(work, { recursive: true });
    }
  });
});
