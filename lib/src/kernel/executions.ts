import type { Executor } from './executor.js';
import type { Frontend } from './frontend.js';
import { Interrupted } from './interrupted.js';
import type { Request } from './message.js';
import type { Output } from './output.js';
import type { ShowResult } from './show-value.js';
import { describeThrown } from './thrown.js';

/** The cells to run, one after the other. */
export interface Executions {
  add(request: Request): void;
  /** Ends the cell whose code was ended by force. */
  stop(): void;
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
  let stop = () => {};
  /** The cells that are not run, because the one before has failed. */
  let aborted: Request[] | Promise<Request[]> = [];

  async function runAll(): Promise<void> {
    isRunning = true;
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      await run(request);
      abort(await aborted);
    }
    isRunning = false;
  }

  /** Runs a cell, and answers. */
  async function run(request: Request): Promise<void> {
    aborted = [];
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
      const result: ShowResult = (data, metadata = {}) => output.result(data, metadata, count);
      // Code that is ended by force takes all along that has called it, so it is called from nowhere.
      await new Promise<void>((resolve, reject) => {
        stop = () => reject(new Interrupted());
        setImmediate(() =>
          executor.execute(source, isStored ? String(count) : undefined, result).then(resolve, reject),
        );
      });
      output.end();
      reply(request, { status: 'ok', execution_count: count, user_expressions: {}, payload: [] });
    } catch (error) {
      const thrown = describeThrown(error);
      const { ename, evalue, traceback } = thrown;
      output.end();
      output.error(thrown);
      // Asked for before the answer, so that what a client sends for that answer is run.
      if (request.content.stop_on_error !== false) {
        aborted = new Promise((resolve) => frontend.afterArrived(() => resolve(waiting.splice(0))));
      }
      reply(request, { status: 'error', ename, evalue, traceback, execution_count: count, payload: [] });
    } finally {
      status('idle', request);
    }
  }

  function abort(requests: readonly Request[]): void {
    const { status, reply } = frontend;
    for (const request of requests) {
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
    stop: () => stop(),
    history: () => history,
  };
}
