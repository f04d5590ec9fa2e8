import { HubertForSequenceClassification } from '../hubert/models.js';
import { readConfig } from '../hubert/pretrained/config-file.js';
import { initialise } from '../tensor/initialise.js';
import { tf } from '../tensor/tensorflow.js';
import { AdamW, gradientNorm } from '../training/run/adamw.js';
import type { Reference } from './reference.js';
import { seededAudio, seededWeights } from './seeded-weights.js';

/** In samples. */
const CLIP = 4000;

/** A HuBERT of a few thousand parameters with seeded weights, and clips of sound for it. */
export interface TinyModel {
  logits(): Float32Array;
  /** Loss and norm of the gradients, after which the weights have moved. */
  step(): [loss: number, norm: number];
}

export function tinyModel({ model: json, labels, training }: Reference): TinyModel {
  const config = readConfig(json, 'reference.json');
  const parameters = initialise(HubertForSequenceClassification.specs(config), 0);
  for (const [name, variable] of parameters) {
    tf.tidy(() => variable.assign(tf.tensor(seededWeights(name, variable.shape), variable.shape)));
  }
  const model = new HubertForSequenceClassification(config, parameters);
  const input = { inputValues: labels.map((_, row) => seededAudio(row, CLIP)) };
  const optimizer = new AdamW(parameters, {
    weightDecay: training.weight_decay,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: training.adam_epsilon,
  });
  return {
    logits: () => tf.tidy(() => model.forward(input).logits.dataSync() as Float32Array),
    step() {
      const { loss, logits, gradients } = model.lossAndGradients({ ...input, labels });
      const norm = gradientNorm(gradients);
      const scale = Math.min(1, training.max_grad_norm / (norm + 1e-6));
      optimizer.step(gradients, { learningRate: training.learning_rate, scale });
      const [value] = loss.dataSync();
      tf.dispose([loss, logits, ...Object.values(gradients)]);
      return [value, norm];
    },
  };
}
