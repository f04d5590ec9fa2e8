import type { Executions } from './executions.js';
import type { Executor } from './executor.js';
import type { Frontend } from './frontend.js';
import type { Request } from './message.js';
import { describeThrown } from './thrown.js';
import { converter } from './tslab.js';

/**
 * Answers what comes by the shell channel. Cells wait for each other; all else is answered at once, or as soon as the
 * cell that runs waits for something, for it changes nothing.
 */
export function createRequestHandler(
  executor: Executor,
  executions: Executions,
  frontend: Frontend,
): (request: Request) => void {
  /** The content of the reply; undefined where there is none. */
  function answer({ header, content }: Request): object | undefined {
    const source = String(content.code ?? '');
    const position = typeof content.cursor_pos === 'number' ? content.cursor_pos : [...source].length;
    switch (header.msg_type) {
      case 'is_complete_request': {
        const { completed, indent } = converter.isCompleteCode(source);
        return completed ? { status: 'complete' } : { status: 'incomplete', indent: indent ?? '' };
      }
      case 'inspect_request': {
        const info = executor.inspect(source, position);
        const data = info ? { 'text/plain': info.text, 'text/markdown': info.markdown } : {};
        return { status: 'ok', found: Boolean(info), data, metadata: {} };
      }
      case 'complete_request': {
        const { start, end, candidates, kinds } = executor.complete(source, position);
        // JupyterLab shows a letter for each kind.
        const types = candidates.map((text, i) => ({ text, type: kinds[i], start, end }));
        const metadata = { _jupyter_types_experimental: types };
        return { status: 'ok', matches: candidates, cursor_start: start, cursor_end: end, metadata };
      }
      case 'history_request':
        return { status: 'ok', history: pastOf(executions.history(), content) };
      // Widgets of Python's kind are not supported: there are none, and none can be opened.
      case 'comm_info_request':
        return { status: 'ok', comms: {} };
      default:
        return undefined;
    }
  }

  return (request) => {
    const { header, content } = request;
    if (header.msg_type === 'execute_request') return executions.add(request);
    const { status, reply, publish } = frontend;
    status('busy', request);
    try {
      const answered = answer(request);
      if (answered) reply(request, answered);
      else if (header.msg_type === 'comm_open') publish('comm_close', { comm_id: content.comm_id, data: {} }, request);
    } catch (error) {
      const { ename, evalue, traceback } = describeThrown(error);
      reply(request, { status: 'error', ename, evalue, traceback });
    }
    status('idle', request);
  };
}

/** The newest cells, in the form that a `history_request` asks for. */
function pastOf(past: readonly [number, number, string][], content: Record<string, unknown>): unknown[] {
  const { hist_access_type: type, n, output, start = 0, stop = Number.POSITIVE_INFINITY } = content;
  const wanted =
    type === 'range'
      ? past.filter(([, count]) => count >= Number(start) && count < Number(stop ?? Number.POSITIVE_INFINITY))
      : past.slice(typeof n === 'number' ? -n : 0);
  return output === true ? wanted.map(([session, count, source]) => [session, count, [source, null]]) : wanted;
}
