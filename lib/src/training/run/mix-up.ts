import { MersenneTwister } from '../../dsp/mersenne-twister.js';
import { normalPair } from '../../dsp/normal-pair.js';
import { ParameterError } from '../../errors.js';
import { noteFinite } from '../../validation.js';
import type { TrainingArguments } from '../arguments/training-arguments.js';
import type { TrainableModel } from '../trainable-model.js';
import type { LabelledBatch } from './batches.js';
import { placeSeed, randomPermutation } from './sampler.js';

/** Tells the draws of mix-up from what else is drawn for a batch. */
const MIX_UP = 1;

/** @throws ParameterError for a model whose loss takes no mixed classes */
export function requireMixable({ mixupAlpha }: TrainingArguments, model: TrainableModel): void {
  if (mixupAlpha === 0 || model.takesLoss) return;
  throw new ParameterError(
    `mixupAlpha is ${mixupAlpha}, but the loss of this model takes no mixed classes; only a classifier's does`,
  );
}

/**
 * Mix-up (Zhang et al. 2018) as its authors wrote it: the batch, padded, and the batch in another order, in the shares λ and
 * 1 − λ of one draw from the beta distribution of `mixupAlpha`. A row's mask is that of the longer clip. Rows without a class
 * stay as they are. The batch itself is not changed.
 *
 * @param seed - of the batch
 */
export function mixUp(batch: LabelledBatch, { mixupAlpha, mixupProb }: TrainingArguments, seed: number): LabelledBatch {
  const { input, labels } = batch;
  if (mixupAlpha === 0 || !('inputValues' in input)) return batch;
  const own = placeSeed(seed, MIX_UP, 0);
  const random = new MersenneTwister(own);
  if (random.next() >= mixupProb) return batch;
  const share = 1 - betaDraw(mixupAlpha, () => random.next());
  const rows = labels.flatMap((label, i) => (label === -100 ? [] : [i]));
  const partner = labels.map((_, i) => i);
  for (const [i, j] of randomPermutation(rows.length, own).entries()) partner[rows[i]] = rows[j];
  const { inputValues, attentionMask } = input;
  return {
    ...batch,
    input: {
      inputValues: inputValues.map((values, i) => {
        const other = inputValues[partner[i]];
        return noteFinite(values.map((x, t) => (1 - share) * x + share * other[t]));
      }),
      ...(attentionMask && {
        attentionMask: attentionMask.map((mask, i) => mask.map((x, t) => Math.max(x, attentionMask[partner[i]][t]))),
      }),
    },
    mixed: { labels: partner.map((i) => labels[i]), shares: labels.map(() => share) },
  };
}

/**
 * A number from the beta distribution of α and α: the share that one of two numbers from the gamma distribution has of both.
 * By their logarithms, for with a small α they are below the smallest number.
 */
export function betaDraw(alpha: number, random: () => number): number {
  return 1 / (1 + Math.exp(logGammaDraw(alpha, random) - logGammaDraw(alpha, random)));
}

/** The logarithm of a number from the gamma distribution of a shape (Marsaglia and Tsang 2000). */
function logGammaDraw(shape: number, random: () => number): number {
  // Below 1, that of the shape one greater, times a power of a uniform number.
  if (shape < 1) return logGammaDraw(shape + 1, random) + Math.log(1 - random()) / shape;
  const d = shape - 1 / 3;
  for (;;) {
    const [normal] = normalPair(random);
    const v = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < normal ** 2 / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
