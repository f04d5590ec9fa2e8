import assert from 'node:assert/strict';
import { tf } from 'onpa';
import { fixture } from '../fixtures.js';
import { assertGradients, type Gradients, gradientsOf } from './gradients.js';
import { classifierOf, forward, type ModelCase, type Run } from './models.js';

interface GradientCase extends Gradients {
  model: string;
  run: string;
  frozen: boolean;
}

describe("The loss's gradient is Transformers' for every parameter", () => {
  const reference = fixture<GradientCase>('hubert/gradients');
  for (const [title, { model: name, run, frozen, ...expected }] of Object.entries(reference.cases)) {
    it(`${title}`, async () => {
      const { runs, tensors, config } = forward.cases[name];
      const model = await classifierOf({ tensors, config });
      if (frozen) model.freezeFeatureEncoder();
      const found = gradientsOf(model, runs[run], expected.labels);
      model.dispose();
      assertGradients(found, reference, title, expected, tensors);
    });
  }

  it('DistilHuBERT', async () => {
    const distilhubert = fixture<ModelCase & { gradients: Gradients & Run }>('hubert/distilhubert');
    const { gradients, ...plan } = distilhubert.cases.distilhubert;
    const model = await classifierOf(plan);
    const found = gradientsOf(model, gradients, gradients.labels);
    model.dispose();
    assertGradients(found, distilhubert, 'gradients', gradients, plan.tensors);
  });
});

describe('Computing gradients', () => {
  for (const name of ['group', 'weighted-stable']) {
    it(`${name}: leaves no tensors behind`, async () => {
      const { runs, ...plan } = forward.cases[name];
      const model = await classifierOf(plan);
      const count = tf.memory().numTensors;
      gradientsOf(model, runs['batch-masked'], [3, 0, 4]);
      assert.equal(tf.memory().numTensors, count);
      model.dispose();
    });
  }

  it('goes on after a forward pass, and follows a parameter that is assigned anew', async () => {
    const { runs, ...plan } = forward.cases.group;
    const model = await classifierOf(plan);
    const run = runs['batch-masked'];
    const before = gradientsOf(model, run, [3, 0, 4]);
    const name = 'hubert.encoder.pos_conv_embed.conv.parametrizations.weight.original0';
    const original = model.parameters.get(name)!;
    const doubled = tf.tidy(() => tf.mul(original, 2));
    const restored = tf.clone(original);
    original.assign(doubled);
    const changed = gradientsOf(model, run, [3, 0, 4]);
    original.assign(restored);
    const after = gradientsOf(model, run, [3, 0, 4]);
    tf.dispose([doubled, restored]);
    model.dispose();
    assert.ok(Math.abs(changed.loss - before.loss) > 1e-4, `${changed.loss} and ${before.loss}`);
    assert.equal(after.loss, before.loss);
    assert.deepEqual(after.gradients, before.gradients);
  });
});
