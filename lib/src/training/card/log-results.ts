import type { LogEntry } from '../trainer-state.js';
import { roundedFloat } from './python-number.js';

/** What a log says of evaluations. */
export interface LogResults {
  /** A row for each evaluation in training: 'Training Loss', 'Epoch', 'Step', 'Validation Loss', 'Accuracy' … */
  table: ResultTable | undefined;
  /** Of the last evaluation, by name. */
  evaluation: Readonly<Record<string, number>> | undefined;
}

export interface ResultTable {
  header: string[];
  rows: string[][];
}

const TIMES = ['runtime', 'samples_per_second', 'steps_per_second'];

const capitalized = (words: readonly string[]): string =>
  words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join(' ');

/** Finds the results in a log, as the model cards of Transformers do. */
export function logResults(log: readonly LogEntry[]): LogResults {
  const end = log.findIndex((entry) => 'train_runtime' in entry);
  const last = log.findLastIndex((entry) => 'eval_loss' in entry);
  if (end < 0) return { table: undefined, evaluation: last < 0 ? undefined : log[last] };
  // An evaluation that comes first of all is none of a trained model.
  const evaluation = last > 0 ? resultsOf(log[last]) : undefined;
  return { table: tableOf(log.slice(0, end)), evaluation };
}

function resultsOf(entry: LogEntry): Record<string, number> {
  const results: Record<string, number> = {};
  for (const [key, value] of Object.entries(entry)) {
    const name = key.replace(/^eval_/, '');
    if (![...TIMES, 'epoch', 'step'].includes(name)) results[capitalized(name.split('_'))] = value;
  }
  return results;
}

function tableOf(log: readonly LogEntry[]): ResultTable {
  let trainingLoss = 'No log';
  let header: string[] = [];
  const rows: string[][] = [];
  for (const entry of log) {
    if ('loss' in entry) trainingLoss = roundedFloat(entry.loss);
    if (!('eval_loss' in entry)) continue;
    const { total_flos: _, epoch, step, ...metrics } = entry;
    const row = new Map([
      ['Training Loss', trainingLoss],
      ['Epoch', epoch === undefined ? 'None' : roundedFloat(epoch)],
      ['Step', String(step ?? 'None')],
    ]);
    for (const [key, value] of Object.entries(metrics)) {
      if (TIMES.includes(key.replace(/^eval_/, ''))) continue;
      const name = key === 'eval_loss' ? 'Validation Loss' : capitalized(key.split('_').slice(1));
      row.set(name, roundedFloat(value));
    }
    if (header.length === 0) header = [...row.keys()];
    rows.push(header.map((name) => row.get(name) ?? ''));
  }
  return { header, rows };
}

/** Metrics that the Hub knows by a tag. */
const TAGS = 'accuracy bleu f1 matthews_correlation pearsonr precision recall rouge sacrebleu spearmanr wer'.split(' ');

/** The Hub's tags of results, and by which names the results are known here. */
export function metricTags(results: Readonly<Record<string, number>> = {}): Map<string, string> {
  const tags = new Map<string, string>();
  for (const name of Object.keys(results)) {
    const tag = name.toLowerCase().replaceAll(' ', '_');
    if (TAGS.includes(tag)) tags.set(tag, name);
    else if (tag === 'rouge1') tags.set('rouge', name);
  }
  return tags;
}
