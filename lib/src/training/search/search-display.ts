import { randomUUID } from 'node:crypto';
import { escapeHtml } from '../../html.js';
import { type Display, notebook } from '../../notebook.js';
import { terminalDisplay } from '../trackers/terminal-display.js';
import type { Tracker } from '../trackers/tracker.js';
import { trainingSummary } from '../trackers/training-summary.js';
import { watchTraining } from '../trackers/training-watch.js';
import type { Hyperparameter } from './search-space.js';
import { bestTrial, type Direction, type TrialRecord } from './trial.js';

export interface SearchDisplay {
  /** After each change of the trials. */
  update(trials: readonly TrialRecord[]): void;
  /** Watches the next training of a trial. */
  tracker(): Tracker;
}

export interface SearchDisplayOptions {
  nTrials: number;
  direction: Direction;
}

export interface SearchSurroundings {
  display: Display | undefined;
  stream: { isTTY?: boolean; columns?: number; write(text: string): unknown };
  /** In ms. */
  now: () => number;
}

/** Least time between two drawings in a notebook, in ms. */
const INTERVAL = 1000;

/**
 * How far a search is: in a notebook one output below the cell with the trial that runs and a table of all; elsewhere
 * the lines of each training on stderr, and one for each trial that has ended.
 */
export function searchDisplay(
  options: SearchDisplayOptions,
  surroundings: Partial<SearchSurroundings> = {},
): SearchDisplay {
  const { display = notebook(), stream = process.stderr, now = () => performance.now() } = surroundings;
  return display ? onNotebook(options, display, now) : onStream(options, stream, now);
}

function onNotebook({ nTrials, direction }: SearchDisplayOptions, display: Display, now: () => number): SearchDisplay {
  const id = randomUUID();
  let trials: readonly TrialRecord[] = [];
  let training = '';
  let isShown = false;
  let next = 0;
  const draw = (): void => {
    const done = trials.filter(({ state }) => state !== 'running').length;
    const lines = [`${done} of ${nTrials} trials${bestText(trials, direction)}`, ...(training ? [training] : [])];
    const table = tableOf(trials);
    const bar = `<progress aria-label="Search" value="${done}" max="${nTrials}"></progress> `;
    const html = lines.map((line, i) => `<div>${i === 0 && done < nTrials ? bar : ''}${escapeHtml(line)}</div>`);
    const text = [...lines, ...table.map((cells) => cells.join('  '))].join('\n');
    display({ 'text/html': [...html, htmlTable(table)].join('\n'), 'text/plain': text }, { id, update: isShown });
    isShown = true;
  };
  return {
    update(news) {
      trials = [...news];
      training = '';
      draw();
    },
    tracker() {
      const watch = watchTraining((view, event) => {
        training = `Trial ${trials.length - 1}: ${trainingSummary(view)}`;
        if (event !== 'end' && now() < next) return;
        draw();
        next = now() + INTERVAL;
      }, now);
      return { name: 'The live display', ...watch };
    },
  };
}

function onStream(
  { direction }: SearchDisplayOptions,
  stream: SearchSurroundings['stream'],
  now: () => number,
): SearchDisplay {
  let told: number | undefined;
  return {
    update(trials) {
      const ended = trials.filter(({ state }) => state !== 'running');
      // What an earlier call has found is not told again.
      for (const trial of ended.slice(told ?? ended.length)) {
        stream.write(`${trialText(trial)}${bestText(ended, direction)}\n`);
      }
      told = ended.length;
    },
    tracker: () => terminalDisplay({ stream, now }),
  };
}

/** 'Trial 3: complete, objective 0.1234, learningRate 0.000021, numTrainEpochs 2'; of one that failed, why */
function trialText({ number, state, value, params, reason }: TrialRecord): string {
  const values = Object.entries(params).map(([name, param]) => `${name} ${shortValue(param)}`);
  const objective = value === undefined ? [] : [`objective ${shortValue(value)}`];
  const why = reason === undefined ? '' : ` (${firstSentence(reason)})`;
  return `Trial ${number}: ${[`${state}${why}`, ...objective, ...values].join(', ')}`;
}

function bestText(trials: readonly TrialRecord[], direction: Direction): string {
  const best = bestTrial(trials, direction);
  return best ? `; best is trial ${best.number} with ${shortValue(best.value)}` : '';
}

function tableOf(trials: readonly TrialRecord[]): string[][] {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))];
  const rows = trials.map(({ number, state, value, params, reason = '' }) => [
    String(number),
    state,
    value === undefined ? firstSentence(reason) : shortValue(value),
    ...names.map((name) => shortValue(params[name])),
  ]);
  return [['Trial', 'State', 'Objective', ...names], ...rows];
}

function htmlTable([head, ...rows]: string[][]): string {
  const line = (cells: readonly string[], tag: string): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>\n<thead>${line(head, 'th')}</thead>\n<tbody>\n${rows.map((row) => line(row, 'td')).join('\n')}\n</tbody></table>`;
}

const firstSentence = (text: string): string => text.split('. ')[0];

const shortValue = (value: Hyperparameter): string =>
  typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
