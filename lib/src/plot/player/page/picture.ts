import type { TimePlot } from '../time-plot.js';
import { element } from './element.js';
import type { Range } from './transport.js';

/** A picture of a sound with what moves over it. */
export interface Picture {
  node: HTMLElement;
  show(position: number, selection: Range | undefined): void;
}

/** What is asked of the player by the pointer. */
export interface PointerUse {
  /** A click at a time. */
  seek(seconds: number): void;
  /** A drag over a stretch. */
  select(range: Range): void;
}

/** A pointer that moves less is clicked, not dragged; in pixels. */
const STILL = 4;

const percent = (share: number): string => `${(100 * share).toFixed(3)}%`;

/**
 * The picture with a playhead in each plot, and what a click and a drag in it mean.
 *
 * @param duration - in seconds; the axis may show more, where there is no sound
 */
export function picture(
  image: HTMLImageElement,
  plots: readonly TimePlot[],
  duration: number,
  use: PointerUse,
): Picture {
  const copy = element('img', { src: image.src, alt: image.alt, width: String(image.width), draggable: 'false' });
  const node = element('div', { class: 'picture' }, copy);
  const layers = plots.map((plot) => {
    const stretch = element('div', { class: 'stretch' });
    const head = element('div', { class: 'head' });
    const layer = element('div', { class: 'plot' }, stretch, head);
    layer.style.cssText = `left:${percent(plot.left)};top:${percent(plot.top)};width:${percent(plot.width)};height:${percent(plot.height)}`;
    node.append(layer);
    return { plot, stretch, head };
  });

  const share = (plot: TimePlot, seconds: number): number => (seconds - plot.from) / (plot.to - plot.from);
  const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

  function mark(selection: Range | undefined): void {
    for (const { plot, stretch } of layers) {
      stretch.hidden = selection === undefined;
      if (!selection) continue;
      const [from, to] = selection.map((seconds) => within(share(plot, seconds), 0, 1));
      stretch.style.left = percent(from);
      stretch.style.width = percent(to - from);
    }
  }

  /** The plot under the pointer, or the one that is nearest. */
  function plotAt(event: PointerEvent): TimePlot {
    const frame = copy.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width;
    const y = (event.clientY - frame.top) / frame.height;
    const off = ({ left, top, width, height }: TimePlot): number =>
      Math.abs(x - within(x, left, left + width)) + Math.abs(y - within(y, top, top + height));
    return plots.reduce((best, plot) => (off(plot) < off(best) ? plot : best));
  }

  function timeAt(event: PointerEvent, { left, width, from, to }: TimePlot): number {
    const frame = copy.getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width - left) / width;
    return within(from + x * (to - from), 0, duration);
  }

  let down: { plot: TimePlot; x: number; seconds: number; isDrag: boolean } | undefined;
  const ends = (event: PointerEvent): Range => {
    const [a, b] = [down!.seconds, timeAt(event, down!.plot)];
    return a < b ? [a, b] : [b, a];
  };
  let shown: Range | undefined;

  node.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const plot = plotAt(event);
    down = { plot, x: event.clientX, seconds: timeAt(event, plot), isDrag: false };
    node.setPointerCapture(event.pointerId);
  });
  node.addEventListener('pointermove', (event) => {
    if (!down) return;
    down.isDrag ||= Math.abs(event.clientX - down.x) >= STILL;
    if (down.isDrag) mark(ends(event));
  });
  node.addEventListener('pointerup', (event) => {
    if (!down) return;
    const { isDrag, seconds } = down;
    const range = ends(event);
    down = undefined;
    if (isDrag && range[0] < range[1]) use.select(range);
    else use.seek(seconds);
  });
  // The finger scrolls the page instead.
  node.addEventListener('pointercancel', () => {
    down = undefined;
    mark(shown);
  });

  return {
    node,
    show(position, selection) {
      shown = selection;
      if (!down?.isDrag) mark(selection);
      for (const { plot, head } of layers) {
        const at = share(plot, position);
        head.hidden = at < 0 || at > 1;
        head.style.left = percent(at);
      }
    },
  };
}
