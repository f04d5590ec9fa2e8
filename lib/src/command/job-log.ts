import { formatJson } from '../json.js';
import { entryLine, terminalDisplay } from '../training/trackers/terminal-display.js';
import type { Tracker } from '../training/trackers/tracker.js';
import { trainingSummary } from '../training/trackers/training-summary.js';
import { watchTraining } from '../training/trackers/training-watch.js';
import type { LogEntry } from '../training/trainer-state.js';

/** Where a job writes. */
export interface JobStreams {
  /** The entries of the log: stdout. */
  log: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  /** All else: stderr. */
  notes: { write(text: string): unknown };
  /** In ms. */
  now?: () => number;
}

/** How long nothing is said before a line tells that training goes on, in ms. */
const SILENCE = 60_000;

/** A line for an entry of the log. */
export const logLine = (entry: LogEntry, format: string): string =>
  `${format === 'json' ? formatJson(entry) : entryLine(entry)}\n`;

/**
 * Who tells of a training: a line for each entry; and in a terminal how far it is in a line that is drawn over and over,
 * elsewhere now and then in a line among the notes.
 *
 * @param shows - whether the line in a terminal is wanted
 */
export function jobTrackers(
  format: string,
  shows: boolean,
  { log, notes, now = () => performance.now() }: JobStreams,
): Tracker[] {
  if (format === 'text' && log.isTTY && shows) return [terminalDisplay({ stream: log, now })];
  let last = now();
  const watch = watchTraining((view, event) => {
    if (event === 'log') {
      log.write(logLine(view.entries.at(-1)!, format));
      last = now();
    } else if (event === 'begin' || event === 'end' || now() - last >= SILENCE) {
      notes.write(`${trainingSummary(view)}\n`);
      last = now();
    }
  }, now);
  return [{ name: 'The log', ...watch }];
}
