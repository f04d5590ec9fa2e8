import { trimMemory } from 'onpa/dist/trim-memory.js';

/** A process of its own, with --expose-gc, that prints its memory before and after memory that is free is given back. */

function main(): void {
  trimMemory();
  let arrays = Array.from({ length: 100 }, () => new Float32Array(1e6).fill(1));
  arrays = [];
  global.gc!();
  const before = process.memoryUsage.rss();
  trimMemory();
  process.stdout.write(JSON.stringify([before, process.memoryUsage.rss(), arrays.length]));
}

main();
