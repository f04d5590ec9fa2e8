import { createInterface } from 'node:readline';
import { peakMemory } from './memory.js';
import type { PeerAnswer, PeerReady } from './peer.js';

/** A peer's process from here on: as many calls of `work` as each line of standard input says. */
export async function serve(work: () => unknown, ready: PeerReady, result?: () => number[]): Promise<void> {
  const answer = (value: PeerReady | PeerAnswer) => console.log(JSON.stringify(value));
  answer(ready);
  for await (const line of createInterface({ input: process.stdin })) {
    const times: number[] = [];
    const processor: number[] = [];
    for (let i = 0; i < Number(line); i++) {
      const start = performance.now();
      const used = process.cpuUsage();
      await work();
      times.push(performance.now() - start);
      const { user, system } = process.cpuUsage(used);
      processor.push((user + system) / 1000);
    }
    answer({ times, processor, peak: peakMemory(), result: result?.() });
  }
}
