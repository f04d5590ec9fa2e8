import { melFilterbank, StftStream } from 'onpa/dsp';
import { frameLength, MEL_BANDS, topHz } from './mel-bands.js';
import { COLUMNS_PER_SECOND, type Heard } from './messages.js';

// The thread of sound: what plays or is being recorded, in columns of mel bands and peaks, as it comes.

declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare const sampleRate: number;

const HOP = Math.round(sampleRate / COLUMNS_PER_SECOND);

class Listener extends AudioWorkletProcessor {
  readonly #nFft = frameLength(sampleRate);
  readonly #stream = new StftStream({ nFft: this.#nFft, hopLength: HOP });
  readonly #filters = melFilterbank({ sampleRate, nFft: this.#nFft, nMels: MEL_BANDS, fMax: topHz(sampleRate) });
  #heard: Float32Array[] = [];
  #ended = false;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#ended = true;
    };
  }

  process([[samples]]: Float32Array[][]): boolean {
    if (!samples) return !this.#ended;
    this.#heard.push(samples.slice());
    const spectra = this.#stream.push(samples);
    if (spectra.columns === 0) return !this.#ended;
    const bands = this.#filters.mmul(spectra.power());
    const mel = Float32Array.from({ length: MEL_BANDS * spectra.columns }, (_, i) =>
      bands.get(i % MEL_BANDS, Math.floor(i / MEL_BANDS)),
    );
    const told: Heard = { mel, samples: joined(this.#heard), samplesPerColumn: HOP };
    this.#heard = [];
    this.port.postMessage(told, [told.mel.buffer, told.samples.buffer]);
    return !this.#ended;
  }
}

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

registerProcessor('listener', Listener);
