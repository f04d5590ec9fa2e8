import { melSpectrogram } from 'onpa/dsp';
import { frameLength, MEL_BANDS, topHz } from './mel-bands.js';
import type { Columns, SoundFacts } from './messages.js';

/** The most columns that a picture of a whole sound has. */
const MOST_COLUMNS = 1200;

/** A picture of a whole sound, in columns of equal length, as it is decoded. */
export class Overview {
  readonly columns: number;
  readonly #sampleRate: number;
  readonly #perColumn: number;
  readonly #nFft: number;
  readonly #hopLength: number;
  #carried: Float32Array;
  #frames = 0;
  #samples = 0;
  /** The column that is being filled, and those that are whole. */
  #column = 0;
  #count = 0;
  readonly #power = new Float32Array(MEL_BANDS);
  readonly #peaks: Float32Array;
  #ready: number[] = [];
  #from = 0;

  constructor({ sampleRate, duration }: SoundFacts) {
    const length = Math.max(1, duration * sampleRate);
    this.#sampleRate = sampleRate;
    this.#nFft = frameLength(sampleRate);
    // A long sound is not looked at more closely than is seen.
    this.#hopLength = Math.min(this.#nFft / 2, Math.max(64, Math.floor(length / MOST_COLUMNS)));
    this.columns = Math.max(1, Math.min(MOST_COLUMNS, Math.floor(length / this.#hopLength)));
    this.#perColumn = length / this.columns;
    // Frames are centred.
    this.#carried = new Float32Array(this.#nFft / 2);
    this.#peaks = new Float32Array(2 * this.columns);
  }

  /** @returns the columns that have become whole */
  push(samples: Float32Array): Columns {
    for (let i = 0; i < samples.length; i++) {
      const column = Math.min(Math.floor((this.#samples + i) / this.#perColumn), this.columns - 1);
      this.#peaks[2 * column] = Math.min(this.#peaks[2 * column], samples[i]);
      this.#peaks[2 * column + 1] = Math.max(this.#peaks[2 * column + 1], samples[i]);
    }
    this.#samples += samples.length;
    this.#transform(samples);
    return this.#whole();
  }

  /** @returns the last columns */
  end(): Columns {
    this.#transform(new Float32Array(this.#nFft / 2));
    this.#finish();
    return this.#whole();
  }

  #transform(samples: Float32Array): void {
    const signal = new Float32Array(this.#carried.length + samples.length);
    signal.set(this.#carried);
    signal.set(samples, this.#carried.length);
    if (signal.length < this.#nFft) {
      this.#carried = signal;
      return;
    }
    const mel = melSpectrogram(
      { samples: signal, sampleRate: this.#sampleRate },
      {
        nFft: this.#nFft,
        hopLength: this.#hopLength,
        nMels: MEL_BANDS,
        fMax: topHz(this.#sampleRate),
        center: false,
      },
    );
    for (let frame = 0; frame < mel.columns; frame++, this.#frames++) {
      const column = Math.floor((this.#frames * this.#hopLength) / this.#perColumn);
      if (column > this.#column && column < this.columns) {
        this.#finish();
        this.#column = column;
      }
      for (let band = 0; band < MEL_BANDS; band++) this.#power[band] += mel.data[band * mel.columns + frame];
      this.#count++;
    }
    this.#carried = signal.slice(mel.columns * this.#hopLength);
  }

  #finish(): void {
    for (const sum of this.#power) this.#ready.push(sum / Math.max(1, this.#count));
    this.#power.fill(0);
    this.#count = 0;
  }

  #whole(): Columns {
    const from = this.#from;
    const mel = Float32Array.from(this.#ready);
    this.#from += mel.length / MEL_BANDS;
    this.#ready = [];
    return { from, mel, peaks: this.#peaks.slice(2 * from, 2 * this.#from) };
  }
}
