import assert from 'node:assert/strict';
import { type HubertForSequenceClassification, Trainer, tf } from 'onpa';
import { inTemporaryFolder } from '../hubert/models.js';
import { examples, extractor, tinyModel } from './tiny.js';

/** 1,601 frames and fewer: three of them make more than one part of a batch. */
const LENGTHS = [512400, 500000, 480000, 512400, 490000, 505000];

/** Two epochs of two batches, with layer drop and SpecAugment. */
async function trained(
  outputDir: string,
  change = (_: HubertForSequenceClassification) => {},
): Promise<{ losses: number[]; weights: Map<string, Float32Array> }> {
  const model = await tinyModel({ layerdrop: 0.1, apply_spec_augment: true });
  change(model);
  const trainer = new Trainer({
    model,
    args: {
      outputDir,
      numTrainEpochs: 2,
      perDeviceTrainBatchSize: 3,
      loggingSteps: 1,
      learningRate: 1e-3,
      saveStrategy: 'no',
      reportTo: 'none',
      disableTqdm: true,
      seed: 3,
    },
    trainDataset: examples(LENGTHS, 0),
    featureExtractor: extractor(),
  });
  await trainer.train();
  const losses = trainer.state.logHistory.flatMap(({ loss }) => loss ?? []);
  const weights = new Map([...model.parameters].map(([name, value]) => [name, value.dataSync() as Float32Array]));
  model.dispose();
  return { losses, weights };
}

/** Makes a model take each batch as a whole, by TensorFlow.js; notes how many parameters each loss depended on. */
function inOnePart(model: HubertForSequenceClassification, counts: number[]): void {
  model.lossAndGradients = (input) =>
    tf.tidy(() => {
      let logits: tf.Tensor2D | undefined;
      const trainable = [...model.parameters].filter(([, variable]) => variable.trainable);
      const { value, grads } = tf.variableGrads(
        () => {
          const output = model.forward(input);
          logits = tf.keep(output.logits);
          return output.loss!;
        },
        trainable.map(([, variable]) => variable),
      );
      const found = trainable.flatMap(([name, variable]) =>
        grads[variable.name] ? [[name, grads[variable.name]]] : [],
      );
      counts.push(found.length);
      const result = { loss: value, logits: tf.clone(logits!), gradients: Object.fromEntries(found) };
      logits!.dispose();
      return result;
    });
}

describe('A training whose batches go through in parts, with layer drop', () => {
  it('equals the same training on whole batches', async () => {
    const counts: number[] = [];
    const [parts, whole] = await inTemporaryFolder(async (folder) => [
      await trained(folder),
      await trained(folder, (model) => inOnePart(model, counts)),
    ]);
    assert.ok(new Set(counts).size > 1, 'no layer was left out');
    assert.equal(parts.losses.length, 4);
    for (const [i, loss] of whole.losses.entries()) {
      assert.ok(Math.abs(parts.losses[i] - loss) <= 1e-5, `step ${i + 1}: ${parts.losses[i]} beside ${loss}`);
    }
    for (const [name, values] of whole.weights) {
      // Its gradient is 0 but for rounding, which Adam makes as large as any other.
      if (name.endsWith('k_proj.bias')) continue;
      const found = parts.weights.get(name)!;
      const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0);
      assert.ok(off <= 2e-4, `${name} is off by ${off}`);
    }
  });
});
