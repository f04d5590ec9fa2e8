import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EarlyStoppingCallback, type EarlyStoppingOptions } from 'onpa';
import { inTemporaryFolder } from '../../hubert/models.js';
import { withWarnings } from '../../hubert/warnings.js';
import { camelCase, examples } from '../tiny.js';
import { recorded, recordedTrainer, recorder } from './recorded.js';

describe("What a Trainer tells its callbacks beside Transformers' Trainer", () => {
  for (const [title, expected] of Object.entries(recorded.events)) {
    it(`${title}: the same events in the same order, with the same control, and what comes of it`, () =>
      inTemporaryFolder(async (outputDir) => {
        const callback = recorder(expected.acts);
        const stopping = expected.stopping
          ? [new EarlyStoppingCallback(camelCase(expected.stopping) as EarlyStoppingOptions)]
          : [];
        const callbacks = [...stopping, callback];
        const trainer = await recordedTrainer(outputDir, expected.args, { callbacks }, expected.scores);
        const { warnings } = await withWarnings(() => trainer.train());
        assert.deepEqual(warnings, []);
        const { globalStep, epoch, bestMetric, bestGlobalStep } = trainer.state;
        assert.deepEqual([globalStep, epoch, bestGlobalStep], [expected.steps, expected.epoch, expected.best[1]]);
        if (expected.best[0] === null) assert.equal(bestMetric, null);
        else assert.ok(Math.abs(bestMetric! - expected.best[0]) < 1e-3, `the best metric is ${bestMetric}`);
        const saved = readdirSync(outputDir).sort();
        assert.deepEqual(saved, expected.checkpoints);
        const callbacksIn = saved.map((name) => {
          const state = JSON.parse(readFileSync(path.join(outputDir, name, 'trainer_state.json'), 'utf8'));
          return [name, state.stateful_callbacks];
        });
        assert.deepEqual(Object.fromEntries(callbacksIn), expected.callbacks);
        if (!expected.scores) {
          await trainer.evaluate();
          await trainer.predict(examples(recorded.lengths.evaluation, 1));
        }
        assert.deepEqual(callback.events, expected.events);
        trainer.model.dispose();
      }));
  }
});
