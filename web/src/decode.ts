import { ALL_FORMATS, AudioSampleSink, BlobSource, Input, type InputAudioTrack } from 'mediabunny';
import type { SoundFacts } from './messages.js';
import { mp3Delay } from './mp3-delay.js';

/** A file that is decoded piece by piece, so that its length costs no memory. */
export interface OpenSound extends SoundFacts {
  /** Mono, a second at a time, but for the last piece. */
  blocks(): AsyncGenerator<Float32Array>;
  close(): void;
}

/**
 * Opens a file of any format that the browser decodes.
 *
 * @throws Error for what is no sound, or none that can be decoded
 */
export async function openSound(file: Blob): Promise<OpenSound> {
  const input = new Input({ source: new BlobSource(file), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (!track) throw new Error('there is no sound in it');
    if (!(await track.canDecode())) throw new Error(`this browser does not decode ${await track.getCodec()}`);
    const sampleRate = await track.getSampleRate();
    const early = (await track.getCodec()) === 'mp3' ? await mp3Delay(file) : 0;
    const duration = (await track.computeDuration()) - early / sampleRate;
    const blocks = () => seconds(pieces(track, early), sampleRate);
    return { sampleRate, duration, blocks, close: () => input.dispose() };
  } catch (error) {
    input.dispose();
    throw error;
  }
}

/** What the decoder gives, mixed to mono, without what lies before the beginning and so many samples after it. */
async function* pieces(track: InputAudioTrack, skipped: number): AsyncGenerator<Float32Array> {
  let left = skipped;
  for await (const sample of new AudioSampleSink(track).samples()) {
    const { numberOfFrames, numberOfChannels, timestamp, sampleRate } = sample;
    const mono = new Float32Array(numberOfFrames);
    const channel = new Float32Array(numberOfFrames);
    for (let planeIndex = 0; planeIndex < numberOfChannels; planeIndex++) {
      sample.copyTo(channel, { planeIndex, format: 'f32-planar' });
      for (let i = 0; i < numberOfFrames; i++) mono[i] += channel[i] / numberOfChannels;
    }
    sample.close();
    const before = Math.max(0, Math.round(-timestamp * sampleRate));
    const sound = mono.subarray(Math.min(before + left, numberOfFrames));
    left = Math.max(0, left - Math.max(0, numberOfFrames - before));
    if (sound.length > 0) yield sound;
  }
}

/** Joins pieces to blocks of a second. */
async function* seconds(small: AsyncGenerator<Float32Array>, sampleRate: number): AsyncGenerator<Float32Array> {
  let block = new Float32Array(sampleRate);
  let filled = 0;
  for await (let piece of small) {
    while (filled + piece.length >= sampleRate) {
      block.set(piece.subarray(0, sampleRate - filled), filled);
      yield block;
      piece = piece.subarray(sampleRate - filled);
      block = new Float32Array(sampleRate);
      filled = 0;
    }
    block.set(piece, filled);
    filled += piece.length;
  }
  if (filled > 0) yield block.subarray(0, filled);
}
