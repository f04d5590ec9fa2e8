import { ParameterError } from '../errors.js';
import { requireChoice, requireInteger } from '../validation.js';
import { LANES } from './lanes.js';
import { getWindow, type Window } from './window.js';

/** How samples before and after the signal are made up, as in numpy.pad. */
export type PadMode = 'constant' | 'reflect' | 'edge';
export const PAD_MODES: readonly PadMode[] = ['constant', 'reflect', 'edge'];

/** How a signal is cut into frames; the same options, names and defaults as librosa's. */
export interface FrameOptions {
  /** Samples between the starts of two frames; default ⌊winLength / 4⌋. */
  hopLength?: number;
  /** Samples of the window, centred in the frame and padded with zeros; 1 to nFft, default nFft. */
  winLength?: number;
  /** A window's name, or its winLength samples; default 'hann' (periodic). */
  window?: Window;
  /** Frame t is centred at sample t · hopLength (true, the default) or begins there (false). */
  center?: boolean;
}

/** Frames of nFft samples, every hopLength samples. */
interface FrameGrid {
  nFft: number;
  hopLength: number;
}

/** {@link FrameOptions} with every default filled in and checked. */
export interface Framing extends FrameGrid {
  /** The window in a frame of nFft. */
  window: Float32Array;
  /** Samples of padding on each side of the signal. */
  pad: number;
}

export function resolveFraming(nFft: number, options: FrameOptions): Framing {
  const { winLength = nFft, window = 'hann', center = true } = options;
  requireInteger('nFft', nFft);
  requireInteger('winLength', winLength);
  if (winLength > nFft) {
    throw new ParameterError(`winLength is ${winLength}; give a whole number from 1 to nFft = ${nFft}`);
  }
  const hopLength = options.hopLength ?? Math.floor(winLength / 4);
  requireInteger('hopLength', hopLength);
  const padded = new Float32Array(nFft);
  padded.set(getWindow(window, winLength), (nFft - winLength) >> 1);
  return { nFft, hopLength, window: padded, pad: center ? nFft >> 1 : 0 };
}

/** The number of frames of `length` samples. */
export function countFrames(length: number, { nFft, hopLength, pad }: Framing): number {
  return 1 + Math.floor((length + 2 * pad - nFft) / hopLength);
}

export function requirePadding(length: number, mode: PadMode, { nFft, pad }: Framing): void {
  requireChoice('padMode', mode, PAD_MODES);
  if (pad === 0 && nFft > length) {
    throw new ParameterError(
      `nFft is ${nFft} and the signal has ${length} samples; with center: false give nFft of at most ${length}`,
    );
  }
  if (length === 0 && mode !== 'constant') {
    throw new ParameterError(`samples is empty; padMode '${mode}' needs at least one sample`);
  }
}

/** Samples that `frames` frames span. */
export function frameSpan(frames: number, { nFft, hopLength }: FrameGrid): number {
  return (frames - 1) * hopLength + nFft;
}

/**
 * Walks over frames in groups of {@link LANES}: the first frame of each, and the signal from its start on.
 *
 * @param buffer - what the frames lie in; a signal with more of them than it spans goes through it part by part
 * @param fill - is called before each part, with the sample that the buffer is to begin with
 */
export function* frameGroups(
  frames: number,
  { nFft, hopLength }: FrameGrid,
  buffer: Float32Array,
  fill?: (start: number) => void,
): Generator<{ frame: number; signal: Float32Array }> {
  const held = LANES * Math.floor((1 + (buffer.length - nFft) / hopLength) / LANES);
  for (let frame = 0; frame < frames; frame += LANES) {
    if (frame % held === 0) fill?.(frame * hopLength);
    yield { frame, signal: buffer.subarray((frame % held) * hopLength) };
  }
}

/**
 * Overlap and add: passes on the first `done` samples of `buffer`, which no later frame reaches, and moves the rest to
 * the front.
 *
 * @param position - where in `result` they belong; what lies outside of it is dropped
 * @param finish - is called with the samples, before they are passed on, and their place in `result`
 */
export function passOn(
  buffer: Float32Array,
  done: number,
  result: Float32Array,
  position: number,
  finish?: (samples: Float32Array, at: number) => void,
): void {
  const from = Math.max(-position, 0);
  const to = Math.min(done, result.length - position);
  if (to > from) {
    const samples = buffer.subarray(from, to);
    finish?.(samples, position + from);
    result.set(samples, position + from);
  }
  buffer.copyWithin(0, done).fill(0, buffer.length - done);
}

/** Fills `target` with the samples from `start` on, which may lie outside the signal. */
export function copyPadded(samples: Float32Array, start: number, target: Float32Array, mode: PadMode): void {
  const { length } = samples;
  const from = Math.min(Math.max(-start, 0), target.length);
  const to = Math.max(Math.min(length - start, target.length), from);
  target.set(samples.subarray(start + from, start + to), from);
  if (mode === 'constant') {
    target.fill(0, 0, from);
    target.fill(0, to);
    return;
  }
  const period = Math.max(2 * (length - 1), 1);
  const source = (i: number) => {
    if (mode === 'edge') return i < 0 ? 0 : length - 1;
    const phase = ((i % period) + period) % period;
    return phase < length ? phase : period - phase;
  };
  for (let i = 0; i < from; i++) target[i] = samples[source(start + i)];
  for (let i = to; i < target.length; i++) target[i] = samples[source(start + i)];
}

/**
 * 1 over the window sum-square, which is what overlapping and adding the squared windows of `frames` frames gives at
 * each sample, as `librosa.filters.window_sumsquare`: the factor that makes the inverse STFT exact. 1 where no window
 * reaches, as in librosa.
 *
 * @returns a function that fills `target` with the factors from `position` on
 */
export function inverseWindowSumSquare(
  { nFft, hopLength, window }: Framing,
  frames: number,
): (position: number, target: Float32Array) => void {
  const tiny = 1.1754943508222875e-38;
  const factor = (position: number) => {
    let sum = 0;
    const last = Math.min(Math.floor(position / hopLength), frames - 1);
    for (let t = last; t >= 0 && position - t * hopLength < nFft; t--) sum += window[position - t * hopLength] ** 2;
    return sum > tiny ? 1 / sum : 1;
  };
  // Away from the ends the sum repeats with each hop.
  const middle = Math.ceil(nFft / hopLength) * hopLength;
  const end = frames * hopLength;
  if (end <= middle + hopLength) {
    return (position, target) => {
      for (let i = 0; i < target.length; i++) target[i] = factor(position + i);
    };
  }
  const table = Float32Array.from({ length: hopLength }, (_, r) => factor(middle + r));
  return (position, target) => {
    for (let i = 0; i < target.length; ) {
      const at = position + i;
      if (at < middle || at >= end) {
        target[i++] = factor(at);
        continue;
      }
      const part = table.subarray(at % hopLength, (at % hopLength) + Math.min(end - at, target.length - i));
      target.set(part, i);
      i += part.length;
    }
  };
}
