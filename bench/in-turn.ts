import { setTimeout } from 'node:timers/promises';
import { Peer, type PeerCommand } from './peer.js';

/** What a peer needed for the work. */
export interface Measured {
  /** Milliseconds: the median of the calls. */
  time: number;
  /** Milliseconds of the fastest call: what the median comes to where no other program is at work. */
  best: number;
  /** Milliseconds of the processor, of all threads together, in the call with the fewest: other programs add little to it. */
  processor: number;
  /** Peak memory in MB of a process that makes one call. */
  peak: number;
  /** Peak memory in MB of the process before it reads its input. */
  idle: number;
  /** What it runs on, if it is not the processor. */
  device?: string;
  /** What came out, where the peers' results are to be compared. */
  result?: number[];
}

/** Milliseconds for each peer in a row of the table; it always gets {@link LEAST_TURNS}. */
const BUDGET = { full: 4000, quick: 600 } as const;
const LEAST_TURNS = { full: 5, quick: 3 } as const;
const MOST_TURNS = 40;
/** Milliseconds of a turn: short calls are made several at a time, as a program makes them. */
const TURN = 60;
/** Milliseconds before each turn: ONNX Runtime's threads go on spinning for 20 ms after a call. */
const PAUSE = 50;
/** The first call builds what later ones reuse; the second one says how long a call takes. */
const WARM_UP = 2;

/** Lets peers do the same work in turn, so that a noisy machine disturbs all alike. */
export async function measureInTurn(
  commands: readonly PeerCommand[],
  args: string[],
  quick: boolean,
): Promise<Measured[]> {
  const extent = quick ? 'quick' : 'full';
  const peers = await inTurn(commands, (command) => Peer.start(command, args));
  const warmUp = await inTurn(peers, (peer) => peer.call(WARM_UP));
  const slowest = Math.max(...warmUp.map((answer) => answer.times[WARM_UP - 1]));
  const calls = Math.max(1, Math.min(10, Math.round(TURN / slowest)));
  const turns = Math.round(BUDGET[extent] / (slowest * calls));
  const times = peers.map((): number[] => []);
  const processor = peers.map((): number[] => []);
  const order = [...peers.keys()];
  for (let turn = 0; turn < Math.max(LEAST_TURNS[extent], Math.min(MOST_TURNS, turns)); turn++) {
    for (const i of order) {
      await setTimeout(PAUSE);
      const answer = await peers[i].call(calls);
      times[i].push(...answer.times);
      processor[i].push(...answer.processor);
    }
    order.reverse();
  }
  await inTurn(peers, (peer) => peer.stop());
  // After the timing, since librosa compiles some functions once and keeps them on disk.
  const memory = await inTurn(commands, async (command) => {
    const peer = await Peer.start(command, args);
    const { peak } = await peer.call(1);
    await peer.stop();
    return { peak, ...peer.ready };
  });
  return memory.map((one, i) => ({
    ...one,
    time: median(times[i]),
    best: Math.min(...times[i]),
    processor: Math.min(...processor[i]),
    result: warmUp[i].result,
  }));
}

async function inTurn<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
