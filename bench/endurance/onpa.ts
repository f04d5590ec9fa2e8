// Goes through a data set with onpa, and writes a line of JSON after each batch. Argument: the task as JSON.
import {
  AutoModelForAudioClassification,
  beatTrack,
  type ExampleSource,
  HubertForPreTraining,
  loadDataset,
  melSpectrogram,
  melToAudio,
  mfccFeatures,
  miniBatchKmeans,
  nearestCenters,
  type Tracker,
  Trainer,
  tf,
  Vocos,
  Wav2Vec2FeatureExtractor,
} from 'onpa';
import { memoryNow, peakMemory, resetPeakMemory } from '../memory.js';
import type { EnduranceTask, Sample } from './task.js';

const LABELS = 10;
/** Seconds of a clip that the model hears. */
const MOST = 30;

let before = performance.now();

function report(step: number, loss?: number): void {
  const now = performance.now();
  const sample: Sample = {
    step,
    seconds: (now - before) / 1000,
    rss: memoryNow(),
    peak: peakMemory(),
    arrayBuffers: process.memoryUsage().arrayBuffers / 1e6,
    tensors: tf.memory().numBytes / 1e6,
    loss,
  };
  process.stdout.write(`${JSON.stringify(sample)}\n`);
  resetPeakMemory();
  before = now;
}

const watcher: Tracker = {
  name: 'endurance',
  begin() {},
  log() {},
  step: ({ globalStep, loss }) => report(globalStep, loss),
  end() {},
};

/** The first examples of a data set, with a report after each batch. */
function reported(source: ExampleSource, batch: number, most: number): ExampleSource {
  return {
    length: Math.min(source.length, most),
    async *examples(indices) {
      let count = 0;
      for await (const example of source.examples(indices)) {
        yield example;
        if (++count % batch === 0) report(count / batch);
      }
    },
  };
}

/** The same examples, with labels from so many clusters, which the first of them decide. */
async function labelled(source: ExampleSource, sampleRate: number, clusters: number): Promise<ExampleSource> {
  const features = (samples: Float32Array) => mfccFeatures({ samples, sampleRate });
  const first: ReturnType<typeof features>[] = [];
  for await (const { inputValues } of source.examples([0, 1, 2, 3])) first.push(features(inputValues));
  const centers = miniBatchKmeans(first, clusters, { seed: 0, maxIter: 10 });
  return {
    length: source.length,
    async *examples(indices) {
      for await (const example of source.examples(indices)) {
        yield { ...example, frameLabels: nearestCenters(features(example.inputValues), centers) };
      }
    },
  };
}

/** Each clip made again from its mel spectrograms, and its beats found. */
async function makeSounds(source: ExampleSource, sampleRate: number): Promise<void> {
  const vocos = Vocos.fromConfig({ featureExtractor: { sampleRate } }, { seed: 0 });
  for await (const { inputValues: samples } of source.examples([...Array(source.length).keys()])) {
    const waveform = { samples, sampleRate };
    vocos.decode(vocos.melSpectrogram(waveform));
    melToAudio(melSpectrogram(waveform), { sampleRate, nIter: 4, seed: 0 });
    beatTrack(waveform);
  }
}

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2]) as EnduranceTask;
  const { part, steps, batch, outputDir, saveSteps } = task;
  const featureExtractor = new Wav2Vec2FeatureExtractor({ doNormalize: true, returnAttentionMask: true });
  const { samplingRate } = featureExtractor;
  const dataset = await loadDataset(task.data);
  const { train } = dataset.trainTestSplit({ testSize: 0.2, seed: 42 });
  const source = train.castAudio({ sampleRate: samplingRate }).preprocess(featureExtractor, { maxDuration: MOST });
  const some = reported(source, batch, steps * batch);
  if (part === 'preprocess') {
    for await (const _ of some.examples([...Array(some.length).keys()]));
    return;
  }
  if (part === 'sound') return makeSounds(some, samplingRate);
  const isPretraining = part === 'pretrain';
  const model = isPretraining
    ? await HubertForPreTraining.fromPretrained(task.model, { numClasses: [LABELS], labelRate: 100, seed: 42 })
    : await AutoModelForAudioClassification.fromPretrained(task.model, { numLabels: LABELS, seed: 42 });
  const isFrozen = part === 'features';
  const learnt = isFrozen
    ? { length: some.length, examples: (indices: readonly number[]) => source.examples(indices) }
    : source;
  const trainer = new Trainer({
    model,
    featureExtractor,
    args: {
      outputDir,
      ...(isFrozen ? { numTrainEpochs: 2 } : { maxSteps: steps }),
      perDeviceTrainBatchSize: batch,
      perDeviceEvalBatchSize: batch,
      freezeFeatureEncoder: isFrozen,
      learningRate: 5e-5,
      warmupRatio: 0.1,
      saveStrategy: part === 'train' ? 'steps' : 'no',
      saveSteps,
      saveTotalLimit: 2,
      loggingSteps: 5,
      reportTo: 'none',
      disableTqdm: true,
    },
    trainDataset: isPretraining ? await labelled(learnt, samplingRate, LABELS) : learnt,
    trackers: part === 'predict' ? [] : [watcher],
  });
  if (part === 'predict') await trainer.predict(some);
  else await trainer.train({ resumeFromCheckpoint: task.resume });
}

main();
