import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FromThread, ThreadData, ToThread } from './channels.js';
import { log } from './log.js';
import type { Parent, Request } from './message.js';

/** The clients of the kernel, as the main thread sees them. */
export interface Frontend {
  /** Sends to all clients. */
  publish(type: string, content: object, parent: Parent): void;
  /** Sends text of a cell to all clients. */
  write(name: 'stdout' | 'stderr', text: string, parent: Parent): void;
  /** Answers a request of the shell channel. */
  reply(request: Request, content: object): void;
  status(state: 'busy' | 'idle', request: Request): void;
  /** Calls back after every request that had arrived by now. */
  afterArrived(callback: () => void): void;
  /** The wish to stop was heard. */
  heardInterrupt(): void;
}

/** How long sending what is left may take at the end, in ms. */
const LAST_WORDS = 1000;

/** What comes from the clients. */
export interface Listener {
  onRequest(request: Request): void;
  /** The code that ran was ended by force; what waits for it waits for nothing. */
  onStop(): void;
}

/**
 * Starts the thread that talks to Jupyter.
 *
 * @param info - the content of a `kernel_info_reply`
 */
export function connect(connectionFile: string, info: object, { onRequest, onStop }: Listener): Frontend {
  const closed = new Int32Array(new SharedArrayBuffer(4));
  const data: ThreadData = { connection: JSON.parse(readFileSync(connectionFile, 'utf8')), info, closed };
  const thread = new Worker(join(__dirname, 'channels.js'), { workerData: data });
  const send = (message: ToThread) => thread.postMessage(message);
  const marks: (() => void)[] = [];
  thread.on('message', (message: FromThread) => {
    if (message.type === 'request') onRequest(message.request);
    else if (message.type === 'mark') marks.shift()?.();
    else if (message.type === 'stop') onStop();
    else process.exit();
  });
  process.on('exit', () => {
    send({ type: 'close' });
    Atomics.wait(closed, 0, 0, LAST_WORDS);
  });
  thread.on('error', (error) => {
    log(`The kernel has lost Jupyter: ${error.stack}`);
    process.exit(1);
  });
  const publish = (type: string, content: object, parent: Parent) =>
    send({ channel: 'iopub', type, parent: addressee(parent), content: JSON.stringify(content) });
  return {
    publish,
    write: (name, text, parent) =>
      send({ channel: 'iopub', type: 'stream', name, parent: addressee(parent), content: text }),
    reply: (request, content) =>
      send({
        channel: 'shell',
        type: request.header.msg_type.replace(/_request$/, '_reply'),
        parent: addressee(request),
        content: JSON.stringify(content),
      }),
    status: (state, request) => publish('status', { execution_state: state }, request),
    afterArrived(callback) {
      marks.push(callback);
      send({ type: 'mark' });
    },
    heardInterrupt: () => send({ type: 'heard' }),
  };
}

/** Without the content, which is not sent back. */
function addressee({ identities, header }: Parent): Parent {
  return { identities, header };
}
