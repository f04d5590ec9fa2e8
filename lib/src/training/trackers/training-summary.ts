import { formatSeconds } from '../../progress.js';
import { metricTitle } from '../log-metrics.js';
import { watchedMetric } from './training-picture.js';
import { shortNumber } from './training-table.js';
import type { TrainingView } from './training-watch.js';

/** How training goes, in one line: 'Step 120 of 300, epoch 1.20 of 3, 2.5 steps/s, 1:12 left, loss 1.2340'. */
export function trainingSummary(view: TrainingView): string {
  const { run, entries, globalStep, epoch, seconds, losses, status } = view;
  const done = globalStep - run.resumedFromStep;
  const secondsEach = done > 0 ? seconds / done : undefined;
  const metric = watchedMetric(entries);
  const accuracy = metric && entries.findLast((entry) => entry[metric] !== undefined)?.[metric];
  const loss = losses.loss.at(-1) ?? entries.findLast((entry) => entry.loss !== undefined)?.loss;
  const parts = [
    `${OPENING[status]} ${globalStep} of ${run.maxSteps}`,
    `epoch ${shortNumber(epoch)} of ${run.numTrainEpochs}`,
    ...(secondsEach === undefined ? [] : [rate(secondsEach)]),
    status === 'running' && secondsEach !== undefined
      ? `${formatSeconds(secondsEach * (run.maxSteps - globalStep))} left`
      : formatSeconds(seconds),
    ...(loss === undefined ? [] : [`loss ${loss.toFixed(4)}`]),
    ...(accuracy === undefined || metric === undefined
      ? []
      : [`${metricTitle(metric).toLowerCase()} ${Number(accuracy).toFixed(4)}`]),
  ];
  return parts.join(', ');
}

const OPENING: Readonly<Record<TrainingView['status'], string>> = {
  running: 'Step',
  finished: 'Finished: step',
  interrupted: 'Interrupted after step',
  failed: 'Failed after step',
};

const rate = (secondsEach: number): string =>
  secondsEach > 1 ? `${secondsEach.toFixed(1)} s a step` : `${(1 / secondsEach).toFixed(1)} steps/s`;
