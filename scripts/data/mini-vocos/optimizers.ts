import type { tf, Vocos } from 'onpa';
import { AdamW } from 'onpa/dist/training/run/adamw.js';
import { Muon } from '../training/muon.js';
import { RECIPE } from './recipe.js';

/** The matrices, which Muon moves; everything else is AdamW's. */
const MATRICES = /(embed|pwconv1|pwconv2|head\.out)\.weight$/;
/** AdamW's learning rate, as a part of Muon's. */
const SHARE = 0.1;

/** What moves the parameters of a model in training. */
export class Optimizers {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly muon: Muon;
  readonly adamw: AdamW;

  constructor({ parameters }: Vocos) {
    this.parameters = parameters;
    const those = (isMatrix: boolean) => new Map([...parameters].filter(([name]) => MATRICES.test(name) === isMatrix));
    this.muon = new Muon(those(true));
    const decay = { weightDecay: 0.01, adamBeta1: 0.9, adamBeta2: 0.99, adamEpsilon: 1e-8 };
    this.adamw = new AdamW(those(false), decay);
  }

  step(gradients: tf.NamedTensorMap, step: number, scale: number): void {
    const learningRate = learningRateAt(step);
    this.muon.step(gradients, { learningRate, scale });
    const others = Object.fromEntries(Object.entries(gradients).filter(([name]) => !this.muon.has(name)));
    this.adamw.step(others, { learningRate: SHARE * learningRate, scale });
  }

  dispose(): void {
    this.muon.dispose();
    this.adamw.dispose();
  }
}

/** It rises evenly, then falls to nothing along half a cosine. */
export function learningRateAt(step: number): number {
  const { steps, learningRate, warmUp } = RECIPE;
  const part = step < warmUp ? (step + 1) / warmUp : 1;
  return (part * learningRate * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}
