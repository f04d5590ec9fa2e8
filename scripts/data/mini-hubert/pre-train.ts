import { tf } from 'onpa';
import { AdamW, gradientNorm } from 'onpa/dist/training/run/adamw.js';
import { resumeTraining, saveTraining } from '../training/training-checkpoint.js';
import type { Batch } from './batch.js';
import { type Answer, GradientProcess } from './gradient-process.js';
import { oneCycleAt } from './one-cycle.js';
import type { PreTraining } from './pre-training.js';
import type { Recipe } from './recipe.js';

/** Steps from line to line. */
const REPORT = 50;
/** Longer gradients are shortened to it. */
const MAX_NORM = 1;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The parts of the batch that a step learns from, what the model is tested with, and where the training is kept. */
export interface Material {
  batches: (step: number) => Batch[];
  test: Batch;
  /** A file, which is written now and then; where it is there, the training goes on from it. */
  checkpoint: string;
  /** Gets a line now and then about how far it is. */
  report: (line: string) => void;
}

/** Trains the model. */
export async function preTrain(
  model: PreTraining,
  recipe: Recipe,
  { batches, test, checkpoint, report }: Material,
): Promise<void> {
  const optimizer = new AdamW(model.parameters, {
    weightDecay: 0.01,
    adamBeta1: 0.9,
    adamBeta2: 0.98,
    adamEpsilon: 1e-8,
  });
  const training = { parameters: model.parameters, adamw: optimizer };
  const processes = Array.from({ length: recipe.parts }, () => new GradientProcess());
  try {
    const first = await resumeTraining(checkpoint, training);
    const started = performance.now();
    let sum = 0;
    let next = batches(first);
    for (let step = first; step < recipe.steps; step++) {
      const answers = await askAll(model, next, processes);
      // While they compute.
      next = batches(step + 1);
      const { loss, gradients } = meanOf(model, await Promise.all(answers.map((answer) => answer())));
      const norm = gradientNorm(gradients);
      if (!Number.isFinite(norm)) throw new Error(`The gradients of step ${step} are not finite`);
      const scale = Math.min(1, MAX_NORM / (norm + 1e-6));
      optimizer.step(gradients, { learningRate: oneCycleAt(step, recipe), scale });
      tf.dispose(gradients);
      sum += loss;
      const done = step + 1;
      if (done % REPORT === 0) {
        const rate = ((done - first) / (performance.now() - started)) * 1000; // steps a second
        const left = (recipe.steps - done) / rate / 60;
        report(
          `step ${done}: loss ${(sum / REPORT).toFixed(3)}, ${rate.toFixed(2)} steps/s, ${left.toFixed(0)} min left`,
        );
        sum = 0;
      }
      if (done % recipe.checkpointSteps === 0 || done === recipe.steps) {
        await saveTraining(checkpoint, done, training);
        const { loss: tested, found } = model.assess(test);
        report(`held out: loss ${tested.toFixed(3)}, masked frames found ${found.map(percent).join(', ')}`);
      }
    }
  } finally {
    optimizer.dispose();
    for (const process of processes) process.end();
  }
}

/** Asks each process for the gradients of a part of the batch. */
function askAll(
  model: PreTraining,
  parts: readonly Batch[],
  processes: readonly GradientProcess[],
): Promise<(() => Promise<Answer>)[]> {
  const numbers = Array.from(model.parameters, ([name, each]) => [name, each.dataSync() as Float32Array] as const);
  const parameters = new Map(numbers);
  return Promise.all(parts.map((part, i) => processes[i].ask(parameters, part)));
}

/** The mean over the parts of a batch. */
function meanOf(model: PreTraining, answers: readonly Answer[]): { loss: number; gradients: tf.NamedTensorMap } {
  const gradients = Array.from(model.parameters, ([name, { shape }]) => {
    const gradient = tf.tidy(() => {
      const parts = answers.map((answer) => tf.tensor(answer.gradients.get(name)!, shape));
      return tf.div(tf.addN(parts), parts.length);
    });
    return [name, gradient] as const;
  });
  const loss = answers.reduce((sum, answer) => sum + answer.loss, 0) / answers.length;
  return { loss, gradients: Object.fromEntries(gradients) };
}
