/** What a call does; at least so many times as fast as PyTorch it is to be. */
export interface TrainCase {
  name: string;
  seconds: number;
  batch: number;
  mode: keyof typeof MODES;
}

/** What of the model is trained, and from where. */
export const MODES = {
  full: { title: 'whole model', target: 1.5 },
  frozen: { title: 'feature encoder frozen', target: 2 },
  /** PyTorch's Trainer runs the frozen encoder in every epoch; onpa's keeps what it gave in the first one. */
  later: { title: 'frozen, a later epoch', target: 3 },
} as const;

const SHAPES = [
  { shape: '30s', seconds: 30, batch: 1 },
  { shape: '5sx4', seconds: 5, batch: 4 },
];

export const cases: TrainCase[] = (['full', 'frozen', 'later'] as const).flatMap((mode) =>
  SHAPES.map(({ shape, seconds, batch }) => ({ name: `${mode}-${shape}`, seconds, batch, mode })),
);

/** What a peer's process is to do: its last argument, as JSON. */
export interface TrainTask {
  model: string;
  /** A file of float32 rows. */
  input: string;
  batch: number;
  mode: TrainCase['mode'];
  learningRate: number;
  weightDecay: number;
  maxGradNorm: number;
}
