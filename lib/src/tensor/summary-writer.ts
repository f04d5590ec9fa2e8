import { mkdirSync } from 'node:fs';
import { nativeOperation } from './native.js';
import { tf } from './tensorflow.js';

type TensorFlowWriter = ReturnType<typeof tf.node.summaryFileWriter>;

/** Writes an event file for TensorBoard. */
export interface SummaryWriter extends Pick<TensorFlowWriter, 'scalar' | 'flush'> {
  close(): void;
}

/** How often a folder has been opened. */
const opened = new Map<string, number>();

/** Opens a new event file in a folder, which is made if need be. */
export function summaryWriter(folder: string): SummaryWriter {
  // TensorFlow's own message would be a status number.
  mkdirSync(folder, { recursive: true });
  const before = opened.get(folder) ?? 0;
  opened.set(folder, before + 1);
  // TensorFlow.js keeps a writer for each spelling of a folder, also after it is closed.
  const spelling = folder + '/'.repeat(before);
  let writer: TensorFlowWriter | undefined;
  const handle = tf.tidy(() => {
    writer = tf.node.summaryFileWriter(spelling);
    return (writer as unknown as { resourceHandle: tf.Tensor }).resourceHandle;
  });
  return {
    scalar: (tag, value, step) => writer!.scalar(tag, value, step),
    flush: () => tf.tidy(() => writer!.flush()),
    close() {
      nativeOperation('CloseSummaryWriter', {}, [handle], 0);
      handle.dispose();
    },
  };
}
