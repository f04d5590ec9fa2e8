import type { OrNull } from '../../options.js';
import {
  HubertForSequenceClassification,
  HubertModel,
  Wav2Vec2ForSequenceClassification,
  Wav2Vec2Model,
} from '../models.js';
import { type FromPretrainedOptions, loadModel } from './from-pretrained.js';

/** Loads the kind of model that a checkpoint's configuration names. */
export interface ModelLoader<M> {
  /**
   * @param idOrFolder - a repository of the Hub, such as `ntu-spml/distilhubert`, or a folder with `config.json` and
   * `model.safetensors` or `pytorch_model.bin`
   * @returns the model, its random parts off; its parameters live until `model.dispose()`
   * @throws CheckpointError if configuration and weights make no model of the HuBERT family
   * @throws HubError if the repository cannot be read
   */
  fromPretrained(idOrFolder: string, options?: OrNull<FromPretrainedOptions>): Promise<M>;
}

/**
 * Models without a head, like `transformers.AutoModel`: waveforms (batch, samples) → (batch, frames, hidden size).
 *
 * @example
 * const model = await AutoModel.fromPretrained('ntu-spml/distilhubert');
 * tf.tidy(() => model.forward(extractor(speech)).lastHiddenState.print()); // (1, frames, 768)
 * model.dispose();
 */
export const AutoModel: ModelLoader<HubertModel> = {
  fromPretrained: (idOrFolder, options = {}) =>
    loadModel<HubertModel>(idOrFolder, options, { hubert: HubertModel, wav2vec2: Wav2Vec2Model }),
};

/**
 * Models that classify clips, like `transformers.AutoModelForAudioClassification`: waveforms (batch, samples) →
 * (batch, classes). A checkpoint without a head gets
 * one with random values, and a warning says so.
 *
 * @example
 * const model = await AutoModelForAudioClassification.fromPretrained('ntu-spml/distilhubert', { numLabels: 10 });
 * tf.tidy(() => model.forward(extractor(speech)).logits.print()); // (1, 10)
 * model.dispose();
 */
export const AutoModelForAudioClassification: ModelLoader<HubertForSequenceClassification> = {
  fromPretrained: (idOrFolder, options = {}) =>
    loadModel<HubertForSequenceClassification>(idOrFolder, options, {
      hubert: HubertForSequenceClassification,
      wav2vec2: Wav2Vec2ForSequenceClassification,
    }),
};
