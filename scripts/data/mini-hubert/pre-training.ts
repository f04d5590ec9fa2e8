import { HubertModel, tf } from 'onpa';
import { SpeechEncoder } from 'onpa/dist/hubert/speech-encoder.js';
import { linearSpecs } from 'onpa/dist/pretraining/cluster-head.js';
import { linear } from 'onpa/dist/tensor/functional.js';
import { initialise, type ParameterSpec } from 'onpa/dist/tensor/initialise.js';
import { Randomness } from 'onpa/dist/tensor/randomness.js';
import type { Batch } from './batch.js';
import { clusterLoss, cosines, samePieceLoss, shareFound, squaredError } from './losses.js';
import { MEASURES } from './measure.js';
import { CLUSTERS, CONFIG, WITHOUT_DROPOUT } from './recipe.js';
import { SUMMARY } from './summary.js';

/** Width in which codes, and excerpts of a piece, are compared. */
const COMPARED = 64;
/** Loss by squared features of the convolutions, which keeps them small, as in HuBERT. */
const PENALTY = 1e-3;

/** What a batch gives. */
export interface Assessment {
  loss: number;
  /** The share of masked frames whose cluster is found: of timbre and of harmony. */
  found: number[];
}

/** The model with all that is taken away after pre-training. */
export class PreTraining {
  readonly hubert: HubertModel;
  /** Those of the model and of its heads. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly #encoder: SpeechEncoder;
  readonly #randomness: Randomness;

  constructor(seed: number) {
    const own = initialise(HubertModel.specs(CONFIG), seed);
    this.hubert = new HubertModel(CONFIG, own);
    this.parameters = new Map([...own, ...initialise(headSpecs(), seed + 1)]);
    this.#encoder = new SpeechEncoder({ ...CONFIG, ...WITHOUT_DROPOUT }, (name) => own.get(name)!);
    this.#randomness = new Randomness(seed);
  }

  /** The loss, and its gradients under the parameters' names, which belong to the caller. */
  lossAndGradients(batch: Batch): { loss: number; gradients: tf.NamedTensorMap } {
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => this.#forward(batch).loss, [...this.parameters.values()]);
      const named = Array.from(this.parameters, ([name, variable]) => [name, grads[variable.name]]);
      return { loss: value.dataSync()[0], gradients: Object.fromEntries(named) };
    });
  }

  assess(batch: Batch): Assessment {
    return tf.tidy(() => {
      const { loss, logits } = this.#forward(batch);
      const masked = batch.masked.flat();
      const found = logits.map((each, i) => shareFound(each, batch.clusters[i], masked));
      return { loss: loss.dataSync()[0], found };
    });
  }

  #forward({ samples, masked, clusters, features, summaries }: Batch): { loss: tf.Scalar; logits: tf.Tensor2D[] } {
    const source = { size: samples.length, source: samples, frames: masked[0].length };
    const choices = { randomness: this.#randomness, timeMask: masked, droppedLayers: [] };
    const { lastHiddenState, extractFeatures } = this.#encoder.forward(source, {}, choices); // (B, T, C)
    const frames = tf.reshape(lastHiddenState, [-1, CONFIG.hiddenSize]) as tf.Tensor2D; // (B · T, C)
    const means = tf.mean(lastHiddenState, 1) as tf.Tensor2D; // (B, C)
    const head = (rows: tf.Tensor2D, name: string) => linear(rows, (part) => this.#parameter(`${name}.${part}`));
    const logits = Object.keys(CLUSTERS).map((kind) =>
      cosines(head(frames, `${kind}.project`), this.#parameter(`${kind}.codes`) as tf.Tensor2D),
    ); // 2 × (B · T, clusters)
    const losses = [
      ...logits.map((each, i) => clusterLoss(each, clusters[i], masked.flat())),
      tf.mul(squaredError(head(frames, 'features'), features), 0.5),
      tf.mul(squaredError(head(means, 'summary'), summaries), 2),
      samePieceLoss(head(means, 'piece')),
      tf.mul(tf.mean(tf.square(extractFeatures)), PENALTY),
    ];
    return { loss: tf.addN(losses as tf.Tensor[]) as tf.Scalar, logits };
  }

  #parameter(name: string): tf.Tensor {
    return this.parameters.get(name)!;
  }
}

/** The heads' parameters, drawn as PyTorch draws those of linear layers. */
function headSpecs(): Map<string, ParameterSpec> {
  const linear = (name: string, outputs: number) => linearSpecs(name, outputs, CONFIG.hiddenSize);
  return new Map([
    ...Object.entries(CLUSTERS).flatMap(([kind, count]): [string, ParameterSpec][] => [
      ...linear(`${kind}.project`, COMPARED),
      [`${kind}.codes`, { shape: [count, COMPARED], init: { normal: 1 } }],
    ]),
    ...linear('features', MEASURES),
    ...linear('summary', SUMMARY),
    ...linear('piece', COMPARED),
  ]);
}
