import { permutations } from '../permutation.js';
import type { StreamedClip } from './clip-stream.js';

/**
 * Clips in random order, as far as a buffer of `size` of them allows: once it is full, a random half of it goes on. In
 * this order the `datasets` of Python 5.2 gives the rows of a single file.
 */
export async function* shuffleBuffer(
  clips: AsyncIterable<StreamedClip>,
  size: number,
  seed: number,
): AsyncGenerator<StreamedClip> {
  const permutation = permutations(seed);
  const kept = Math.floor(size / 2);
  let buffer: StreamedClip[] = [];
  for await (const clip of clips) {
    buffer.push(alone(clip));
    if (buffer.length < size) continue;
    const order = Array.from(permutation(size), (i) => buffer[i]);
    yield* order.slice(0, size - kept);
    buffer = order.slice(size - kept);
  }
  for (const i of permutation(buffer.length)) yield buffer[i];
}

/** A clip that does not keep the group of rows in memory of which it is a part. */
function alone(clip: StreamedClip): StreamedClip {
  const { sound } = clip;
  const isPart = typeof sound !== 'string' && sound.byteLength < sound.buffer.byteLength;
  return isPart ? { ...clip, sound: sound.slice() } : clip;
}
