import { Peer, type PeerCommand } from './peer.js';

/** What two peers needed for the same work. */
export interface Measured {
  /** Milliseconds: the median of the calls. */
  time: number;
  /** Peak memory in MB of a process that makes one call. */
  peak: number;
  /** Peak memory in MB of the process before it reads its input. */
  idle: number;
}

/** Milliseconds for each peer in a row of the table; it always gets {@link LEAST_TURNS}. */
const BUDGET = { full: 4000, quick: 600 } as const;
const LEAST_TURNS = 3;
const MOST_TURNS = 40;
/** Milliseconds of a turn: short calls are made several at a time, as a program makes them. */
const TURN = 60;

/** Lets two peers do the same work in turn, so that a noisy machine disturbs both alike. */
export async function duel(
  commands: readonly [PeerCommand, PeerCommand],
  args: string[],
  quick: boolean,
): Promise<[Measured, Measured]> {
  const peers = await inTurn(commands, (command) => Peer.start(command, args));
  const first = await inTurn(peers, async (peer) => (await peer.call(1)).times[0]);
  const slower = Math.max(...first);
  const calls = Math.max(1, Math.min(10, Math.round(TURN / slower)));
  const budget = quick ? BUDGET.quick : BUDGET.full;
  const turns = Math.max(LEAST_TURNS, Math.min(MOST_TURNS, Math.round(budget / (slower * calls))));
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    for (const i of turn % 2 === 0 ? [0, 1] : [1, 0]) times[i].push(...(await peers[i].call(calls)).times);
  }
  await inTurn(peers, (peer) => peer.stop());
  // After the timing, since librosa compiles some functions once and keeps them on disk.
  const memory = await inTurn(commands, async (command) => {
    const peer = await Peer.start(command, args);
    const { peak } = await peer.call(1);
    await peer.stop();
    return { peak, idle: peer.idle };
  });
  return [
    { time: median(times[0]), ...memory[0] },
    { time: median(times[1]), ...memory[1] },
  ];
}

async function inTurn<A, B>([a, b]: readonly [A, A], work: (peer: A) => Promise<B>): Promise<[B, B]> {
  return [await work(a), await work(b)];
}

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
