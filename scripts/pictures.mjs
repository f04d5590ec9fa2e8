// Draws the pictures of README.md into docs/: npm run pictures
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './setup/run.mjs';

const require = createRequire(join(root, 'package.json'));
const {
  amplitudeToDb,
  argmax,
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  confusionMatrix,
  confusionshow,
  example,
  exampleCredit,
  fftFrequencies,
  hann,
  kmeans,
  labelshow,
  load,
  loadDataset,
  melSpectrogram,
  mfcc,
  powerToDb,
  renderPng,
  rfft,
  specshow,
  spectrum,
  stft,
  Trainer,
  waveshow,
} = require('onpa');

const path = await example('trumpet');
const trumpet = await load(path);
const window = hann(4096, { periodic: false });
const { re, im } = rfft(trumpet.samples.subarray(0, 4096).map((x, i) => x * window[i]));
const amplitude = re.map((x, k) => Math.hypot(x, im[k]));
const clusters = kmeans(mfcc(trumpet, { nMfcc: 13, nMels: 40 }).transpose(), 8, { seed: 0 });

const genres = await loadDataset(join(root, 'data', 'mini-genres'));
const folder = join(root, 'data', 'models', 'mini-genres');
const featureExtractor = await AutoFeatureExtractor.fromPretrained(folder);
const model = await AutoModelForAudioClassification.fromPretrained(folder);
const { test } = genres.trainTestSplit({ testSize: 0.2, seed: 42 });
const trainer = new Trainer({ model, featureExtractor, args: { disableTqdm: true } });
const { predictions, labelIds } = await trainer.predict(test.preprocess(featureExtractor));
const confusion = confusionMatrix(labelIds, predictions.map(argmax), { numClasses: 10 });

const pictures = {
  waveform: waveshow(trumpet),
  spectrum: spectrum(fftFrequencies({ nFft: 4096 }), amplitudeToDb(amplitude, { ref: 'max' })),
  stft: specshow(amplitudeToDb(stft(trumpet.samples).magnitude(), { ref: 'max' })),
  mel: specshow(powerToDb(melSpectrogram(trumpet, { nMels: 128, fMax: 8000 }), { ref: 'max' }), {
    yAxis: 'mel',
    fMax: 8000,
  }),
  clusters: labelshow(trumpet, clusters.labels, { unit: 'cluster' }),
  confusion: confusionshow(confusion, genres.features.genre.names),
};
console.log(exampleCredit(path));
for (const [name, spec] of Object.entries(pictures)) {
  await writeFile(join(root, 'docs', `${name}.png`), await renderPng(spec, { scale: 1.5 }));
  console.log(`docs/${name}.png`);
}
