// Draws the pictures of README.md and of docs/architecture.md: npm run pictures. Those of pages and of a switch need a Chromium.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { hasChromium } from './pictures/in-chromium.mjs';
import { drawPage } from './pictures/page.mjs';
import { drawPlayer } from './pictures/player.mjs';
import { drawSite } from './pictures/site.mjs';
import { root } from './setup/root.mjs';

const require = createRequire(join(root, 'package.json'));
const {
  amplitudeToDb,
  argmax,
  AutoFeatureExtractor,
  AutoModelForAudioClassification,
  confusionMatrix,
  confusionshow,
  diagram,
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
  pipeline,
  powerToDb,
  quantize,
  renderPng,
  rfft,
  scoreshow,
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

const classify = await pipeline('audio-classification', { model, featureExtractor });
const scores = await classify(join(root, 'data', 'audio', 'reggae.flac'));

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
  push: diagram([
    { label: 'model', detail: 'weights, classes', group: 'this notebook' },
    { label: 'feature extractor', detail: 'rate, normalisation', from: [], group: 'this notebook' },
    { label: 'training', detail: 'arguments, log', from: [], group: 'this notebook' },
    {
      label: 'one commit',
      column: 1,
      row: 1,
      from: ['model', 'feature extractor', 'training'],
      group: 'this notebook',
    },
    { label: 'owner/name', detail: 'repository with a page', column: 2, row: 1, group: 'the Hub' },
    { label: 'pipeline(…)', id: 'ts', detail: 'TypeScript', column: 3, row: 0, from: ['owner/name'], group: 'anybody' },
    { label: 'pipeline(…)', id: 'py', detail: 'Python', column: 3, row: 2, from: ['owner/name'], group: 'anybody' },
  ]),
  // An arrow also stands for the rooms behind the one that it leads to.
  architecture: diagram(
    [
      { label: 'exercises', detail: 'check, quiz', group: 'what users start with', row: 0, from: [] },
      { label: 'pretraining', detail: 'masks, distil', group: 'what users start with', column: 1, row: 1, from: [] },
      {
        label: 'training',
        detail: 'run, checkpoints …',
        group: 'what users start with',
        column: 0,
        row: 1,
        from: ['exercises', 'pretraining'],
      },
      { label: 'plot', detail: 'charts, show, play', group: 'what users start with', row: 2 },
      { label: 'pipeline', group: 'what users start with', row: 3, from: [] },
      {
        label: 'hubert',
        detail: 'the model',
        group: 'models and data',
        column: 1,
        row: 0,
        from: ['pipeline', 'training'],
      },
      { label: 'dataset', detail: 'rows, splits', group: 'models and data', column: 1, row: 2, from: ['training'] },
      { label: 'vocoder', detail: 'mel → sound', group: 'models and data', column: 2, row: 1, from: [] },
      { label: 'feature-extractor', group: 'models and data', column: 2, row: 2, from: ['pipeline', 'dataset'] },
      {
        label: 'checkpoint, onnx',
        detail: 'files ↔ tensors',
        group: 'layers below',
        column: 3,
        row: 0,
        from: ['vocoder', 'hubert'],
      },
      { label: 'tensor', detail: 'TensorFlow.js', group: 'layers below', row: 1, from: ['hubert', 'vocoder'] },
      { label: 'hub', detail: 'download, push', group: 'layers below', row: 2, from: ['vocoder', 'feature-extractor'] },
      { label: 'audio', detail: 'load, save', group: 'layers below', row: 3, from: ['feature-extractor', 'plot'] },
      { label: 'dsp', detail: 'stft, mel …', group: 'layers below', column: 4, row: 3 },
      { label: 'kernel', detail: 'runs cells', group: 'layers below', column: 4, row: 0, from: [] },
    ],
    { title: 'What may import what in lib/src' },
  ),
  inference: scoreshow(scores, { title: 'reggae.flac' }),
};
console.log(exampleCredit(path));
for (const [name, spec] of Object.entries(pictures)) {
  await writeFile(join(root, 'docs', `${name}.png`), await renderPng(spec, { scale: 1.5 }));
  console.log(`docs/${name}.png`);
}
const { comparison } = require('onpa/dist/plot/compare.js');
const second = trumpet.samples.subarray(0, trumpet.sampleRate);
const sounds = {
  'the trumpet': second,
  'in 4 bits': quantize(second, 4),
  'in 4 bits with dither': quantize(second, 4, { dither: 'triangular', seed: 0 }),
};
const switched = Object.entries(sounds).map(([title, samples]) => ({ title, waveform: { ...trumpet, samples } }));
const drawSwitch = async (path) => drawPlayer(path, await comparison(switched));
for (const [name, drawn] of Object.entries({ compare: drawSwitch, web: drawPage, site: drawSite })) {
  const file = join('docs', `${name}.png`);
  if (hasChromium) await drawn(join(root, file));
  console.log(hasChromium ? file : `${file} stays: no Chromium is installed`);
}
