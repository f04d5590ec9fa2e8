import {
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  loadDataset,
  outputPath,
  saveWav,
  Trainer,
  TrainingArguments,
} from 'onpa';

// What lessons do, briefly: decode in threads, train, save, and read again.

const MODEL = 'onpa:models/mini-hubert';

async function lesson(): Promise<void> {
  const dataset = await loadDataset('onpa:mini-genres');
  const featureExtractor = await AutoFeatureExtractor.fromPretrained(MODEL, { doNormalize: true });
  const model = await AutoModelForAudioClassification.fromPretrained(MODEL, { numLabels: 10 });
  const trainDataset = dataset.select([0, 100, 200]).preprocess(featureExtractor, { maxDuration: 1 });
  const args = new TrainingArguments({
    outputDir: outputPath('training'),
    maxSteps: 1,
    saveSteps: 1,
    disableTqdm: true,
    freezeFeatureEncoder: true,
  });
  const trainer = new Trainer({ model, args, trainDataset, featureExtractor });
  await trainer.train();
  await trainer.saveModel(outputPath('my-model'));
  await AutoModelForAudioClassification.fromPretrained(outputPath('my-model'));
  await saveWav(outputPath('tone.wav'), { samples: new Float32Array(10), sampleRate: 8000 });
}

lesson().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
