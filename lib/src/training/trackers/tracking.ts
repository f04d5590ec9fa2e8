import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { Reporter } from '../arguments/training-defaults.js';
import { guarded } from './guarded.js';
import { liveDisplay } from './live-display.js';
import { tensorboard } from './tensorboard.js';
import type { Tracker } from './tracker.js';
import { wandb } from './wandb.js';

const REPORTERS: Readonly<Record<Reporter, () => Tracker>> = { tensorboard, wandb };

/**
 * All who watch a training, as one: the live display unless `disableTqdm`, those of `reportTo`, and `more`.
 *
 * No method throws. All but `end` return at once; `end` waits for what is not sent yet, for some seconds at most.
 */
export function tracking(
  args: Pick<TrainingArguments, 'reportTo' | 'disableTqdm'>,
  more: readonly Tracker[] = [],
): Required<Tracker> {
  const display = args.disableTqdm ? [] : [liveDisplay()];
  const services = reporters(args.reportTo).map((name) => REPORTERS[name]());
  const trackers = [...display, ...services, ...more].map((tracker) => guarded(tracker));
  const tellAll = (tell: (tracker: Required<Tracker>) => void): void => {
    for (const tracker of trackers) tell(tracker);
  };
  return {
    name: 'all trackers',
    begin: (run) => tellAll((tracker) => tracker.begin(run)),
    step: (step) => tellAll((tracker) => tracker.step(step)),
    evaluating: (progress) => tellAll((tracker) => tracker.evaluating(progress)),
    log: (entry) => tellAll((tracker) => tracker.log(entry)),
    async end(outcome) {
      await Promise.all(trackers.map((tracker) => tracker.end(outcome)));
    },
  };
}

/** The services that get the logs; of `'all'`, those that need no more to be set up. */
function reporters(reportTo: TrainingArguments['reportTo']): readonly Reporter[] {
  if (reportTo === 'none') return [];
  const { WANDB_API_KEY: key, WANDB_SWEEP_ID: sweep } = process.env;
  if (reportTo === 'all') return key || sweep ? ['tensorboard', 'wandb'] : ['tensorboard'];
  return [...new Set(typeof reportTo === 'string' ? [reportTo] : reportTo)];
}
