import { deepEqual, equal } from 'node:assert/strict';
import { contentPart, totalOf } from 'onpa/dist/hub/download/content-part.js';

const answer = (status: number, headers: Record<string, string>): Response => new Response('', { status, headers });
const range = (text: string): Response => answer(206, { 'Content-Range': text });

describe('the part of a file that an answer holds', () => {
  it('is all of it, of the length that is said', () => {
    deepEqual(contentPart(answer(200, { 'Content-Length': '700' })), { start: 0, end: 700, total: 700 });
    deepEqual(contentPart(answer(200, {})), { start: 0, end: undefined, total: undefined });
    deepEqual(contentPart(answer(200, { 'Content-Length': '700', 'Content-Encoding': 'gzip' })), {
      start: 0,
      end: undefined,
      total: undefined,
    });
  });

  it('is what the range says', () => {
    deepEqual(contentPart(range('bytes 200-699/700')), { start: 200, end: 700, total: 700 });
    deepEqual(contentPart(range('Bytes 200-299/*')), { start: 200, end: 300, total: undefined });
  });

  it('is unknown where the range makes no sense', () => {
    for (const text of [
      'bytes 200-',
      'bytes 700000-',
      'bytes 5-4/700',
      'bytes 200-700/700',
      'bytes */700',
      'items 200-699/700',
      '200-699/700',
      'bytes 200-699',
      'bytes=200-699/700',
      'bytes 99999999999999999999-99999999999999999999/*',
      'bytes 1-2/99999999999999999999',
      'bytes 0-1/4, 2-3/4',
    ]) {
      equal(contentPart(range(text)), undefined, text);
    }
    equal(contentPart(answer(206, {})), undefined);
    equal(contentPart(answer(206, { 'Content-Type': 'multipart/byteranges; boundary=x' })), undefined);
    equal(contentPart(answer(206, { 'Content-Range': 'bytes 0-1/2', 'Content-Encoding': 'gzip' })), undefined);
  });

  it('may be none, of a file of a known length', () => {
    equal(totalOf(answer(416, { 'Content-Range': 'bytes */700' })), 700);
    for (const text of ['bytes */*', 'bytes 1-2/3', '*/700']) {
      equal(totalOf(answer(416, { 'Content-Range': text })), undefined);
    }
  });
});
