export const SAMPLING_RATE = 16000;

/** A batch of clips; at least so many times as fast as each of these a forward pass is to be. */
export interface ModelCase {
  name: string;
  seconds: number;
  batch: number;
  targets: { pytorch: number; onnx: number };
}

const short = { pytorch: 1.1, onnx: 1 / 1.2 };
const long = { pytorch: 1.3, onnx: 1 };

export const cases: ModelCase[] = [
  { name: '5s', seconds: 5, batch: 1, targets: short },
  { name: '5sx4', seconds: 5, batch: 4, targets: short },
  { name: '30s', seconds: 30, batch: 1, targets: long },
  { name: '30sx4', seconds: 30, batch: 4, targets: long },
];

/** What a peer's process is to do: its last argument, as JSON. */
export type Task =
  /** The product of two square matrices. */
  | { matmul: number }
  /** The model of a folder, and a file of float32 rows. */
  | { model: string; input: string; batch: number };
