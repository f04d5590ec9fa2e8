import { columnTitle, evaluationMetrics, type LogTable, metricTitle, NO_LOG } from '../log-metrics.js';
import { roundedFloat } from '../python-number.js';
import type { LogEntry } from '../trainer-state.js';

/** What a log says of evaluations. */
export interface LogResults {
  /** A row for each evaluation in training: 'Training Loss', 'Epoch', 'Step', 'Validation Loss', 'Accuracy' … */
  table: LogTable | undefined;
  /** Of the last evaluation, by name. */
  evaluation: Readonly<Record<string, number>> | undefined;
}

/** Finds the results in a log, as the model cards of Transformers do. */
export function logResults(log: readonly LogEntry[]): LogResults {
  const end = log.findIndex((entry) => 'train_runtime' in entry);
  const last = log.findLastIndex((entry) => 'eval_loss' in entry);
  if (end < 0) return { table: undefined, evaluation: last < 0 ? undefined : log[last] };
  // An evaluation that comes first of all is none of a trained model.
  const results = evaluationMetrics(log[last] ?? {}).map(([key, value]) => [metricTitle(key), value]);
  return { table: tableOf(log.slice(0, end)), evaluation: last > 0 ? Object.fromEntries(results) : undefined };
}

function tableOf(log: readonly LogEntry[]): LogTable {
  let trainingLoss = NO_LOG;
  let columns: string[] = [];
  const rows: string[][] = [];
  for (const entry of log) {
    if ('loss' in entry) trainingLoss = roundedFloat(entry.loss);
    if (!('eval_loss' in entry)) continue;
    const { epoch, step } = entry;
    const row = new Map([
      ['Training Loss', trainingLoss],
      ['Epoch', epoch === undefined ? 'None' : roundedFloat(epoch)],
      ['Step', String(step ?? 'None')],
      ...evaluationMetrics(entry).map(([key, value]) => [columnTitle(key), roundedFloat(value)] as const),
    ]);
    if (columns.length === 0) columns = [...row.keys()];
    rows.push(columns.map((name) => row.get(name) ?? ''));
  }
  return { columns, rows };
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
