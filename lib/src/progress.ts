import { randomUUID } from 'node:crypto';
import { escapeHtml } from './html.js';
import { type Display, notebook } from './notebook.js';

export interface ProgressOptions {
  /** What is being done, in a few words. */
  title: string;
  /** How much there is to do, in units; unknown if left out. */
  total?: number;
  /** What is counted: 'bytes' are shown as MB, all else by its name: 'steps', 'files'. Default 'steps'. */
  unit?: string;
  /** How much an earlier run has done already; it does not count for the rate. Default 0. */
  start?: number;
}

/** A progress bar. Call `end` in a `finally`, so that its line is closed also where the work fails. */
export interface Progress {
  /** @param done - how much is done by now, in units, together with `start` */
  update(done: number): void;
  end(): void;
}

/** How far work has come. */
export interface ProgressState extends ProgressOptions {
  done: number;
  /** Time since the beginning, in s. */
  seconds: number;
}

/** Where a progress bar gets the time from and where it is drawn. */
export interface ProgressSurroundings {
  /** In ms. */
  now: () => number;
  display: Display | undefined;
  stream: { isTTY?: boolean; columns?: number; write(text: string): unknown };
}

/** Work that takes less, in ms, shows no bar. */
const AT_ONCE = 500;
/** Least time between two drawings, in ms. */
const INTERVAL = 100;
/** In characters. */
const BAR_LENGTH = 24;
const TITLE_LENGTH = 40;

/**
 * A bar with rate and time left, for work that takes long: in a notebook one output below the cell, in a terminal one
 * line on stderr, elsewhere only its last line on stderr. Work that is done within half a second shows nothing.
 *
 * @example
 * const bar = progress({ title: 'Epoch 1', total: 120 });
 * try {
 *   for (let step = 1; step <= 120; step++) bar.update(step);
 * } finally {
 *   bar.end();
 * }
 */
export function progress(options: ProgressOptions, surroundings: Partial<ProgressSurroundings> = {}): Progress {
  const { now = () => performance.now(), display = notebook(), stream = process.stderr } = surroundings;
  const draw = display ? onNotebook(display) : onStream(stream);
  const begin = now();
  let next = begin + AT_ONCE;
  let done = options.start ?? 0;
  let ended = false;
  const state = (): ProgressState => ({ ...options, done, seconds: (now() - begin) / 1000 });
  return {
    update(units) {
      done = units;
      if (ended || now() < next) return;
      next = now() + INTERVAL;
      draw(state(), false);
    },
    end() {
      if (!ended && now() >= begin + AT_ONCE) draw(state(), true);
      ended = true;
    },
  };
}

type Draw = (state: ProgressState, final: boolean) => void;

function onNotebook(display: Display): Draw {
  const id = randomUUID();
  let update = false;
  return (state, final) => {
    const share = shareOf(state);
    const bar =
      final || share === undefined
        ? ''
        : `<progress aria-label="${escapeHtml(state.title)}" value="${share.toFixed(3)}" max="1"></progress> `;
    const html = `<div>${escapeHtml(shorten(state.title))} ${bar}${escapeHtml(figures(state, final))}</div>`;
    display({ 'text/html': html, 'text/plain': line(state, final) }, { id, update });
    update = true;
  };
}

function onStream(stream: ProgressSurroundings['stream']): Draw {
  let length = 0;
  return (state, final) => {
    if (!stream.isTTY) {
      if (final) stream.write(`${line(state, true)}\n`);
      return;
    }
    // A line that reached the last column would wrap, and could not be written over.
    const text = line(state, final).slice(0, (stream.columns || 80) - 1);
    stream.write(`\r${text.padEnd(length)}${final ? '\n' : ''}`);
    length = text.length;
  };
}

/** The whole line: title, bar and figures; the last one of all without the bar. */
export function line(state: ProgressState, final: boolean): string {
  const share = shareOf(state);
  const filled = Math.floor((share ?? 0) * BAR_LENGTH);
  const bar = final || share === undefined ? '' : `${'█'.repeat(filled).padEnd(BAR_LENGTH, '░')} `;
  return `${shorten(state.title)} ${bar}${figures(state, final)}`;
}

/** '45 %, 42.3/94.0 MB, 12.1 MB/s, 0:04 left'; at the end what was done in which time. */
function figures(state: ProgressState, final: boolean): string {
  const { done, total, start = 0, unit = 'steps', seconds } = state;
  const share = shareOf(state);
  const perSecond = seconds > 0 ? (done - start) / seconds : 0;
  const amount = amounts(share === undefined || (final && share === 1) ? [done] : [done, total!], unit);
  if (final) {
    const stopped = share !== undefined && share < 1;
    const time = formatSeconds(seconds);
    return `${stopped ? `stopped at ${amount} after` : `${amount} in`} ${time}, ${rate(perSecond, unit)}`;
  }
  const parts = [amount];
  if (share !== undefined) parts.unshift(`${Math.floor(share * 100)} %`);
  if (perSecond > 0) {
    parts.push(rate(perSecond, unit));
    if (share !== undefined) parts.push(`${formatSeconds((total! - done) / perSecond)} left`);
  }
  return parts.join(', ');
}

/** The part that is done, in [0, 1]; undefined where the total is unknown. */
function shareOf({ done, total }: ProgressState): number | undefined {
  if (total === undefined) return undefined;
  return total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
}

function amounts(numbers: number[], unit: string): string {
  if (unit !== 'bytes') return `${numbers.join('/')} ${unit}`;
  return `${numbers.map((bytes) => (bytes / 1e6).toFixed(1)).join('/')} MB`;
}

function rate(perSecond: number, unit: string): string {
  if (unit === 'bytes') return `${amounts([perSecond], unit)}/s`;
  return perSecond >= 1 || perSecond === 0
    ? `${perSecond.toFixed(1)} ${unit}/s`
    : `${(1 / perSecond).toFixed(1)} s each`;
}

/** 'minutes:seconds', with hours where there are any. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** The end of a path says more than its beginning. */
function shorten(title: string): string {
  return title.length > TITLE_LENGTH ? `…${title.slice(1 - TITLE_LENGTH)}` : title;
}
