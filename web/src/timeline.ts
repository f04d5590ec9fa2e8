import { onNextFrame, prepared } from './canvas.js';
import { labelColor, magmaCss, themeColor } from './colors.js';
import { WINDOW, windowAt, windowSpan } from './windows.js';

/** The most labels that have a row: of a model with hundreds, those with the largest scores. */
const MOST_ROWS = 12;
const ROW_HEIGHT = 17;

/** Consecutive windows with one best label. */
export interface Span {
  from: number;
  to: number;
  label: number;
  /** The mean score of the label. */
  score: number;
}

/** The scores of all windows, and their picture: a strip of the best labels, and below it all labels. */
export class Timeline {
  labels: readonly string[] = [];
  readonly windows: Float32Array[] = [];
  /** Numbers of the labels that are shown, in the labels' order. */
  rows: readonly number[] = [];
  duration = 0;
  readonly #strip: HTMLCanvasElement;
  readonly #heat: HTMLCanvasElement;
  readonly #names: HTMLElement;
  /** The largest score of each label so far. */
  #most = new Float32Array(0);
  /** Draws all again, before the next frame. */
  readonly draw = onNextFrame(() => {
    this.#drawStrip();
    this.#drawHeat();
  });

  constructor(strip: HTMLCanvasElement, heat: HTMLCanvasElement, names: HTMLElement) {
    this.#strip = strip;
    this.#heat = heat;
    this.#names = names;
  }

  begin(duration: number): void {
    this.duration = duration;
    this.labels = [];
    this.windows.length = 0;
    this.#setRows([]);
    this.draw();
  }

  setLabels(labels: readonly string[]): void {
    this.labels = labels;
    this.#most = new Float32Array(labels.length);
    this.#setRows(labels.slice(0, MOST_ROWS).map((_, i) => i));
    this.draw();
  }

  add(scores: Float32Array): void {
    this.windows.push(scores);
    scores.forEach((score, label) => {
      this.#most[label] = Math.max(this.#most[label], score);
    });
    if (this.labels.length > MOST_ROWS) this.#setRows(this.#largest());
    this.draw();
  }

  /** The scores that are nearest to a time, if any. */
  at(time: number): Float32Array | undefined {
    return this.windows[windowAt(time, this.windows.length)];
  }

  spans(): Span[] {
    const found: (Span & { count: number })[] = [];
    this.windows.forEach((scores, index) => {
      const label = best(scores);
      const [from, to] = this.#cell(index);
      const last = found.at(-1);
      if (last?.label === label) Object.assign(last, { to, score: last.score + scores[label], count: last.count + 1 });
      else found.push({ from, to, label, score: scores[label], count: 1 });
    });
    return found.map(({ count, score, ...span }) => ({ ...span, score: score / count }));
  }

  /** A line for each window: from when to when it lasts, and the score of each label. */
  csv(): string {
    const quoted = this.labels.map((label) => (/[",\n]/.test(label) ? `"${label.replaceAll('"', '""')}"` : label));
    const lines = this.windows.map((scores, i) => [...windowSpan(i, this.duration), ...scores].join());
    return [['from', 'to', ...quoted].join(), ...lines, ''].join('\n');
  }

  /** What a window stands for: a step around its middle. */
  #cell(index: number): [from: number, to: number] {
    if (this.duration <= WINDOW.seconds) return [0, this.duration];
    const middle = index * WINDOW.hop + WINDOW.seconds / 2;
    return [middle - WINDOW.hop / 2, middle + WINDOW.hop / 2];
  }

  #largest(): number[] {
    const order = this.labels.map((_, label) => label).sort((a, b) => this.#most[b] - this.#most[a]);
    return order.slice(0, MOST_ROWS).sort((a, b) => a - b);
  }

  #setRows(rows: readonly number[]): void {
    if (rows.join() === this.rows.join() && this.#names.childElementCount === rows.length) return;
    this.rows = rows;
    this.#heat.style.height = `${Math.max(1, rows.length) * ROW_HEIGHT}px`;
    this.#names.replaceChildren(
      ...rows.map((label) => {
        const name = document.createElement('span');
        name.textContent = this.labels[label];
        return name;
      }),
    );
  }

  #drawStrip(): void {
    const { context, width, height } = prepared(this.#strip);
    const scale = width / this.duration;
    const { fontSize, fontFamily } = getComputedStyle(this.#strip);
    context.font = `${fontSize} ${fontFamily}`;
    context.textBaseline = 'middle';
    for (const { from, to, label } of this.spans()) {
      const { color, text } = labelColor(label);
      const [x, wide] = [from * scale, (to - from) * scale];
      context.fillStyle = color;
      context.fillRect(x, 0, wide, height);
      context.fillStyle = themeColor('--page');
      context.fillRect(x + wide - 0.5, 0, 1, height);
      if (context.measureText(this.labels[label]).width + 12 > wide) continue;
      context.fillStyle = text;
      context.fillText(this.labels[label], x + 6, height / 2 + 0.5);
    }
  }

  #drawHeat(): void {
    const { context, width, height } = prepared(this.#heat);
    const [scale, tall] = [width / this.duration, height / Math.max(1, this.rows.length)];
    this.windows.forEach((scores, index) => {
      // Whole pixels: no seams.
      const [from, to] = this.#cell(index).map((time) => Math.round(time * scale));
      this.rows.forEach((label, row) => {
        context.fillStyle = magmaCss(scores[label]);
        context.fillRect(from, row * tall, Math.max(1, to - from), tall);
      });
    });
  }
}

/** The label with the largest score. */
export function best(scores: Float32Array): number {
  return scores.indexOf(Math.max(...scores));
}
