import { availableParallelism } from 'node:os';
import type { Measured } from '../in-turn.js';
import { markdownTable } from '../table.js';
import type { ModelCase } from './cases.js';
import type { ModelPeer } from './peers.js';

/** Rows and columns of the matrices whose product gives the machine's rate. */
export const MATRIX_SIZE = 2048;

/** A case as all programs did it. */
export interface Forward {
  modelCase: ModelCase;
  flops: number;
  /** In the order of the programs. */
  measured: Measured[];
  /** Between two programs' logits, the largest. */
  difference: number;
  /** By how much it is slower than what is saved, in words. */
  since: string;
}

const HEAD = ['audio', 'program', 'GFLOP', 'ms', 'fastest', 'time / onpa', 'at least', 'share', 'MB', 'idle MB', ''];

/** The table and what its columns mean. `products` are runs of the matrix product in TensorFlow and in PyTorch. */
export function modelReport(peers: ModelPeer[], forwards: Forward[], products: Measured[][]): string {
  // In FLOP/ms. The fastest call: the machine's rate is what it reaches where no other program is at work.
  const [tensorflow, torch] = [0, 1].map(
    (i) => (2 * MATRIX_SIZE ** 3) / Math.min(...products.map((run) => run[i].best)),
  );
  const rate = Math.max(tensorflow, torch);
  const rows = forwards.flatMap((forward) => peers.map((peer, i) => row(forward, peer, i, peers, rate)));
  const devices = products[0].flatMap(({ device }) => device ?? []);
  const difference = Math.max(...forwards.map((forward) => forward.difference));
  const gigaflops = (x: number) => (x / 1e6).toFixed(0);
  return `${markdownTable(HEAD, rows, 2)}

Forward pass of DistilHuBERT with a classifier's head, 16 kHz, until the logits are read: medians of calls in turn, in
processes that stay alive, after two calls; each on ${availableParallelism()} threads${devices.length > 0 ? `; on a GPU: ${devices.join(', ')}` : ''}. Beside the median stands the fastest call: where they
are far apart, other programs were at work. Ratios are those to onpa in the same precision. "At least" is the ratio to reach. GFLOP are those of the matrix products and
convolutions; the share is theirs, over the median, of the machine's rate. That is the faster of two products of
${MATRIX_SIZE} × ${MATRIX_SIZE} matrices, before and after: TensorFlow ${gigaflops(tensorflow)} GFLOP/s, PyTorch ${gigaflops(torch)} GFLOP/s. MB are the peak of a whole
process that loads the model and makes one call, to be no more than PyTorch's; idle is its peak once imported.
${peers.length > 1 ? `In float32, the programs' logits differ by ${difference.toExponential(0)} at most. ` : ''}`;
}

function row(
  { modelCase, flops, measured, since }: Forward,
  peer: ModelPeer,
  i: number,
  peers: ModelPeer[],
  rate: number,
): string[] {
  const { time, best, peak, idle } = measured[i];
  const onpa = measured[peers.findIndex(({ name }) => name === peer.against)];
  return [
    title(modelCase),
    peer.title,
    (flops / 1e9).toFixed(0),
    time.toFixed(0),
    best.toFixed(0),
    onpa ? (time / onpa.time).toFixed(2) : '',
    peer.target ? modelCase.targets[peer.target].toFixed(2) : '',
    `${((100 * flops) / time / rate).toFixed(0)} %`,
    peak.toFixed(0),
    idle.toFixed(0),
    peer.name === 'onpa' ? since : '',
  ];
}

export function title({ seconds, batch }: ModelCase): string {
  return batch === 1 ? `${seconds} s` : `${batch} × ${seconds} s`;
}
