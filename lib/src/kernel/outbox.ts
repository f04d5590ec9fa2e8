import { setTimeout as wait } from 'node:timers/promises';
import type { Parent } from './message.js';

/** A message on its way to the clients. */
export interface Outgoing {
  channel: 'iopub' | 'shell' | 'control';
  type: string;
  parent: Parent;
  /** JSON; of a message `stream` only the text. */
  content: string;
  /** Of a message `stream`. */
  name?: 'stdout' | 'stderr';
}

/** How long a text waits for more of its kind, in ms. */
const GATHER = 20;
/** Of texts that are joined, in characters. */
const LONGEST = 2 ** 16;
/**
 * What Jupyter's server passes on of texts in its window of 3 s is 3 MB; of more it drops messages of all kinds. Here
 * it is less: so many bytes at once, and so many bytes per second.
 */
const BURST = 600_000;
const RATE = 750_000;

/** Messages that wait to be sent. */
export interface Outbox {
  push(message: Outgoing): void;
  /** Resolves when nothing waits. */
  empty(): Promise<void>;
}

/** Sends messages in order, one after the other; texts that follow each other in one stream are joined. */
export function createOutbox(send: (message: Outgoing) => Promise<void>): Outbox {
  let queue: Outgoing[] = [];
  let sending: Promise<void> | undefined;
  let hurry = () => {};

  async function gather(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  const pace = createPace();

  async function sendAll(): Promise<void> {
    while (queue.length > 0) {
      if (queue.every(({ type }) => type === 'stream')) await gather();
      const batch = queue;
      queue = [];
      for (const message of joined(batch)) {
        if (message.type === 'stream') await pace(message.content.length);
        await send(message);
      }
    }
    sending = undefined;
  }

  return {
    push(message) {
      queue.push(message);
      if (message.type !== 'stream') hurry();
      sending ??= sendAll();
    },
    async empty() {
      await sending;
    },
  };
}

function* joined(messages: readonly Outgoing[]): Generator<Outgoing> {
  let texts: string[] = [];
  let length = 0;
  for (const [i, message] of messages.entries()) {
    const { type, name, parent, content } = message;
    if (type !== 'stream') {
      yield message;
      continue;
    }
    texts.push(content);
    length += content.length;
    const next = messages[i + 1];
    const isSame = next?.type === type && next.name === name && next.parent.header.msg_id === parent.header.msg_id;
    if (isSame && length + next.content.length <= LONGEST) continue;
    yield { ...message, content: texts.join('') };
    texts = [];
    length = 0;
  }
}

/** Waits where too much was sent in the last seconds. */
function createPace(): (length: number) => Promise<void> {
  let free = BURST;
  let at = performance.now();
  return async (length) => {
    const now = performance.now();
    free = Math.min(BURST, free + ((now - at) * RATE) / 1000) - length;
    at = now;
    if (free < 0) await wait((-free / RATE) * 1000);
  };
}
