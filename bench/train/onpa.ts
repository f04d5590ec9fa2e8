// A step of training by onpa, as often as standard input says. Arguments: the precision; the task as JSON.
import { AutoModelForAudioClassification, tf } from 'onpa';
import { AdamW, gradientNorm } from 'onpa/dist/training/run/adamw.js';
import { peakMemory } from '../memory.js';
import { readRows } from '../model/inputs.js';
import { serve } from '../serve.js';
import type { TrainTask } from './cases.js';

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[3]) as TrainTask;
  tf.backend();
  const idle = peakMemory();
  const model = await AutoModelForAudioClassification.fromPretrained(task.model, {
    dtype: process.argv[2] as 'float32',
  });
  if (task.mode !== 'full') model.freezeFeatureEncoder();
  const inputValues = readRows(task.input, task.batch);
  const attentionMask = inputValues.map((row) => new Int32Array(row.length).fill(1));
  const labels = inputValues.map((_, row) => row);
  const sound = { inputValues, attentionMask, labels };
  const { loss, logits } = model.forward(sound);
  const before = loss!.dataSync()[0];
  tf.dispose([loss, logits]);
  const input =
    task.mode === 'later' ? { extractFeatures: model.extractFeatures(sound), attentionMask, labels } : sound;
  const optimizer = new AdamW(model.parameters, {
    weightDecay: task.weightDecay,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: 1e-8,
  });
  let step = 0;
  const work = () => {
    model.train({ seed: step++ });
    const { loss, logits, gradients } = model.lossAndGradients(input);
    loss.dataSync();
    const scale = Math.min(1, task.maxGradNorm / (gradientNorm(gradients) + 1e-6));
    optimizer.step(gradients, { learningRate: task.learningRate, scale });
    tf.dispose([loss, logits, ...Object.values(gradients)]);
  };
  await serve(work, { idle }, () => [before]);
}

main();
