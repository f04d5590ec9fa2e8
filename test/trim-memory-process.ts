import { setImmediate } from 'node:timers/promises';
import { trimMemory, trimMemorySoon } from 'onpa/dist/trim-memory.js';

/** A process of its own, with --expose-gc, that prints its memory before and after memory that is free is given back. */

const ways: Record<string, () => unknown> = {
  afterBatch: trimMemory,
  soon: () => {
    trimMemorySoon();
    return setImmediate();
  },
};

async function main(way: string): Promise<void> {
  trimMemory();
  let arrays = Array.from({ length: 100 }, () => new Float32Array(1e6).fill(1));
  arrays = [];
  global.gc!();
  const before = process.memoryUsage.rss();
  await ways[way]();
  process.stdout.write(JSON.stringify([before, process.memoryUsage.rss(), arrays.length]));
}

void main(process.argv[2]);
