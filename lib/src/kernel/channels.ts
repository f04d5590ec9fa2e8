// A thread of its own talks to Jupyter. So what a cell writes arrives, and a wish to stop or end is heard, while it
// computes. Upstream tslab would have to wait for each `send`, which says no while another one is at work.
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Publisher, Reply, Router } from 'zeromq';
import { createInterrupter } from './interrupter.js';
import { log } from './log.js';
import { type Connection, type Parent, type Request, readRequest, writeMessage } from './message.js';
import { createOutbox, type Outgoing } from './outbox.js';
import { watchParentProcess } from './parent-process.js';

/** What the main thread gives this one to start with. */
export interface ThreadData {
  connection: Connection;
  /** The content of a `kernel_info_reply`. */
  info: object;
  /** 0 until this thread has sent all and let go of its sockets. */
  closed: Int32Array;
}

/** What the main thread says. */
export type ToThread = Outgoing | { type: 'mark' } | { type: 'heard' } | { type: 'close' };

/** What it hears: a request; all that was there when it asked for a mark; its code was ended by force; it shall end. */
export type FromThread = { type: 'request'; request: Request } | { type: 'mark' } | { type: 'stop' } | { type: 'exit' };

/** How long the main thread may take to end, in ms. */
const LAST_WORDS = 1000;

const port = parentPort!;
const { connection, info, closed } = workerData as ThreadData;
const { key } = connection;

// Without these limits nothing is dropped: what a cell writes is limited, and what clients do not read is in their way.
const unlimited = { sendHighWaterMark: 0, linger: LAST_WORDS };
const iopub = new Publisher(unlimited);
const shell = new Router({ ...unlimited, receiveHighWaterMark: 0 });
const control = new Router(unlimited);
const stdin = new Router(unlimited);
const heartbeat = new Reply({ linger: 0 });

const interrupter = createInterrupter(() => tell({ type: 'stop' }));
/** The cell that runs. */
let running: Parent | undefined;

const outbox = createOutbox(async ({ channel, type, name, parent, content }) => {
  const frames = writeMessage(type, name ? JSON.stringify({ name, text: content }) : content, parent, key);
  if (channel === 'iopub') await iopub.send([type, ...frames]);
  else await { shell, control }[channel].send([...parent.identities, ...frames]);
});

function publishStatus(state: 'busy' | 'idle', parent: Parent): void {
  outbox.push({ channel: 'iopub', type: 'status', parent, content: JSON.stringify({ execution_state: state }) });
}

/** Sends a message on; while a cell runs, the kernel is not idle for being done with something else. */
function send(message: Outgoing): void {
  outbox.push(message);
  if (message.type !== 'status') return;
  const { parent } = message;
  if (!message.content.includes('idle')) {
    if (parent.header.msg_type === 'execute_request') running = parent;
  } else if (running?.header.msg_id === parent.header.msg_id) {
    running = undefined;
    interrupter.heard();
  } else if (running) {
    publishStatus('busy', running);
  }
}

function tell(message: FromThread): void {
  port.postMessage(message);
}

/** Ends the process: politely, or by force where the main thread does not listen. */
function exit(): void {
  tell({ type: 'exit' });
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WORDS);
}

/** A process that ends before would be aborted by its sockets. */
async function close(): Promise<void> {
  await outbox.empty();
  for (const socket of [iopub, shell, control, stdin, heartbeat]) socket.close();
  // What still waits for a message is told so first: while the thread is ended, that would abort the process.
  await Promise.allSettled([serving]);
  await setImmediate();
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
}

/** What this thread answers by itself; undefined for all else. */
function answer({ header, content }: Request): { content: object; after?: () => void } | undefined {
  switch (header.msg_type) {
    case 'kernel_info_request':
      return { content: info };
    case 'interrupt_request':
      interrupter.interrupt();
      return { content: { status: 'ok' } };
    case 'shutdown_request':
      return { content: { status: 'ok', restart: content.restart === true }, after: exit };
    default:
      return undefined;
  }
}

async function listen(socket: Router, channel: 'shell' | 'control'): Promise<void> {
  for await (const frames of socket) {
    let request: Request;
    try {
      request = readRequest(frames, key);
    } catch (error) {
      log(`A message to the kernel is left out: ${(error as Error).message}`);
      continue;
    }
    const own = answer(request);
    if (!own) {
      tell({ type: 'request', request });
      continue;
    }
    const type = request.header.msg_type.replace(/_request$/, '_reply');
    const status = (state: string) =>
      send({ channel: 'iopub', type: 'status', parent: request, content: JSON.stringify({ execution_state: state }) });
    status('busy');
    send({ channel, type, parent: request, content: JSON.stringify(own.content) });
    if (own.after) send({ channel: 'iopub', type, parent: request, content: JSON.stringify(own.content) });
    status('idle');
    own.after?.();
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

async function bind(): Promise<void> {
  const { transport, ip } = connection;
  const address = (number: number) => `${transport}://${ip}${transport === 'ipc' ? '-' : ':'}${number}`;
  await Promise.all([
    iopub.bind(address(connection.iopub_port)),
    shell.bind(address(connection.shell_port)),
    control.bind(address(connection.control_port)),
    stdin.bind(address(connection.stdin_port)),
    heartbeat.bind(address(connection.hb_port)),
  ]);
}

port.on('message', (message: ToThread) => {
  if (message.type === 'mark') tell({ type: 'mark' });
  else if (message.type === 'heard') interrupter.heard();
  else if (message.type === 'close') close();
  else send(message as Outgoing);
});
watchParentProcess(exit);
const serving = bind().then(() => Promise.all([listen(shell, 'shell'), listen(control, 'control'), beat()]));
