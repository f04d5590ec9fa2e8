import assert from 'node:assert/strict';
import { StftStream } from 'onpa';
import { collectGarbage } from '../collect-garbage.js';

describe('The memory of a StftStream', () => {
  it('is as large after an hour as after a minute', async () => {
    const rate = 8000;
    const piece = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i / 10));
    const stream = new StftStream({ nFft: 512, hopLength: 256 });
    const pushFor = (seconds: number): number => {
      let frames = 0;
      for (let at = 0; at < seconds * rate; at += piece.length) frames += stream.push(piece).columns;
      return frames;
    };
    const held = async () => {
      await collectGarbage(3);
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    pushFor(60);
    const before = await held();
    assert.equal(pushFor(3540), (3540 * rate) / 256);
    assert.ok((await held()) - before < 1e6);
  });
});
