import { type Curve, curves, type Spec, vconcat } from 'onpa';
import type { Sample } from './task.js';

/** Batches of a process before what it keeps is all there. */
const WARM_UP = 20;

export const HEAD = [
  'part',
  'batches',
  's each',
  'MB at 20',
  'at the end',
  'MB in 100',
  'peak',
  'arrays at 20',
  'at the end',
];

/** A row of the table for each process of a part. */
export function rowsOf(part: string, samples: readonly Sample[]): string[][] {
  return runsOf(samples).map((run) => {
    const warm = run.slice(Math.min(WARM_UP, run.length) - 1);
    const arrays = ({ arrayBuffers }: Sample) => arrayBuffers?.toFixed(0) ?? '';
    return [
      part,
      `${run[0].step} to ${run.at(-1)!.step}`,
      median(run.map(({ seconds }) => seconds)).toFixed(1),
      warm[0].rss.toFixed(0),
      warm.at(-1)!.rss.toFixed(0),
      warm.length > 2 ? (100 * slope(warm.map(({ rss }) => rss))).toFixed(0) : '',
      Math.max(...run.map(({ peak }) => peak)).toFixed(0),
      arrays(warm[0]),
      arrays(warm.at(-1)!),
    ];
  });
}

/** Time, memory and array buffers over the batches. */
export function picture(samples: readonly Sample[]): Spec {
  const runs = runsOf(samples);
  const chart = (yTitle: string, ...values: [name: string, value: (sample: Sample) => number | undefined][]): Spec => {
    const lines = runs.flatMap((run, i) =>
      values.map(
        ([name, value]): Curve => ({
          x: run.map(({ step }) => step),
          y: run.map((sample) => value(sample) ?? 0),
          name: runs.length > 1 ? `${name}, process ${i + 1}` : name,
        }),
      ),
    );
    const most = Math.max(...lines.flatMap(({ y }) => Array.from(y)));
    return curves(lines, { xTitle: 'Batch', yTitle, height: 150, yDomain: [0, 1.05 * most || 1] });
  };
  return vconcat([
    chart('Seconds', ['time', ({ seconds }) => seconds]),
    chart('MB', ['peak', ({ peak }) => peak], ['resident', ({ rss }) => rss]),
    chart('MB', ['array buffers', ({ arrayBuffers }) => arrayBuffers]),
  ]);
}

function runsOf(samples: readonly Sample[]): Sample[][] {
  const last = samples.at(-1)?.run ?? 1;
  return Array.from({ length: last }, (_, i) => samples.filter(({ run = 1 }) => run === i + 1)).filter(
    (run) => run.length > 0,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Of the line through the values by least squares, per value. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const product = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0);
  return product / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
}
