import { type ChildProcess, fork } from 'node:child_process';
import { tf } from 'onpa';
import type { Batch } from './batch.js';
import { PreTraining } from './pre-training.js';

/** What a process is asked: the parameters as they are now, and a batch. */
interface Question {
  parameters: Map<string, Float32Array>;
  batch: Batch;
}

/** The loss, and its gradients by the parameters. */
export interface Answer {
  loss: number;
  gradients: Map<string, Float32Array>;
}

/** A processor for each process. */
const ALONE = { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };

/**
 * A process with a copy of the model, for a part of each batch: most tensors are too small to be worked on by two
 * processors, so that one process alone would leave the second idle.
 */
export class GradientProcess {
  readonly #child: ChildProcess = fork(__filename, { serialization: 'advanced', env: { ...process.env, ...ALONE } });

  /**
   * Asks for the loss of a batch and its gradients by these parameters.
   *
   * @returns when the question has arrived: a function that waits for the answer. What is sent needs the event loop, so
   * that it would not leave while something else is computed.
   */
  async ask(parameters: Map<string, Float32Array>, batch: Batch): Promise<() => Promise<Answer>> {
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#child.once('message', (answer) => resolve(answer as Answer));
      this.#child.once('exit', (code) => reject(new Error(`A process that computes gradients has ended with ${code}`)));
    }).finally(() => this.#child.removeAllListeners());
    const question = { parameters, batch } satisfies Question;
    await new Promise<void>((resolve, reject) => {
      this.#child.send(question, (error) => (error ? reject(error) : resolve()));
    });
    return () => answered;
  }

  end(): void {
    this.#child.removeAllListeners();
    this.#child.disconnect();
  }
}

function answer(model: PreTraining, { parameters, batch }: Question): Answer {
  for (const [name, values] of parameters) {
    const parameter = model.parameters.get(name)!;
    tf.tidy(() => parameter.assign(tf.tensor(values, parameter.shape)));
  }
  const { loss, gradients } = model.lossAndGradients(batch);
  const numbers = Object.entries(gradients).map(([name, each]) => [name, each.dataSync() as Float32Array] as const);
  tf.dispose(gradients);
  return { loss, gradients: new Map(numbers) };
}

if (require.main === module) {
  const model = new PreTraining(0);
  // An answer that nobody waits for any more is none.
  process.on('message', (question: Question) => process.send!(answer(model, question), () => {}));
}
