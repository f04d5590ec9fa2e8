import { drawPeak, picture, prepared } from './canvas.js';
import { magmaCss, paint, themeColor } from './colors.js';
import { brightness, decibels, MEL_BANDS } from './mel-bands.js';
import { COLUMNS_PER_SECOND, type Heard } from './messages.js';

/** What is seen of live sound, in seconds. */
export const LIVE_SECONDS = 6;

const SEEN = LIVE_SECONDS * COLUMNS_PER_SECOND;
/** Kept in a ring. */
const KEPT = 1024;
/** The picture is never this far behind, in columns. */
const LATEST = 12;
/** The least power that is drawn bright, in dB: noise of a quiet room stays dark. */
const FLOOR_DB = -10;
const WAVE_SHARE = 0.3;
const GAP = 6;

/** Waveform and mel spectrogram of the last seconds, which move to the left. */
export class LiveView {
  readonly #canvas: HTMLCanvasElement;
  readonly #mel = picture(KEPT, MEL_BANDS);
  readonly #peaks = new Float32Array(2 * KEPT);
  #columns = 0;
  #samples = 0;
  #position = 0;
  #loudest = FLOOR_DB;
  #drawnAt = 0;
  #isDrawn = false;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.clear();
  }

  /** Forgets what it has heard. */
  clear(): void {
    this.#columns = this.#samples = this.#position = 0;
    this.#loudest = FLOOR_DB;
    this.#mel.fillStyle = magmaCss(0);
    this.#mel.fillRect(0, 0, KEPT, MEL_BANDS);
    this.#peaks.fill(0);
    this.redraw();
  }

  /** Has the next frame drawn, even where nothing moves. */
  redraw(): void {
    this.#isDrawn = false;
  }

  push({ mel, samples, samplesPerColumn }: Heard): void {
    for (const sample of samples) {
      const column = 2 * (Math.floor(this.#samples / samplesPerColumn) % KEPT);
      if (this.#samples++ % samplesPerColumn === 0) this.#peaks.fill(sample, column, column + 2);
      this.#peaks[column] = Math.min(this.#peaks[column], sample);
      this.#peaks[column + 1] = Math.max(this.#peaks[column + 1], sample);
    }
    const image = new ImageData(1, MEL_BANDS);
    for (let from = 0; from < mel.length; from += MEL_BANDS, this.#columns++) {
      for (let band = 0; band < MEL_BANDS; band++) {
        const db = decibels(mel[from + band]);
        this.#loudest = Math.max(this.#loudest, db);
        paint(image.data, 4 * (MEL_BANDS - 1 - band), brightness(db, this.#loudest));
      }
      this.#mel.putImageData(image, this.#columns % KEPT, 0);
    }
  }

  /** @param now - the time of the frame, in ms: the picture moves as time does, not as messages come */
  draw(now: number): void {
    const before = this.#position;
    const passed = ((now - this.#drawnAt) / 1000) * COLUMNS_PER_SECOND;
    this.#drawnAt = now;
    this.#position = Math.min(this.#columns, Math.max(this.#columns - LATEST, this.#position + passed));
    if (this.#isDrawn && this.#position === before) return;
    this.#isDrawn = true;
    const { context, width, height } = prepared(this.#canvas);
    const waveHeight = Math.round(WAVE_SHARE * height);
    this.#drawMel(context, width, waveHeight + GAP, height - waveHeight - GAP);
    this.#drawWave(context, width, waveHeight);
  }

  #drawMel(context: CanvasRenderingContext2D, width: number, top: number, height: number): void {
    const scale = width / SEEN;
    context.fillStyle = magmaCss(0);
    context.fillRect(0, top, width, height);
    for (let from = Math.max(0, this.#position - SEEN); from < this.#position; ) {
      const inRing = from % KEPT;
      const count = Math.min(this.#position - from, KEPT - inRing);
      const x = (from - this.#position + SEEN) * scale;
      context.drawImage(this.#mel.canvas, inRing, 0, count, MEL_BANDS, x, top, count * scale, height);
      from += count;
    }
  }

  #drawWave(context: CanvasRenderingContext2D, width: number, height: number): void {
    const scale = width / SEEN;
    const middle = height / 2;
    context.fillStyle = themeColor('--wave');
    const first = Math.max(0, Math.floor(this.#position - SEEN));
    for (let column = first; column < Math.floor(this.#position); column++) {
      const [low, high] = this.#peaks.subarray(2 * (column % KEPT), 2 * (column % KEPT) + 2);
      const x = (column - this.#position + SEEN) * scale;
      drawPeak(context, { x, width: scale, middle }, low, high);
    }
    context.fillRect(0, middle - 0.25, width, 0.5);
  }
}
