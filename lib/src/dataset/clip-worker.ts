import { parentPort } from 'node:worker_threads';
import { type ClipTask, decodeClip } from './decode-clip.js';
import { isCancelled, type Reply, type Request } from './worker-messages.js';

// A thread of a worker pool: decodes one clip after the other, in the order in which they were asked for.

let last: Promise<void> = Promise.resolve();

parentPort?.on('message', (request: Request<ClipTask>) => {
  last = last.then(() => answer(request));
});

async function answer({ id, task, cancelled }: Request<ClipTask>): Promise<void> {
  if (isCancelled(cancelled)) return send({ id, cancelled: true });
  try {
    const result = await decodeClip(task);
    send(
      { id, result },
      result.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    const { name, message } = error as Error;
    send({ id, failure: { name, message } });
  }
}

function send(reply: Reply<Float32Array[]>, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(reply, transfer);
}
