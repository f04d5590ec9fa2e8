import assert from 'node:assert/strict';
import {
  AutoModel,
  AutoModelForAudioClassification,
  HubertForPreTraining,
  ParameterError,
  type PretrainingInput,
  tf,
} from 'onpa';
import { assertGradients } from '../hubert/gradients.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { quietly } from '../hubert/warnings.js';
import { labelledInput, masksOf, modelOf, reference } from './models.js';

/** Loss and gradients, by the names of the parameters, with the masks that the seed of the case draws. */
function lossAndGradients(model: HubertForPreTraining, input: PretrainingInput, seed: number) {
  model.train({ seed });
  const { loss, gradients } = model.lossAndGradients(input);
  const named = Object.entries(gradients).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array] as const);
  const [value] = loss.dataSync();
  tf.dispose([loss, gradients]);
  return { loss: value, gradients: new Map(named) };
}

describe('HubertForPreTraining', () => {
  for (const [title, { tensors, seed, right, ...expected }] of Object.entries(reference.cases)) {
    describe(`as fairseq: ${title}`, () => {
      let model: HubertForPreTraining;
      const input = labelledInput(title);
      before(async () => {
        model = await modelOf({ config: expected.config, tensors });
      });
      after(() => model.dispose());

      it('gives the loss and its gradients, with the masks of a seed', () => {
        assertGradients(lossAndGradients(model, input, seed), reference, title, expected, tensors);
      });

      it('gives the loss and what is right, with masks that are given', () => {
        const { config } = reference.cases[title];
        if ((config.pretraining as { mask_channel_prob: number }).mask_channel_prob === 0) {
          model.eval();
          const output = model.forward({ ...input, maskTimeIndices: masksOf(title) });
          const [loss] = output.loss!.dataSync();
          assert.ok(
            Math.abs(loss - expected.loss) <= Math.max(1e-5, 1e-6 * expected.loss),
            `the loss is ${loss} instead of ${expected.loss}`,
          );
          tf.dispose(output);
        }
        model.train({ seed });
        const output = model.forward(input);
        assert.deepEqual(output.maskTimeIndices, masksOf(title));
        const share = (counts: [number, number][]) =>
          counts.reduce((sum, [part]) => sum + part, 0) / counts.reduce((sum, [, whole]) => sum + whole, 0);
        if (right.masked.length > 0) assert.equal(output.accuracyMasked, share(right.masked));
        assert.equal(output.accuracyUnmasked, share(right.unmasked));
        assert.equal('accuracyMasked' in output, right.masked.length > 0);
        tf.dispose(output);
      });
    });
  }

  describe('as a user has it', () => {
    const title = 'two sets of labels';
    const input = labelledInput(title);
    let model: HubertForPreTraining;
    before(async () => {
      model = await modelOf(reference.cases[title]);
    });
    after(() => model.dispose());

    it('leaves no tensors behind', () => {
      const count = tf.memory().numTensors;
      for (const mode of ['eval', 'train'] as const) {
        model[mode]();
        tf.dispose(model.forward(input, { outputHiddenStates: true, outputAttentions: true }));
        tf.dispose(model.lossAndGradients(input));
        assert.equal(tf.memory().numTensors, count, mode);
      }
      const broken = { ...input, frameLabels: [[[0], [0]]] };
      assert.throws(() => model.forward(broken), ParameterError);
      assert.equal(tf.memory().numTensors, count);
    });

    it('masks other frames in each step of training, the same for the same seed, and always the same outside', () => {
      const masks = (mode: () => void, count = 2) => {
        mode();
        return Array.from({ length: count }, () => {
          const { maskTimeIndices, ...rest } = model.forward(input);
          tf.dispose(rest);
          return maskTimeIndices;
        });
      };
      const [first, second] = masks(() => model.train({ seed: 3 }));
      assert.notDeepEqual(first, second);
      assert.deepEqual(
        masks(() => model.train({ seed: 3 })),
        [first, second],
      );
      const [still, same] = masks(() => model.eval());
      assert.deepEqual(still, same);
    });

    it('hears the whole sound without a mask, like AutoModel with the same checkpoint', () =>
      inTemporaryFolder(async (folder) => {
        await model.eval().savePretrained(folder);
        const encoder = await quietly(() => AutoModel.fromPretrained(folder));
        const { frameLabels: _, ...sound } = input;
        tf.tidy(() => {
          const found = model.forward({ ...sound, mask: false }).lastHiddenState;
          const { lastHiddenState } = encoder.forward(sound);
          assert.ok(tf.max(tf.abs(tf.sub(found, lastHiddenState))).dataSync()[0] <= 1e-6);
        });
        encoder.dispose();
        const classifier = await quietly(() =>
          AutoModelForAudioClassification.fromPretrained(folder, { numLabels: 3 }),
        );
        assert.deepEqual(
          classifier.parameters.get('hubert.masked_spec_embed')!.dataSync(),
          model.parameters.get('hubert.masked_spec_embed')!.dataSync(),
        );
        classifier.dispose();
      }));

    it('is the same model after it is saved and loaded, options and all', () =>
      inTemporaryFolder(async (folder) => {
        await model.savePretrained(folder);
        const again = await HubertForPreTraining.fromPretrained(folder);
        assert.deepEqual(again.settings, model.settings);
        assert.deepEqual([...again.parameters.keys()], [...model.parameters.keys()]);
        for (const [name, variable] of model.parameters) {
          assert.deepEqual(again.parameters.get(name)!.dataSync(), variable.dataSync(), name);
        }
        again.dispose();
      }));

    it('gives the same gradients where a batch goes through in parts', () => {
      const frames = (rows: number) => ({
        inputValues: Array.from({ length: rows }, (_, i) =>
          Float32Array.from({ length: 320_080 }, (_, t) => Math.sin(t * t * (1e-6 + i * 1e-7))),
        ),
        frameLabels: Array.from({ length: rows }, (_, i) => [
          Int32Array.from({ length: 1000 }, (_, t) => (t + i) % 7),
          Int32Array.from({ length: 1000 }, (_, t) => (t * i) % 4),
        ]),
      });
      const batch = frames(4);
      const { loss, gradients } = lossAndGradients(model, batch, 5);
      model.train({ seed: 5 });
      const variables = [...model.parameters.values()];
      const whole = tf.variableGrads(() => model.forward(batch).loss!, variables);
      assert.ok(Math.abs(whole.value.dataSync()[0] - loss) <= 1e-5);
      const name = 'hubert.encoder.layers.1.feed_forward.output_dense.weight';
      const expected = whole.grads[model.parameters.get(name)!.name].dataSync();
      const peak = Math.max(...Array.from(expected, Math.abs));
      const found = gradients.get(name)!;
      for (let i = 0; i < expected.length; i++) assert.ok(Math.abs(found[i] - expected[i]) <= 1e-4 * peak);
      tf.dispose(whole);
    });
  });
});
