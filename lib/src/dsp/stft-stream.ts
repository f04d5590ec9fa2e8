import { ParameterError } from '../errors.js';
import { requireSamples } from '../numbers.js';
import { given, type OrNull } from '../options.js';
import { requireChoice } from '../validation.js';
import { requireFiniteSamples } from './engine.js';
import { countFrames, type Framing, PAD_MODES, type PadMode, requirePadding, resolveFraming } from './frames.js';
import { spectra } from './spectra.js';
import type { ComplexSpectrogram } from './spectrogram.js';
import type { StftOptions } from './stft.js';

/**
 * The short-time Fourier transform of sound that comes bit by bit, as from a microphone. Its frames, one after the other,
 * are those of {@link stft} on the whole sound, to the last bit, however it was cut.
 *
 * A frame is given with the piece that completes it: where frames are centred, with the sample ⌈nFft / 2⌉ after its
 * centre; the first with 'reflect' one sample later. It keeps the last 2 · nFft samples at most.
 *
 * @example
 * const stream = new StftStream({ nFft: 1024, padMode: 'reflect' });
 * microphone.onmessage = ({ data }) => draw(stream.push(data).magnitude()); // 513 × the new frames, often none
 * microphone.onclose = () => draw(stream.end().magnitude());
 */
export class StftStream {
  readonly #framing: Framing;
  readonly #padMode: PadMode;
  /** Its first {@link #filled} samples end with the last ones pushed, of which nFft are enough for all later frames. */
  readonly #latest: Float32Array;
  #filled = 0;
  #samples = 0;
  #frames = 0;
  #hasEnded = false;

  /** @throws ParameterError for options out of range */
  constructor(options: OrNull<StftOptions> = {}) {
    const chosen = given<StftOptions>(options);
    const { nFft = 2048, padMode = 'constant' } = chosen;
    requireChoice('padMode', padMode, PAD_MODES);
    this.#framing = resolveFraming(nFft, chosen);
    this.#padMode = padMode;
    this.#latest = new Float32Array(2 * nFft);
  }

  /** Frames given so far: the next one is frame number `frames` of the sound. */
  get frames(): number {
    return this.#frames;
  }

  /**
   * Takes the next samples of the sound.
   *
   * @param samples - as many as there are; finite everywhere
   * @returns the frames that are complete now and were not before: 1 + ⌊nFft / 2⌋ frequencies × 0 or more frames
   * @throws ParameterError for samples that are not finite, which are not taken, and after {@link end}
   */
  push(samples: Float32Array): ComplexSpectrogram {
    requireSamples('samples', samples);
    if (this.#hasEnded) throw new ParameterError('the sound has ended; make a new StftStream for another one');
    requireFiniteSamples(samples);
    const count = this.#complete(this.#samples + samples.length) - this.#frames;
    if (count === 0) {
      this.#keep(samples);
      return this.#transform(samples, 0);
    }
    const before = this.#kept();
    const signal = new Float32Array(before.length + samples.length);
    signal.set(before);
    signal.set(samples, before.length);
    this.#keep(samples);
    return this.#transform(signal, count);
  }

  /**
   * Ends the sound: what lies after it is made up as `padMode` says.
   *
   * @returns the last frames, none where `center` is false
   * @throws ParameterError, where `center` is false, for a sound shorter than a frame; for one without samples, where
   * `padMode` is not 'constant'; and the second time
   */
  end(): ComplexSpectrogram {
    if (this.#hasEnded) throw new ParameterError('the sound has ended already; make a new StftStream for another one');
    requirePadding(this.#samples, this.#padMode, this.#framing);
    this.#hasEnded = true;
    return this.#transform(this.#kept(), countFrames(this.#samples, this.#framing) - this.#frames);
  }

  /** The number of frames that need nothing after the first `length` samples. */
  #complete(length: number): number {
    const { nFft, hopLength, pad } = this.#framing;
    // What is reflected before the sound ends with its sample number `pad`.
    const needed = Math.max(nFft - pad, this.#padMode === 'reflect' && pad > 0 ? pad + 1 : 0);
    return length < needed ? 0 : 1 + Math.floor((length + pad - nFft) / hopLength);
  }

  /** @param signal - the last samples, from the beginning of the sound or of the next frame on */
  #transform(signal: Float32Array, count: number): ComplexSpectrogram {
    const { hopLength, pad } = this.#framing;
    const start = this.#frames * hopLength - pad - (this.#samples - signal.length);
    this.#frames += count;
    return spectra(signal, start, count, this.#framing, this.#padMode);
  }

  /** The last nFft samples, or all. */
  #kept(): Float32Array {
    return this.#latest.subarray(Math.max(this.#filled - this.#framing.nFft, 0), this.#filled);
  }

  #keep(samples: Float32Array): void {
    const { nFft } = this.#framing;
    this.#samples += samples.length;
    const last = samples.subarray(Math.max(samples.length - nFft, 0));
    if (this.#filled + last.length > this.#latest.length) {
      // Seldom: only once for nFft samples.
      this.#latest.copyWithin(0, this.#filled - nFft, this.#filled);
      this.#filled = nFft;
    }
    this.#latest.set(last, this.#filled);
    this.#filled += last.length;
  }
}
