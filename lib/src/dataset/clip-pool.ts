import { join } from 'node:path';
import { type ClipTask, decodeClip } from './decode-clip.js';
import { isCancelled } from './worker-messages.js';
import { type WorkerPool, workerPool } from './worker-pool.js';

type ClipPool = WorkerPool<ClipTask, Float32Array[]>;

/** The pools in use, by their number of threads: all data sets share them. */
const shared = new Map<number, { pool: ClipPool; users: number }>();

/** Decodes in the calling thread. */
const here: ClipPool = {
  run: async (task, cancelled) => (isCancelled(cancelled) ? undefined : decodeClip(task)),
  close: async () => {},
};

/** The pool of `size` threads. Its `close` ends the threads once everyone has called it who was given the pool. */
export function clipPool(size: number): ClipPool {
  if (size === 0) return here;
  const entry = shared.get(size) ?? { pool: workerPool(join(__dirname, 'clip-worker.js'), size), users: 0 };
  shared.set(size, entry);
  entry.users += 1;
  let open = true;
  return {
    run: entry.pool.run,
    async close() {
      if (!open) return;
      open = false;
      entry.users -= 1;
      if (entry.users > 0) return;
      shared.delete(size);
      await entry.pool.close();
    },
  };
}
