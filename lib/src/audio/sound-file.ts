import type { MultiChannelWaveform } from '../dsp/waveform.js';
import type { AudioFile } from './audio-file.js';
import { mix, split } from './interleaved.js';
import { libsndfile, type SoundInfo } from './libsndfile.js';

/** Which part of a file to read, in frames. */
export interface Part {
  first: number;
  /** Infinity for all that there are. */
  count: number;
  /** Whether to mix the channels to one. */
  mono: boolean;
}

/** A file that libsndfile has opened. */
export interface SoundFile {
  info: SoundInfo;
  /**
   * Reads frames; fewer at the file's end.
   *
   * @param safe - seek no further than this frame, and read on from there
   * @throws Error if the library gives up
   */
  read(part: Part, safe?: number): Promise<MultiChannelWaveform>;
  /** Whether there is such a frame. */
  has(frame: number): Promise<boolean>;
  close(): void;
}

/** A frame that cannot be sought: it is after the end, or the file is damaged. */
export class MissingFrame extends Error {}

/** Samples of a block, all channels together. */
const BLOCK = 2 ** 20;
/** Frames in a byte, at most, of what is not mostly silence: for the first guess of how many there are. */
const PER_BYTE = 16;

/** @throws Error that says why libsndfile does not open it */
export function openSound({ descriptor, size }: AudioFile): SoundFile {
  const library = libsndfile();
  const found = library.open(descriptor);
  if (!found) throw new Error(library.reason(null) ?? 'its format is unknown');
  const { file, info } = found;
  const { channels, samplerate: sampleRate } = info;
  const block = Math.max(1, Math.floor(BLOCK / channels));

  async function goTo(frame: number): Promise<void> {
    if (frame === 0 || (await library.seek(file, frame)) === frame) return;
    // Without a known length libsndfile does not seek, nor in some of the oldest formats.
    if (info.frames === Infinity || !info.seekable) return skip(frame);
    throw new MissingFrame(library.reason(file) ?? `its sample ${frame} cannot be found`);
  }

  async function skip(count: number): Promise<void> {
    const samples = empty(Math.min(count, block) * channels);
    for (let left = count; left > 0; ) {
      const found = await library.read(file, samples, Math.min(left, block));
      if (found <= 0) return;
      left -= found;
    }
  }

  async function readOn(count: number, mono: boolean): Promise<Float32Array[]> {
    const guess = Math.min(count, Math.max(block, size * PER_BYTE));
    let sound: Float32Array[] = Array.from({ length: mono ? 1 : channels }, () => empty(guess));
    const samples = channels === 1 ? undefined : empty(Math.min(guess, block) * channels);
    let length = 0;
    while (length < count) {
      if (length === sound[0].length) sound = sound.map((channel) => grown(channel, Math.min(count, 2 * length)));
      const asked = Math.min(block, sound[0].length - length);
      const found = await library.read(file, samples ?? sound[0].subarray(length, length + asked), asked);
      if (samples && found > 0) (mono ? mix : split)(samples, channels, sound, length, found);
      length += Math.max(0, found);
      if (found < asked) break;
    }
    const reason = length < count ? library.reason(file) : undefined;
    if (reason) throw new Error(reason);
    return sound.map((channel) => (channel.length === length ? channel : channel.slice(0, length)));
  }

  return {
    info,
    async read({ first, count, mono }, safe = Infinity) {
      const start = Math.min(first, safe);
      await goTo(start);
      await skip(first - start);
      // What follows the last sample, a tag, would be taken for one that is damaged.
      return { channels: await readOn(Math.min(count, info.frames - first), mono), sampleRate };
    },
    async has(frame) {
      const found = await library.seek(file, frame);
      return found === frame && (await library.read(file, new Float32Array(channels), 1)) === 1;
    },
    close: () => library.close(file),
  };
}

/** Room for samples that are all written before anybody reads one: not filled with zeros. */
function empty(length: number): Float32Array {
  if (4 * length > MOST_OF_BUFFER) return new Float32Array(length);
  return new Float32Array(Buffer.allocUnsafeSlow(4 * length).buffer);
}

const MOST_OF_BUFFER = 2 ** 31;

function grown(samples: Float32Array, length: number): Float32Array {
  const longer = empty(length);
  longer.set(samples);
  return longer;
}
