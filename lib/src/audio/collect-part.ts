import type { MultiChannelWaveform } from '../dsp/waveform.js';
import { AudioDecodeError } from '../errors.js';
import { afterEnd, type Excerpt, samplesOf } from './excerpt.js';
import { mix, split } from './interleaved.js';

/** Takes interleaved samples as they come, and keeps an excerpt of them. */
export interface Collector {
  /** @returns how many of these bytes, float32, it has taken: whole frames */
  add(bytes: Uint8Array): number;
  isFull(): boolean;
  /** @throws ParameterError if the excerpt begins after the end, AudioDecodeError if there is no sound at all */
  result(): MultiChannelWaveform;
}

/** A collector of what an excerpt asks for. @throws ParameterError if that is less than a sample */
export function collectPart(channels: number, sampleRate: number, excerpt: Excerpt, name: string): Collector {
  const { mono } = excerpt;
  const { first, count } = samplesOf(excerpt, sampleRate, name);
  const frameSize = 4 * channels;
  const parts: Float32Array[][] = [];
  let seen = 0;
  let kept = 0;
  return {
    add(bytes) {
      const frames = Math.floor(bytes.length / frameSize);
      const from = Math.min(frames, Math.max(0, first - seen));
      const length = Math.min(frames - from, count - kept);
      seen += frames;
      if (length > 0) {
        const start = bytes.byteOffset + from * frameSize;
        const samples = new Float32Array(bytes.buffer.slice(start, start + length * frameSize) as ArrayBuffer);
        const sound = Array.from({ length: mono ? 1 : channels }, () => new Float32Array(length));
        (mono ? mix : split)(samples, channels, sound, 0, length);
        parts.push(sound);
        kept += length;
      }
      return frames * frameSize;
    },
    isFull: () => kept >= count,
    result() {
      if (kept === 0 && seen > 0) throw afterEnd(excerpt, name, seen / sampleRate);
      if (kept === 0) throw new AudioDecodeError(`${name} holds no audio`);
      const joined = parts[0].map((_, c) => {
        const channel = new Float32Array(kept);
        let at = 0;
        for (const sound of parts) {
          channel.set(sound[c], at);
          at += sound[c].length;
        }
        return channel;
      });
      return { channels: joined, sampleRate };
    },
  };
}
