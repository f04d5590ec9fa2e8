import type { View } from 'vega';
import type { TimePlot } from '../player/time-plot.js';
import type { Spec } from '../spec.js';

/** Seconds of a unit of the axis, by the end of its title. */
const UNITS: readonly [RegExp, number][] = [
  [/\(ms\)\s*$|\bmilliseconds?\)?\s*$/i, 1e-3],
  [/\((s|min:s|h:min:s)\)\s*$|\bseconds?\)?\s*$|^time$/i, 1],
];

/** A part of a Vega specification: the chart, or one chart of several. */
interface Group {
  type?: string;
  name?: string;
  axes?: { orient: string; scale: string; title?: unknown }[];
  marks?: Group[];
}

/** A part of Vega's scene, which its type declarations leave out. */
interface SceneMark {
  marktype: string;
  name?: string;
  items: SceneItem[];
}

interface SceneItem {
  x: number;
  y: number;
  width?: number;
  height?: number;
  items: SceneMark[];
}

/**
 * The plots of a drawn chart whose x axis is time, from left and top: those whose title ends with a unit of time, as
 * 'Time (s)' of `waveshow` and `specshow` does, or 'Time (ms)'.
 *
 * @param compiled - the Vega specification that the view draws
 * @param size - of the picture, in pixels
 */
export function timePlots(compiled: Spec, view: View, size: { width: number; height: number }): TimePlot[] {
  const { root } = view.scenegraph() as unknown as { root: SceneMark };
  const [left, top] = view.origin();
  const padding = view.padding() as { left: number; top: number };
  const at = { x: left + padding.left, y: top + padding.top };
  const plots: TimePlot[] = [];

  const look = (group: Group, item: SceneItem, origin: { x: number; y: number }): void => {
    const place = { x: origin.x + item.x, y: origin.y + item.y };
    const axis = group.axes?.find(({ orient, title }) => orient === 'bottom' && unitOf(title) !== undefined);
    const range = axis && secondsOf(view, axis.scale, unitOf(axis.title)!);
    if (range) {
      const [width, height] = [item.width ?? 0, item.height ?? 0];
      plots.push({
        left: place.x / size.width,
        top: place.y / size.height,
        width: width / size.width,
        height: height / size.height,
        ...range,
      });
    }
    for (const part of (group.marks ?? []).filter(({ type }) => type === 'group')) {
      const drawn = item.items.find(({ marktype, name }) => marktype === 'group' && name === part.name);
      // One for each row of a table, of which there may be none.
      if (drawn?.items[0]) look(part, drawn.items[0], place);
    }
  };
  look(compiled as Group, root.items[0], at);
  return plots;
}

function unitOf(title: unknown): number | undefined {
  return typeof title === 'string' ? UNITS.find(([pattern]) => pattern.test(title))?.[1] : undefined;
}

/** The seconds at the ends of an axis; undefined of one on which equal steps are not equal times. */
function secondsOf(view: View, name: string, unit: number): { from: number; to: number } | undefined {
  const scale = view.scale(name);
  if (scale.type !== 'linear') return undefined;
  const [from, to] = scale.domain().map((end: number) => end * unit);
  return { from, to };
}
