import type { Executor } from './executor.js';
import type { Frontend } from './frontend.js';
import type { Request } from './message.js';
import type { Output } from './output.js';
import { describeThrown } from './thrown.js';

/** The cells to run, one after the other. */
export interface Executions {
  add(request: Request): void;
  /** What was run, from the oldest: `[session, count, source]`. */
  history(): [number, number, string][];
}

/**
 * Runs cells in the order of their requests. After one that fails, those that have arrived are not run, as with
 * ipykernel; upstream tslab drops what arrives within 200 ms, and calls it `abort`.
 */
export function createExecutions(executor: Executor, frontend: Frontend, output: Output): Executions {
  const waiting: Request[] = [];
  const history: [number, number, string][] = [];
  let count = 0;
  let isRunning = false;

  async function runAll(): Promise<void> {
    isRunning = true;
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      const isFine = await run(request);
      if (!isFine && request.content.stop_on_error !== false) await abortArrived();
    }
    isRunning = false;
  }

  /** Runs a cell, and answers; false where it failed. */
  async function run(request: Request): Promise<boolean> {
    const { code, silent, store_history } = request.content;
    const source = String(code ?? '');
    const isSilent = silent === true;
    const isStored = !isSilent && store_history !== false;
    const { status, publish, reply } = frontend;
    status('busy', request);
    if (isStored) history.push([0, ++count, source]);
    output.begin(request, isStored ? `cell [${count}]` : undefined);
    if (!isSilent) publish('execute_input', { code: source, execution_count: count }, request);
    try {
      await executor.execute(source, isStored ? String(count) : undefined, (data, metadata = {}) =>
        output.result(data, metadata, count),
      );
      output.end();
      reply(request, { status: 'ok', execution_count: count, user_expressions: {}, payload: [] });
      return true;
    } catch (error) {
      const thrown = describeThrown(error);
      const { ename, evalue, traceback } = thrown;
      output.end();
      output.error(thrown);
      arrived = new Promise((resolve) => frontend.afterArrived(() => resolve(waiting.splice(0))));
      reply(request, { status: 'error', ename, evalue, traceback, execution_count: count, payload: [] });
      return false;
    } finally {
      status('idle', request);
    }
  }

  /** What had arrived before the answer to the cell that failed. */
  let arrived = Promise.resolve<Request[]>([]);

  async function abortArrived(): Promise<void> {
    const { status, reply } = frontend;
    for (const request of await arrived) {
      status('busy', request);
      reply(request, { status: 'aborted' });
      status('idle', request);
    }
  }

  return {
    add(request) {
      waiting.push(request);
      if (!isRunning) runAll();
    },
    history: () => history,
  };
}
