import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { isCancelled, type Reply, type Request } from 'onpa/dist/dataset/worker-messages.js';

/** What the tests of the pool let a thread do. */
export interface Job {
  file: string;
  work: 'answer' | 'exit' | 'throw' | 'wait' | 'note' | 'fail';
  /** One Int32: 'wait' blocks the thread until it is 1. */
  gate?: SharedArrayBuffer;
}

parentPort?.on('message', ({ id, task, cancelled }: Request<Job>) => {
  const send = (reply: Reply<string>) => parentPort?.postMessage(reply);
  if (isCancelled(cancelled)) return send({ id, cancelled: true });
  if (task.work === 'exit') process.exit(7);
  if (task.work === 'throw') throw new Error('out of order');
  if (task.work === 'fail')
    return send({ id, failure: { name: 'AudioDecodeError', message: `${task.file} is no sound` } });
  if (task.work === 'note') writeFileSync(task.file, 'worked on');
  if (task.gate) Atomics.wait(new Int32Array(task.gate), 0, 0);
  return send({ id, result: task.file });
});
