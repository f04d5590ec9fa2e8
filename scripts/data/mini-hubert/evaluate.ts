// Measures what the features of mini-hubert are worth, beside those of the same model with random weights: a logistic
// regression learns the ten genres of mini-genres from the mean over time of each hidden state, and five-fold
// cross-validation tells the share of clips that it gets right.
//
//     node build/models/mini-hubert/evaluate.js [MODEL]
import { HubertModel, loadDataset, tf, Wav2Vec2FeatureExtractor } from 'onpa';
import { initialise } from 'onpa/dist/tensor/initialise.js';
import { crossValidate } from './cross-validation.js';

const SEED = 0;

async function main(): Promise<void> {
  const [folder = 'data/models/mini-hubert'] = process.argv.slice(2);
  const model = await HubertModel.fromPretrained(folder);
  const extractor = await Wav2Vec2FeatureExtractor.fromPretrained(folder);
  const random = new HubertModel(model.config, initialise(HubertModel.specs(model.config), SEED));
  const dataset = (await loadDataset('data/mini-genres')).castAudio({ sampleRate: extractor.samplingRate });
  const labels: number[] = [];
  const means: Record<string, number[][][]> = { random: [], 'pre-trained': [] };
  for await (const { audio, genre } of dataset) {
    labels.push(genre as number);
    const { inputValues } = extractor(audio);
    means.random.push(meanStates(random, inputValues));
    means['pre-trained'].push(meanStates(model, inputValues));
  }
  for (const [name, clips] of Object.entries(means)) {
    for (const layer of clips[0].keys()) {
      const accuracy = crossValidate({ rows: clips.map((states) => states[layer]), labels }, SEED);
      console.log(`${name} weights, hidden state ${layer}: accuracy ${accuracy.toFixed(3)}`);
    }
  }
}

/** The mean over time of what the first layer gets, and of what each gives: (states, channels). */
function meanStates(model: HubertModel, inputValues: Float32Array[]): number[][] {
  return tf.tidy(() => {
    const { hiddenStates } = model.forward({ inputValues }, { outputHiddenStates: true });
    return hiddenStates!.map((state) => Array.from(tf.mean(state, [0, 1]).dataSync())); // (C) each
  });
}

main();
