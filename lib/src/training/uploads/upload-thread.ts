import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { PushTarget } from '../../hub/push/push-target.js';
import { patience } from '../../hub/retry.js';
import { redact } from '../../redact.js';
import type { UploadReply, UploadRequest, UploadSetting } from './upload-messages.js';

/** A thread that makes commits, one at a time. */
interface UploadThread {
  /**
   * Makes a commit of files that stay as they are until it is made.
   *
   * @param sending - hears how many bytes of large files are sent, of all that there are
   * @throws Error that says why there is none; the message shows no token
   */
  commit(request: UploadRequest, sending: (sent: number, total: number) => void): Promise<void>;
  /** From now on the process waits for the thread. */
  hold(): void;
  /** Ends the thread, and with an error the commit that is being made. */
  end(): Promise<void>;
}

const ENDED = 'the thread that pushes has ended';

/**
 * A thread for pushes to the target. Steps of a training keep the main thread for seconds each, in which no piece of an
 * upload would be sent, and servers would seem silent.
 */
export function uploadThread(target: PushTarget): UploadThread {
  let worker: Worker | undefined;
  let isHeld = false;
  let isEnded = false;
  let settle: ((failure?: Error) => void) | undefined;
  let hear: (sent: number, total: number) => void = () => {};

  function start(): Worker {
    const { silence, firstWait } = patience;
    const setting: UploadSetting = { target, patience: { silence, firstWait } };
    const started = new Worker(path.join(__dirname, 'upload-worker.js'), { workerData: setting });
    const fail = (reason: string): void => {
      if (worker !== started) return;
      worker = undefined;
      settle?.(new Error(redact(reason, target.hub.token)));
    };
    started.on('message', (reply: UploadReply) => {
      if (reply.type === 'sending') hear(reply.sent, reply.total);
      else settle?.(reply.type === 'failed' ? new Error(reply.reason) : undefined);
    });
    started.on('error', (error) => fail(`the thread that pushes has failed: ${error.message}`));
    started.on('exit', () => fail(ENDED));
    if (!isHeld) started.unref();
    return started;
  }

  return {
    commit(request, sending) {
      return new Promise((resolve, reject) => {
        if (isEnded) throw new Error(ENDED);
        worker ??= start();
        hear = sending;
        settle = (failure) => {
          settle = undefined;
          if (failure) reject(failure);
          else resolve();
        };
        worker.postMessage(request);
      });
    },
    hold() {
      isHeld = true;
      worker?.ref();
    },
    async end() {
      isEnded = true;
      settle?.(new Error(ENDED));
      await worker?.terminate();
    },
  };
}
