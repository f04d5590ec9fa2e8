import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { HubertForSequenceClassification, tf } from 'onpa';
import { readConfig } from 'onpa/dist/hubert/pretrained/config-file.js';
import { initialise } from 'onpa/dist/tensor/initialise.js';
import { inRepository } from '../fixtures.js';

/** A configuration, and of each parameter the root mean square, as Transformers draws it. */
interface Case {
  config: Record<string, unknown>;
  sizes: Record<string, number>;
}

const { cases } = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'initial-weights.json'), 'utf8')) as {
  cases: Record<string, Case>;
};

describe('A model that knows nothing yet', () => {
  for (const [name, { config, sizes }] of Object.entries(cases)) {
    it(`begins with numbers as large as those of Transformers: ${name}`, () => {
      const parameters = initialise(HubertForSequenceClassification.specs(readConfig(config, 'config.json')), 0);
      assert.deepEqual([...parameters.keys()].sort(), Object.keys(sizes).sort());
      for (const [key, parameter] of parameters) {
        const size = tf.tidy(() => Math.sqrt(tf.mean(tf.square(parameter)).dataSync()[0]));
        // Both are drawn at random: they differ as the means of so many squares do.
        const most = sizes[key] * Math.min(0.5, 5 / Math.sqrt(parameter.size));
        assert.ok(Math.abs(size - sizes[key]) <= most, `${key}: ${size} instead of ${sizes[key]}`);
        parameter.dispose();
      }
    });
  }
});
