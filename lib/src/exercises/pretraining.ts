import type { HubertForPreTraining } from '../pretraining/hubert-for-pretraining.js';
import { isSameTo, judgeNumber } from './exercise.js';

/** What the checks need of a model. */
type Settings = { settings: Pick<HubertForPreTraining['settings'], 'numClasses' | 'maskProb' | 'maskLength'> };

/** The exercises of the lesson on pre-training. */
export const pretraining = {
  /**
   * How many of a clip's labels the model takes, where there are two for each of its frames.
   *
   * @param labels - of the clip
   */
  labels(answer: unknown, labels: ArrayLike<number>): void {
    judgeNumber(answer, {
      name: 'pretraining.labels',
      isRight: (count) => count === Math.ceil(labels.length / 2),
      hint: `there are ${labels.length}, 100 a second; the model has 50 frames a second.`,
    });
  },

  /**
   * The loss of a model that gives all clusters the same probability, to two digits after the point.
   *
   * @param model - whose clusters these are
   */
  loss(answer: unknown, { settings }: Settings): void {
    const [clusters] = settings.numClasses;
    judgeNumber(answer, {
      name: 'pretraining.loss',
      isRight: (loss) => isSameTo(2, loss, Math.log(clusters)),
      hint: `the probability of the right cluster is 1 / ${clusters}; its natural logarithm, with the sign turned.`,
    });
  },

  /**
   * How many spans are masked at least in a clip of so many frames.
   *
   * @param frames - of the clip
   * @param model - which says how much is masked
   */
  spans(answer: unknown, frames: number, { settings }: Settings): void {
    const { maskProb, maskLength } = settings;
    judgeNumber(answer, {
      name: 'pretraining.spans',
      isRight: (spans) => spans === Math.max(2, Math.trunc((maskProb * frames) / maskLength)),
      hint: `without overlaps they would cover ${maskProb} of ${frames} frames, ${maskLength} each; round down.`,
    });
  },
};
