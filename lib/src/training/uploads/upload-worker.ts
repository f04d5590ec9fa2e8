import { parentPort, workerData } from 'node:worker_threads';
import { commitFiles } from '../../hub/push/push-commit.js';
import type { PushSession } from '../../hub/push/push-session.js';
import { patience } from '../../hub/retry.js';
import type { UploadReply, UploadRequest, UploadSetting } from './upload-messages.js';

// The thread that pushes while a model is trained.

/** Least time between two reports of how much is sent, in ms. */
const INTERVAL = 200;

const { target, patience: given } = workerData as UploadSetting;
Object.assign(patience, given);
const reply = (message: UploadReply): void => parentPort?.postMessage(message);

parentPort?.on('message', async ({ title, files }: UploadRequest) => {
  let next = 0;
  const sending = (sent: number, total: number): void => {
    if (Date.now() < next) return;
    next = Date.now() + INTERVAL;
    reply({ type: 'sending', sent, total });
  };
  // Who stops the push ends the thread.
  const { signal } = new AbortController();
  const session: PushSession = { ...target, signal, committing: false, sending };
  try {
    await commitFiles(session, files, { title });
    reply({ type: 'done' });
  } catch (error) {
    reply({ type: 'failed', reason: (error as Error).message });
  }
});
