import type { Recipe } from './recipe.js';

/** The learning rate begins at this part of the highest, and ends at another of where it began. */
const START = 1 / 25;
const END = 1e-4;

/**
 * The learning rate of a step: half a cosine up, half a cosine down (Smith and Topin 2018).
 *
 * @param step - how many steps came before
 * @see Python: `torch.optim.lr_scheduler.OneCycleLR`
 */
export function oneCycleAt(step: number, { steps, learningRate, warmUp }: Recipe): number {
  const top = warmUp - 1;
  const first = learningRate * START;
  return step <= top
    ? between(first, learningRate, step / top)
    : between(learningRate, first * END, (step - top) / (steps - 1 - top));
}

const between = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
