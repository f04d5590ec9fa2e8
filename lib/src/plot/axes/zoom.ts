import type { Spec } from '../spec.js';

/** The interval selection by which time axes move; charts of one picture that have it move together. */
export const TIME_ZOOM = 'zoom';

/** With Ctrl (on a Mac also Command, or two fingers that part) the wheel zooms; alone it scrolls the page. */
const WHEEL = 'wheel![event.ctrlKey || event.metaKey]';

/** Ctrl and the wheel zoom, a drag moves, a double click resets. */
export function zoomParams(name: string, encodings: readonly ('x' | 'y')[] = ['x']): Spec[] {
  return [{ name, select: { type: 'interval', encodings, zoom: WHEEL }, bind: 'scales' }];
}

/** A name for the selection that moves axes over these ranges: charts of one picture over the same ranges move together. */
export function zoomName(...domains: readonly (readonly [number, number])[]): string {
  const ends = domains.flat().map((end) => String(end).replace(/\W/g, (sign) => (sign === '-' ? 'm' : '_')));
  return [TIME_ZOOM, ...ends].join('_');
}
