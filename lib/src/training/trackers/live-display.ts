import { notebook } from '../../notebook.js';
import { type Progress, type ProgressSurroundings, progress } from '../../progress.js';
import { notebookDisplay } from './notebook-display.js';
import { terminalDisplay } from './terminal-display.js';
import type { Tracker } from './tracker.js';

/**
 * How far training is, while it runs: in a notebook one output below the cell with figures, curves and a table; elsewhere
 * a line on stderr, and a line for each log entry. An evaluation outside of training shows a progress bar.
 */
export function liveDisplay(surroundings: Partial<ProgressSurroundings> = {}): Tracker {
  const { display = notebook(), stream, now } = surroundings;
  const training = display ? notebookDisplay({ display, now }) : terminalDisplay({ stream, now });
  let isTraining = false;
  let bar: Progress | undefined;
  return {
    ...training,
    begin(run) {
      isTraining = true;
      return training.begin(run);
    },
    evaluating({ done, total }) {
      if (isTraining) return training.evaluating?.({ done, total });
      bar ??= progress({ title: 'Evaluation', total, unit: 'clips' }, surroundings);
      bar.update(done);
      if (done < total) return;
      bar.end();
      bar = undefined;
    },
    end(outcome) {
      isTraining = false;
      return training.end(outcome);
    },
  };
}
