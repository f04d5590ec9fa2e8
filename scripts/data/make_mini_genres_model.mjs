// Makes data/models/mini-genres: mini-hubert, fine-tuned on mini-genres as lesson 6 does it, once for each seed, but in two
// parts: it learns from all clips that lesson 6 does not test by, and the others choose the epoch. The model of the first
// seed is kept; the accuracies of all are printed.
//
//     node scripts/data/make_mini_genres_model.mjs [--to FOLDER] [SEED …]        (default 42 0 1)
//
// Needs `npm run setup`; about 2 minutes for a seed on two cores.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../setup/root.mjs';

const onpa = createRequire(import.meta.url)('onpa');
const { values, positionals } = parseArgs({ allowPositionals: true, options: { to: { type: 'string' } } });
const target = values.to ?? join(root, 'data', 'models', 'mini-genres');
const seeds = positionals.length > 0 ? positionals.map(Number) : [42, 0, 1];
const MODEL = join(root, 'data', 'models', 'mini-hubert');

async function train(seed) {
  const dataset = await onpa.loadDataset(join(root, 'data', 'mini-genres'));
  const { names } = dataset.features.genre;
  const extractor = await onpa.AutoFeatureExtractor.fromPretrained(MODEL, {
    doNormalize: true,
    returnAttentionMask: true,
  });
  const split = dataset.trainTestSplit({ testSize: 0.2, seed });
  const prepare = (part) => part.castAudio({ sampleRate: extractor.samplingRate }).preprocess(extractor);
  const model = await onpa.AutoModelForAudioClassification.fromPretrained(MODEL, {
    numLabels: names.length,
    id2label: Object.fromEntries(names.map((name, i) => [i, name])),
    label2id: Object.fromEntries(names.map((name, i) => [name, i])),
    seed,
  });
  const trainer = new onpa.Trainer({
    model,
    args: new onpa.TrainingArguments({
      outputDir: join('build', `mini-genres-${seed}`),
      evalStrategy: 'epoch',
      saveStrategy: 'epoch',
      saveTotalLimit: 1,
      learningRate: 1e-3,
      freezeFeatureEncoder: true,
      numTrainEpochs: 10,
      warmupRatio: 0.1,
      loggingSteps: 5,
      loadBestModelAtEnd: true,
      metricForBestModel: 'accuracy',
      reportTo: 'none',
      seed,
    }),
    trainDataset: prepare(split.train),
    evalDataset: prepare(split.test),
    featureExtractor: extractor,
    computeMetrics: ({ predictions, labelIds }) => ({
      accuracy: onpa.accuracy(labelIds, predictions.map(onpa.argmax)),
    }),
  });
  const start = performance.now();
  await trainer.train();
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const { eval_accuracy, eval_loss } = await trainer.evaluate();
  console.log(`seed ${seed}: accuracy ${eval_accuracy.toFixed(3)}, loss ${eval_loss.toFixed(3)}, ${seconds} s`);
  return trainer;
}

console.log(`${cpus().length} processors`);
for (const [i, seed] of seeds.entries()) {
  const trainer = await train(seed);
  if (i === 0) {
    await trainer.saveModel(target);
    await trainer.saveState(target);
  }
  trainer.model.dispose();
}
