import { equal, ok } from 'node:assert/strict';
import { isBelowMedian } from 'onpa/dist/training/search/median-pruner.js';
import { optuna, records } from './optuna.js';

describe('The pruner of a search', () => {
  it("ends the trials that Optuna's MedianPruner ends", () => {
    const pruned = optuna.prunings.filter((one) => one.pruned).length;
    ok(pruned > 5 && pruned < optuna.prunings.length - 5);
    for (const { trials, direction, values, pruned } of optuna.prunings) {
      const reached = Object.fromEntries(Object.entries(values).map(([step, value]) => [step, value ?? Number.NaN]));
      const told = JSON.stringify({ count: trials.length, direction, values });
      equal(isBelowMedian(reached, records(trials), direction), pruned, told);
    }
  });
});
