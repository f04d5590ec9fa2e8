import { type LogEntry, type RunInfo, TrainingArguments, type TrainingOptions } from 'onpa';
import { tinyModel } from '../tiny.js';

/** A run of six steps in two epochs, as the trainer announces it. */
export async function runInfo(options: TrainingOptions = {}, more: Partial<RunInfo> = {}): Promise<RunInfo> {
  const model = await tinyModel();
  return {
    args: new TrainingArguments({ outputDir: 'build/nowhere', evalStrategy: 'epoch', loggingSteps: 1, ...options }),
    modelConfig: model.config,
    numParameters: 1234,
    numTrainExamples: 6,
    numEvalExamples: 3,
    maxSteps: 6,
    numTrainEpochs: 2,
    stepsPerEpoch: 3,
    resumedFromStep: 0,
    logHistory: [],
    ...more,
  };
}

/** What the trainer logs in it. */
export const ENTRIES: readonly LogEntry[] = [
  { loss: 1.5, grad_norm: 2.25, learning_rate: 5e-5, epoch: 0.67, step: 2 },
  { eval_loss: 1.25, eval_accuracy: 0.5, eval_runtime: 0.5, eval_samples_per_second: 6, epoch: 1, step: 3 },
  { loss: 1, grad_norm: 2, learning_rate: 2.5e-5, epoch: 1.33, step: 4 },
  { eval_loss: 0.75, eval_accuracy: 0.75, eval_runtime: 0.5, eval_samples_per_second: 6, epoch: 2, step: 6 },
  { train_runtime: 2.5, total_flos: 4096, train_loss: 1.125, epoch: 2, step: 6 },
];

/** What was said on the console while `work` ran. */
export async function heard(work: () => Promise<unknown>): Promise<{ warnings: string[]; log: string[] }> {
  const said = { warnings: [] as string[], log: [] as string[] };
  const { warn, log } = console;
  console.warn = (...words) => void said.warnings.push(words.join(' '));
  console.log = (...words) => void said.log.push(words.join(' '));
  try {
    await work();
  } finally {
    Object.assign(console, { warn, log });
  }
  return said;
}

/** Sets environment variables for a test; those that begin in the same way are unset. */
export function surroundings(prefix: string, variables: Record<string, string>): () => void {
  const before = Object.entries(process.env).filter(([name]) => name.startsWith(prefix));
  for (const [name] of before) delete process.env[name];
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(process.env)) if (name.startsWith(prefix)) delete process.env[name];
    Object.assign(process.env, Object.fromEntries(before));
  };
}
