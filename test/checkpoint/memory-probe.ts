import { openCheckpoint, saveSafetensors } from 'onpa';
import { peakMemory, resetPeakMemory } from '../../bench/memory.js';

/** Reads or writes a large file in a process of its own, and tells how much memory that took. */

/** What {@link probe} prints. */
export interface Probe {
  /** From before the work to its peak, in bytes. */
  growth: number;
  /** The first and the last number of each tensor. */
  ends: Record<string, [first: number, last: number]>;
}

async function read(path: string, tensors: Map<string, Float32Array>): Promise<void> {
  const file = await openCheckpoint(path);
  for (const name of file.tensors.keys()) tensors.set(name, file.float32(name));
  file.close();
}

async function write(path: string, tensors: Map<string, Float32Array>): Promise<void> {
  await saveSafetensors(path, new Map(Array.from(tensors, ([name, data]) => [name, { shape: [data.length], data }])));
}

async function probe(task: string, path: string): Promise<Probe> {
  const tensors = new Map<string, Float32Array>();
  // Six tensors of 16 MB.
  if (task === 'write') for (let i = 0; i < 6; i++) tensors.set(`layer.${i}`, new Float32Array(4_000_000).fill(1));
  resetPeakMemory();
  const before = process.memoryUsage.rss();
  if (task === 'read') await read(path, tensors);
  else await write(path, tensors);
  const growth = peakMemory() * 1e6 - before;
  return { growth, ends: Object.fromEntries(Array.from(tensors, ([name, x]) => [name, [x[0], x[x.length - 1]]])) };
}

probe(process.argv[2], process.argv[3]).then((result) => console.log(JSON.stringify(result)));
