import type { tf } from 'onpa';
import { AdamW, type AdamWOptions } from 'onpa/dist/training/run/adamw.js';
import { Muon } from '../training/muon.js';
import type { Training } from '../training/training-checkpoint.js';

/** What moves the parameters of a model in training: Muon its matrices, AdamW all others. */
export class Optimizers implements Training {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly muon: Muon;
  readonly adamw: AdamW;

  /** @param isMatrix - whether the parameter of a name is Muon's */
  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    isMatrix: (name: string) => boolean,
    options: Partial<AdamWOptions> = {},
  ) {
    this.parameters = parameters;
    const those = (wanted: boolean) => new Map([...parameters].filter(([name]) => isMatrix(name) === wanted));
    this.muon = new Muon(those(true));
    this.adamw = new AdamW(those(false), {
      weightDecay: 0.01,
      adamBeta1: 0.9,
      adamBeta2: 0.99,
      adamEpsilon: 1e-8,
      ...options,
    });
  }

  /**
   * Moves each parameter.
   *
   * @param rates - the learning rate of either
   * @param scale - what the gradients are multiplied with
   */
  step(gradients: tf.NamedTensorMap, rates: { muon: number; adamw: number }, scale: number): void {
    this.muon.step(gradients, { learningRate: rates.muon, scale });
    const others = Object.fromEntries(Object.entries(gradients).filter(([name]) => !this.muon.has(name)));
    this.adamw.step(others, { learningRate: rates.adamw, scale });
  }

  dispose(): void {
    this.muon.dispose();
    this.adamw.dispose();
  }
}
