import { Worker } from 'node:worker_threads';
import { AudioDecodeError, DatasetError } from '../errors.js';
import { isCancelled, type Reply, type Request } from './worker-messages.js';

/** Threads that work on tasks. They start when there is something to do, and do not keep the process alive without. */
export interface WorkerPool<Task extends { file: string }, Result> {
  /**
   * @param cancelled - one Int32; set to 1, a task that has not begun is left out
   * @returns undefined if the task was left out
   * @throws AudioDecodeError if the worker threw one; DatasetError for everything else, and if the thread ends
   */
  run(task: Task, cancelled: SharedArrayBuffer): Promise<Result | undefined>;
  /** Ends the threads; what they work on is left out. */
  close(): Promise<void>;
}

interface Job<Task, Result> extends Request<Task> {
  resolve(result: Result | undefined): void;
  reject(error: Error): void;
}

interface Thread<Task, Result> {
  worker: Worker;
  /** In the order in which the thread works on them. */
  jobs: Map<number, Job<Task, Result>>;
}

/**
 * A pool of at most `size` threads that run `file`, compiled, which answers each {@link Request} with a {@link Reply}.
 *
 * Tasks go to the threads at once, not when one is free: while this thread computes, it could not hand out any.
 */
export function workerPool<Task extends { file: string }, Result>(
  file: string,
  size: number,
): WorkerPool<Task, Result> {
  const threads = new Set<Thread<Task, Result>>();
  let count = 0;

  function start(): Thread<Task, Result> {
    const worker = new Worker(file);
    const thread: Thread<Task, Result> = { worker, jobs: new Map() };
    let reason = '';
    worker.on('message', (reply: Reply<Result>) => settle(thread, reply));
    worker.on('error', (error) => {
      reason = String(error?.message ?? error);
    });
    worker.on('exit', (code) => lose(thread, reason || `exit code ${code}`));
    worker.unref();
    threads.add(thread);
    return thread;
  }

  function post(job: Job<Task, Result>): void {
    let thread = [...threads].reduce<Thread<Task, Result> | undefined>(
      (least, other) => (least && least.jobs.size <= other.jobs.size ? least : other),
      undefined,
    );
    if (!thread || (thread.jobs.size > 0 && threads.size < size)) thread = start();
    thread.jobs.set(job.id, job);
    thread.worker.ref();
    const { id, task, cancelled } = job;
    thread.worker.postMessage({ id, task, cancelled } satisfies Request<Task>);
  }

  function settle(thread: Thread<Task, Result>, reply: Reply<Result>): void {
    const job = thread.jobs.get(reply.id);
    if (!job) return;
    thread.jobs.delete(reply.id);
    if (thread.jobs.size === 0) thread.worker.unref();
    if ('result' in reply) job.resolve(reply.result);
    else if ('cancelled' in reply) job.resolve(undefined);
    else job.reject(restore(reply.failure, job.task.file));
  }

  /** The first of its jobs was the one that the thread worked on; others go to another. */
  function lose(thread: Thread<Task, Result>, reason: string): void {
    threads.delete(thread);
    const [first, ...others] = thread.jobs.values();
    thread.jobs.clear();
    first?.reject(new DatasetError(`the thread that decoded ${first.task.file} has ended: ${reason}`));
    for (const job of others) {
      if (isCancelled(job.cancelled)) job.resolve(undefined);
      else post(job);
    }
  }

  return {
    run: (task, cancelled) =>
      new Promise((resolve, reject) => {
        count += 1;
        post({ id: count, task, cancelled, resolve, reject });
      }),
    async close() {
      const ending = [...threads];
      threads.clear();
      for (const { jobs } of ending) {
        for (const job of jobs.values()) job.resolve(undefined);
        jobs.clear();
      }
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}

function restore({ name, message }: { name: string; message: string }, file: string): Error {
  if (name === 'AudioDecodeError') return new AudioDecodeError(message);
  return new DatasetError(`${file} cannot be prepared: ${message}`);
}
