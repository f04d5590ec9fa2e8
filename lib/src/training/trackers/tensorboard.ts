import { mkdirSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import path from 'node:path';
import { tf } from '../../tensor/tensorflow.js';
import { rewriteLogs } from './rewrite-logs.js';
import type { RunInfo, Tracker } from './tracker.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

type SummaryWriter = ReturnType<typeof tf.node.summaryFileWriter>;

interface OpenWriter extends Pick<SummaryWriter, 'scalar' | 'flush'> {
  close(): void;
}

/**
 * Writes event files for TensorBoard, under the tags of Transformers' `TensorBoardCallback`, into
 * `<outputDir>/runs/<date and host>` or `TENSORBOARD_LOGGING_DIR`. Every log entry is in the file once it is logged.
 *
 * Transformers also writes the arguments and the configuration as texts; TensorFlow.js' writer has only numbers.
 */
export function tensorboard(): Tracker {
  let writer: OpenWriter | undefined;
  return {
    name: 'TensorBoard',
    begin({ args }) {
      writer = openWriter(loggingFolder(args));
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

/** How often a folder has been opened. */
const opened = new Map<string, number>();

function openWriter(folder: string): OpenWriter {
  // TensorFlow's own message would be a status number.
  mkdirSync(folder, { recursive: true });
  const before = opened.get(folder) ?? 0;
  opened.set(folder, before + 1);
  // TensorFlow.js keeps a writer for each spelling of a folder, also after it is closed.
  const spelling = folder + '/'.repeat(before);
  let writer: SummaryWriter | undefined;
  const handle = tf.tidy(() => {
    writer = tf.node.summaryFileWriter(spelling);
    return (writer as unknown as { resourceHandle: tf.Tensor }).resourceHandle;
  });
  return {
    scalar: (tag, value, step) => writer!.scalar(tag, value, step),
    flush: () => tf.tidy(() => writer!.flush()),
    close() {
      const backend = tf.backend() as unknown as {
        executeMultipleOutputs(op: string, attributes: object[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
      };
      backend.executeMultipleOutputs('CloseSummaryWriter', [], [handle], 0);
      handle.dispose();
    },
  };
}
