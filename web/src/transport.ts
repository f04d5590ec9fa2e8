import { find } from './elements.js';
import { clock, percent } from './format.js';
import type { Player } from './player.js';
import type { ScoreBars } from './scores.js';
import { best, type Timeline } from './timeline.js';
import { word } from './words.js';

/** The button that plays, the slider, and what is shown of the moment that is heard. */
export class Transport {
  readonly #player: Player;
  readonly #timeline: Timeline;
  readonly #bars: ScoreBars;
  readonly #position = find<HTMLInputElement>('position');
  /** The last that was shown: what rests costs nothing. */
  #shown: { time: number; windows: number } | undefined;

  /** @param toggle - plays, or pauses */
  constructor(player: Player, timeline: Timeline, bars: ScoreBars, toggle: () => void) {
    this.#player = player;
    this.#timeline = timeline;
    this.#bars = bars;
    find('play').addEventListener('click', toggle);
    for (const event of ['play', 'pause', 'ended']) player.element.addEventListener(event, () => this.#showPlaying());
    this.#position.addEventListener('input', () => this.#seek(Number(this.#position.value)));
    this.#position.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
      if (event.key === ' ') toggle();
      else if (step) this.#seek(player.element.currentTime + step);
      else return;
      event.preventDefault();
    });
  }

  /** Of another sound. */
  begin(duration: number): void {
    this.#position.max = String(duration);
    find('duration').textContent = ` / ${clock(duration)}`;
  }

  /** Shows the moment anew, also where nothing seems to have changed. */
  forget(): void {
    this.#shown = undefined;
  }

  show(): void {
    const { currentTime: time } = this.#player.element;
    const { duration, labels, rows, windows } = this.#timeline;
    if (this.#shown?.time === time && this.#shown.windows === windows.length) return;
    this.#shown = { time, windows: windows.length };
    find('time').textContent = clock(time);
    find('playhead').style.left = `${(100 * time) / (duration || 1)}%`;
    this.#position.value = String(time);
    const scores = this.#timeline.at(time);
    this.#bars.show(labels, rows, scores);
    const label = scores && best(scores);
    const values = { time: clock(time), duration: clock(duration) };
    const text =
      label === undefined
        ? word('positionValue', values)
        : word('positionHeard', { ...values, label: labels[label], score: percent(scores![label]) });
    if (this.#position.getAttribute('aria-valuetext') !== text) this.#position.setAttribute('aria-valuetext', text);
  }

  #seek(time: number): void {
    this.#player.element.currentTime = Math.min(Math.max(time, 0), this.#timeline.duration);
  }

  #showPlaying(): void {
    const { paused } = this.#player.element;
    const button = find('play');
    button.dataset.label = paused ? 'play' : 'pause';
    button.setAttribute('aria-label', word(paused ? 'play' : 'pause'));
    button.classList.toggle('playing', !paused);
    if (!paused) find('idle').hidden = true;
  }
}
