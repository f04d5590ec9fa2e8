import type { PushTarget } from '../../hub/push/push-target.js';
import type { PushedFile } from '../../hub/push/push-to-folder.js';

/** What the thread that pushes is told when it starts. */
export interface UploadSetting {
  target: PushTarget;
  /** How long a server may be silent, and the first retry waits, in ms. */
  patience: { silence: number; firstWait: number };
}

/** A commit to be made. */
export interface UploadRequest {
  title: string;
  files: PushedFile[];
}

export type UploadReply =
  | { type: 'sending'; sent: number; total: number }
  | { type: 'done' }
  | { type: 'failed'; reason: string };
