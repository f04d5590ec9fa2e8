import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { type SummaryWriter, summaryWriter } from '../../tensor/summary-writer.js';
import { rewriteLogs } from './rewrite-logs.js';
import type { RunInfo, Tracker } from './tracker.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Writes event files for TensorBoard, under the tags of Transformers' `TensorBoardCallback`, into
 * `<outputDir>/runs/<date and host>` or `TENSORBOARD_LOGGING_DIR`. Every log entry is in the file once it is logged.
 *
 * Transformers also writes the arguments and the configuration as texts; TensorFlow.js' writer has only numbers.
 */
export function tensorboard(): Tracker {
  let writer: SummaryWriter | undefined;
  return {
    name: 'TensorBoard',
    begin({ args }) {
      writer = summaryWriter(loggingFolder(args));
    },
    log(entry) {
      for (const [tag, value] of Object.entries(rewriteLogs(entry))) writer?.scalar(tag, value, entry.step);
      writer?.flush();
    },
    end() {
      writer?.close();
      writer = undefined;
    },
  };
}

function loggingFolder({ outputDir }: Pick<RunInfo['args'], 'outputDir'>): string {
  const given = process.env.TENSORBOARD_LOGGING_DIR;
  if (given) return path.resolve(given.replace(/^~(?=\/|$)/, homedir()));
  const now = new Date();
  const two = (n: number) => String(n).padStart(2, '0');
  const day = `${MONTHS[now.getMonth()]}${two(now.getDate())}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('-');
  return path.resolve(outputDir, 'runs', `${day}_${time}_${hostname()}`);
}
