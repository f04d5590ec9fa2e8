import { find, offer } from './elements.js';
import { percent, timeTicks } from './format.js';
import type { Timeline } from './timeline.js';

/** The timeline as a table, and as a file to save. */
export function showResults(timeline: Timeline): void {
  find('results').hidden = timeline.windows.length === 0;
  const lines = timeline.spans().map(({ from, to, label, score }) => {
    const line = document.createElement('tr');
    for (const text of [`${from.toFixed(1)} s`, `${to.toFixed(1)} s`, timeline.labels[label], percent(score)]) {
      line.insertCell().textContent = text;
    }
    return line;
  });
  find('spans').replaceChildren(...lines);
  offer('save', new Blob([timeline.csv()], { type: 'text/csv' }));
}

/** The time axis under the timeline. */
export function drawTimes(duration: number): void {
  const times = find('times');
  const ticks = timeTicks(duration, Math.max(2, times.clientWidth / 70));
  times.replaceChildren(
    ...ticks.map(({ time, text }) => {
      const tick = document.createElement('span');
      tick.textContent = text;
      tick.style.left = `${(100 * time) / duration}%`;
      tick.classList.toggle('last', time > 0.93 * duration);
      return tick;
    }),
  );
}
