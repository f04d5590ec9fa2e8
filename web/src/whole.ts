import { drawPeak, onNextFrame, picture, prepared } from './canvas.js';
import { paint, themeColor } from './colors.js';
import { melPosition } from './hertz.js';
import { brightness, decibels, MEL_BANDS } from './mel-bands.js';
import type { Columns } from './messages.js';

/** Waveform and mel spectrogram of a whole sound, as far as it has been read. */
export class WholeView {
  readonly #waveform: HTMLCanvasElement;
  readonly #mel: HTMLCanvasElement;
  readonly #hertz: HTMLElement;
  #columns = 0;
  #done = 0;
  #peaks = new Float32Array(0);
  #db = new Float32Array(0);
  #loudest = Number.NEGATIVE_INFINITY;
  /** Draws all again, before the next frame. */
  readonly draw = onNextFrame(() => {
    this.#drawWaveform();
    this.#drawMel();
  });

  constructor(waveform: HTMLCanvasElement, mel: HTMLCanvasElement, hertz: HTMLElement) {
    this.#waveform = waveform;
    this.#mel = mel;
    this.#hertz = hertz;
  }

  begin(columns: number, topHz: number): void {
    this.#columns = columns;
    this.#done = 0;
    this.#peaks = new Float32Array(2 * columns);
    this.#db = new Float32Array(MEL_BANDS * columns);
    this.#loudest = Number.NEGATIVE_INFINITY;
    const marks = [500, 1000, 2000, 4000, 8000].filter((hz) => hz <= topHz);
    this.#hertz.replaceChildren(
      ...marks.map((hz) => {
        const mark = document.createElement('span');
        mark.textContent = hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz`;
        mark.style.bottom = `${100 * melPosition(hz, topHz)}%`;
        return mark;
      }),
    );
    this.draw();
  }

  add({ from, peaks, mel }: Columns): void {
    this.#peaks.set(peaks, 2 * from);
    mel.forEach((power, i) => {
      const db = decibels(power);
      this.#db[MEL_BANDS * from + i] = db;
      this.#loudest = Math.max(this.#loudest, db);
    });
    this.#done = from + mel.length / MEL_BANDS;
    this.draw();
  }

  #drawWaveform(): void {
    const { context, width, height } = prepared(this.#waveform);
    const largest = this.#peaks.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-3);
    const [middle, scale] = [height / 2, width / Math.max(1, this.#columns)];
    context.fillStyle = themeColor('--wave');
    for (let column = 0; column < this.#done; column++) {
      const [low, high] = this.#peaks.subarray(2 * column, 2 * column + 2);
      drawPeak(context, { x: column * scale, width: scale, middle }, low / largest, high / largest);
    }
  }

  #drawMel(): void {
    const { context, width, height } = prepared(this.#mel);
    if (this.#done === 0) return;
    const image = new ImageData(this.#done, MEL_BANDS);
    for (let column = 0; column < this.#done; column++) {
      for (let band = 0; band < MEL_BANDS; band++) {
        const at = 4 * ((MEL_BANDS - 1 - band) * this.#done + column);
        paint(image.data, at, brightness(this.#db[MEL_BANDS * column + band], this.#loudest));
      }
    }
    const small = picture(this.#done, MEL_BANDS);
    small.putImageData(image, 0, 0);
    context.imageSmoothingQuality = 'high';
    context.drawImage(small.canvas, 0, 0, (width * this.#done) / this.#columns, height);
  }
}
