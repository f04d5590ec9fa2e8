import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { pushFiles } from 'onpa/dist/hub/push/push-files.js';
import { peakMemory, resetPeakMemory } from '../../bench/memory.js';

/** Pushes a file of so many bytes in a process of its own, and prints how many bytes of memory that took. */

async function write(folder: string): Promise<void> {
  const file = await open(join(folder, 'model.safetensors'), 'w');
  // A hole, which takes no room on the disk.
  await file.truncate(Number(process.argv[3]));
  await file.close();
}

resetPeakMemory();
const before = process.memoryUsage.rss();
pushFiles(process.argv[2], write).then(() => console.log(peakMemory() * 1e6 - before));
