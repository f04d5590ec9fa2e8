import { join } from 'node:path';
import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  accuracy,
  argmax,
  type ComputeMetrics,
  type EncodedDataset,
  loadDataset,
  type PreprocessOptions,
  Trainer,
} from 'onpa';
import { root } from '../setup.js';
import { LESSON, type Recipe } from './recipes.js';

/** What came of a training. */
export interface Result {
  recipe: string;
  seed: number;
  epochs: number;
  /** Of the best epoch, by the clips that chose it, and by those kept aside. */
  validation: number;
  test: number;
  seconds: number;
}

const MODEL = join(root, 'data', 'models', 'mini-hubert');

const computeMetrics: ComputeMetrics = ({ predictions, labelIds }) => ({
  accuracy: accuracy(labelIds, predictions.map(argmax)),
});

/**
 * Fine-tunes mini-hubert on mini-genres. The seed decides everything that is random: which clips are kept aside, the head's first
 * weights, dropout, and how clips are changed.
 */
export async function trainBy(
  name: string,
  { all = {}, train = {}, args = {} }: Recipe,
  { seed, epochs, outputDir }: { seed: number; epochs: number; outputDir: string },
): Promise<Result> {
  const dataset = await loadDataset(join(root, 'data', 'mini-genres'));
  const { names } = dataset.features.genre;
  const extractor = await AutoFeatureExtractor.fromPretrained(MODEL, { doNormalize: true, returnAttentionMask: true });
  const { train: rest, test } = dataset.trainTestSplit({ testSize: 0.2, seed });
  const { train: learnt, test: validation } = rest.trainTestSplit({ testSize: 0.25, seed });
  const prepare = (part: typeof test, own: PreprocessOptions = {}): EncodedDataset =>
    part.castAudio({ sampleRate: extractor.samplingRate }).preprocess(extractor, { ...all, ...own });
  const sets = { train: prepare(learnt, train), validation: prepare(validation), test: prepare(test) };
  const model = await AutoModelForAudioClassification.fromPretrained(MODEL, {
    numLabels: names.length,
    id2label: Object.fromEntries(names.map((label, i) => [i, label])),
    label2id: Object.fromEntries(names.map((label, i) => [label, i])),
    seed,
  });
  const start = performance.now();
  try {
    const trainer = new Trainer({
      model,
      args: { ...LESSON, numTrainEpochs: epochs, seed, outputDir, ...args },
      ...{ trainDataset: sets.train, evalDataset: sets.validation, featureExtractor: extractor, computeMetrics },
    });
    await trainer.train();
    const seconds = (performance.now() - start) / 1000;
    const { eval_accuracy } = await trainer.evaluate();
    const { metrics } = await trainer.predict(sets.test);
    return { recipe: name, seed, epochs, validation: eval_accuracy, test: metrics.test_accuracy, seconds };
  } finally {
    model.dispose();
    await Promise.all(Object.values(sets).map((set) => set.close()));
  }
}
