/** The windows of lesson 8: five seconds of sound, a second later each. */
export const WINDOW = { seconds: 5, hop: 1 } as const;

/** The number of windows of so many seconds; a sound that is shorter than one is heard as a whole. */
export function countWindows(duration: number): number {
  return Math.max(1, 1 + Math.floor((duration - WINDOW.seconds) / WINDOW.hop + 1e-6));
}

/** From when to when window number `index` lasts, in seconds. */
export function windowSpan(index: number, duration: number): [from: number, to: number] {
  const from = index * WINDOW.hop;
  return [from, Math.min(from + WINDOW.seconds, duration)];
}

/** The window whose middle is nearest to a time. */
export function windowAt(time: number, count: number): number {
  return Math.min(Math.max(Math.round((time - WINDOW.seconds / 2) / WINDOW.hop), 0), count - 1);
}

/** Cuts blocks of sound, as they come, into windows. */
export async function* slidingWindows(
  blocks: AsyncIterable<Float32Array>,
  sampleRate: number,
): AsyncGenerator<Float32Array> {
  const [length, step] = [WINDOW.seconds * sampleRate, WINDOW.hop * sampleRate];
  let held = new Float32Array(0);
  let given = false;
  for await (const block of blocks) {
    const signal = new Float32Array(held.length + block.length);
    signal.set(held);
    signal.set(block, held.length);
    let at = 0;
    for (; at + length <= signal.length; at += step) {
      yield signal.slice(at, at + length);
      given = true;
    }
    held = signal.slice(at);
  }
  if (!given && held.length > 0) yield held;
}
