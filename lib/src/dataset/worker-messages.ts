/** What a pool sends to its workers: a task, and the flag that calls it off. */
export interface Request<Task> {
  id: number;
  task: Task;
  /** One Int32; not 0 once nobody wants the result any more. */
  cancelled: SharedArrayBuffer;
}

/** What a worker answers. */
export type Reply<Result> = { id: number } & (
  | { result: Result }
  | { cancelled: true }
  /** An error's class is lost on its way; `name` tells it. */
  | { failure: { name: string; message: string } }
);

/** Whether a task was called off. */
export function isCancelled(flag: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(flag), 0) !== 0;
}
