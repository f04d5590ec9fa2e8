import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { audio } from '../fixtures.js';
import { bundled } from './bundled.js';

const { mp3Delay } = bundled<{ mp3Delay(file: Blob): Promise<number> }>('mp3-delay.ts');

describe('the silence before the sound of an MP3 file', () => {
  /** A first frame as LAME writes it: 576 samples before the sound, 1,000 after it. */
  const frame = (flags: number, parts: number) =>
    Buffer.concat([
      Buffer.from([0xff, 0xfb, 0x90, 0x64, ...new Array(32).fill(0)]),
      Buffer.from(`Info\0\0\0${String.fromCharCode(flags)}`, 'latin1'),
      Buffer.alloc(parts),
      Buffer.from('LAME3.100'.padEnd(21, '\0'), 'latin1'),
      Buffer.from([576 >> 4, ((576 & 15) << 4) | (1000 >> 8), 1000 & 255]),
    ]);

  it('is that of encoder and decoder, whichever parts its header has, also behind a tag', async () => {
    equal(await mp3Delay(new Blob([frame(15, 112)])), 576 + 529);
    equal(await mp3Delay(new Blob([frame(1, 4)])), 576 + 529);
    const tag = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 2, 44, ...new Array(300).fill(1)]);
    equal(await mp3Delay(new Blob([tag, frame(15, 112)])), 576 + 529);
  });

  it('is none where the file says nothing of it', async () => {
    equal(await mp3Delay(new Blob([readFileSync(audio('mp3-bare.mp3'))])), 0);
    equal(await mp3Delay(new Blob(['Info'])), 0);
    equal(await mp3Delay(new Blob([])), 0);
  });
});
