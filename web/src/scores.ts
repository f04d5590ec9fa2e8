import { labelColor } from './colors.js';
import { percent } from './format.js';
import { best } from './timeline.js';

/** Scores as bars, each at its place, so that the eye can rest. */
export class ScoreBars {
  readonly #list: HTMLElement;
  readonly #best: HTMLElement;
  #rows: readonly number[] = [];
  #shown: Float32Array | undefined;

  constructor(list: HTMLElement, bestLabel: HTMLElement) {
    this.#list = list;
    this.#best = bestLabel;
  }

  show(labels: readonly string[], rows: readonly number[], scores: Float32Array | undefined): void {
    if (rows !== this.#rows) this.#build(labels, rows);
    else if (scores === this.#shown) return;
    this.#shown = scores;
    const first = scores && best(scores);
    this.#best.textContent = first === undefined ? '–' : labels[first];
    this.#best.style.setProperty('--label', first === undefined ? 'transparent' : labelColor(first).color);
    for (const [i, label] of rows.entries()) {
      const [, bar, number] = this.#list.children[i].children as unknown as HTMLElement[];
      (bar.firstElementChild as HTMLElement).style.transform = `scaleX(${scores?.[label] ?? 0})`;
      number.textContent = scores ? percent(scores[label]) : '';
      this.#list.children[i].classList.toggle('first', label === first);
    }
  }

  #build(labels: readonly string[], rows: readonly number[]): void {
    this.#rows = rows;
    this.#list.replaceChildren(
      ...rows.map((label) => {
        const item = document.createElement('li');
        const [name, bar, number] = ['span', 'div', 'span'].map((tag) => document.createElement(tag));
        name.textContent = labels[label];
        bar.append(document.createElement('i'));
        (bar.firstElementChild as HTMLElement).style.background = labelColor(label).color;
        item.append(name, bar, number);
        return item;
      }),
    );
  }
}
