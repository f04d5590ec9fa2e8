import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  AutoModelForAudioClassification,
  amplitudeToDb,
  confusionshow,
  curves,
  delta,
  diagram,
  encodeWav,
  fftFrequencies,
  getWindow,
  griffinLim,
  hann,
  hconcat,
  hzToMel,
  istft,
  kmeans,
  labelshow,
  Matrix,
  matrix,
  melFilterbank,
  melFrequencies,
  melSpectrogram,
  melToHz,
  mfcc,
  mostConfidentMistakes,
  powerToDb,
  renderPng,
  scoreshow,
  specshow,
  spectrum,
  stft,
  Trainer,
  TrainingArguments,
  trainingCurves,
  vconcat,
  waveshow,
} from 'onpa';
import { audioElement } from 'onpa/dist/plot/play.js';
import { inRepository } from './fixtures.js';
import { inTemporaryFolder } from './hubert/models.js';
import { ramp } from './plot/drawing.js';
import { evalExamples, tinyModel, trainExamples } from './training/tiny.js';

const samples = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * i));
const waveform = { samples, sampleRate: 8000 };
const spectrogram = stft(samples, { nFft: 64 });
const points = new Matrix(Array.from({ length: 12 }, (_, i) => [i % 3, i % 4]));
const CHART = 'title width height';
const FRAMES = 'nFft hopLength winLength window center padMode';
const MEL = 'nMels fMin fMax htk';

/** The functions, and the options that have a default: null stands for it. */
const FUNCTIONS: [string, string, (options: never) => unknown][] = [
  ['amplitudeToDb', 'ref amin', (o) => amplitudeToDb(samples, o)],
  ['powerToDb', 'ref amin', (o) => powerToDb(samples.map(Math.abs), o)],
  ['fftFrequencies', 'sampleRate nFft', (o) => fftFrequencies(o)],
  ['stft', FRAMES, (o) => stft(samples, o).groups],
  ['istft', 'nFft hopLength winLength window center length', (o) => istft(spectrogram, o)],
  [
    'griffinLim',
    `${FRAMES} momentum length`,
    (o) => griffinLim(spectrogram.magnitude(), { ...(o as object), nIter: 2, seed: 1 }),
  ],
  ['hzToMel', 'htk', (o) => hzToMel(440, o)],
  ['melToHz', 'htk', (o) => melToHz(5, o)],
  ['melFrequencies', 'fMin fMax htk', (o) => melFrequencies(5, o)],
  ['melFilterbank', MEL, (o) => melFilterbank({ ...(o as object), sampleRate: 44100, nFft: 4096 })],
  ['melSpectrogram', `${FRAMES} fMin fMax htk power`, (o) => melSpectrogram(waveform, { ...(o as object), nMels: 20 })],
  [
    'mfcc',
    `${FRAMES} fMin fMax htk power nMfcc dctType lifter`,
    (o) => mfcc(waveform, { ...(o as object), nMels: 20 }),
  ],
  ['delta', 'width order', (o) => delta(ramp(2, 20), o)],
  ['kmeans', 'init maxIter', (o) => kmeans(points, 2, { ...(o as object), seed: 1 })],
  ['getWindow', 'periodic', (o) => getWindow('hann', 8, o)],
  ['hann', 'periodic', (o) => hann(8, o)],
  ['encodeWav', 'bitDepth', (o) => encodeWav(waveform, o)],
  ['mostConfidentMistakes', 'count', (o) => mostConfidentMistakes([[1, 2]], [0], o)],
  ['waveshow', `${CHART} maxPoints mirror color`, (o) => waveshow(waveform, o)],
  ['labelshow', `${CHART} hopLength center mask unit`, (o) => labelshow(waveform, [0, 1], o)],
  [
    'specshow',
    `${CHART} xAxis yAxis sampleRate hopLength nFft fMin fMax htk tooltip vMin vMax colormap colorbar unit`,
    (o) => specshow(ramp(9, 5), o),
  ],
  [
    'matrix',
    `${CHART} xTitle yTitle xAxis origin xRange yRange yNames vMin vMax colormap colorbar unit`,
    (o) => matrix(ramp(3, 3), o),
  ],
  ['spectrum', `${CHART} xScale color`, (o) => spectrum([1, 2, 3], [0, -10, -20], o)],
  ['curves', `${CHART} xTitle yTitle xScale yScale xDomain yDomain mark`, (o) => curves({ y: [1, 2] }, o)],
  ['a curve', 'x name mark color dashed', (o) => curves({ y: [1, 2], ...(o as object) })],
  ['confusionshow', CHART, (o) => confusionshow(Matrix.eye(2), ['a', 'b'], o)],
  ['scoreshow', `${CHART} percent xTitle color`, (o) => scoreshow([{ label: 'a', score: 0.5 }], o)],
  ['trainingCurves', CHART, (o) => trainingCurves([{ loss: 1, epoch: 1, step: 1 }], o)],
  ['hconcat', 'title', (o) => hconcat([curves({ y: [1] })], o)],
  ['vconcat', 'title', (o) => vconcat([curves({ y: [1] })], o)],
  ['diagram', 'title arrows', (o) => diagram([{ label: 'a' }], o)],
  ['a box', 'detail output group id column row from', (o) => diagram([{ label: 'a', ...(o as object) }])],
  ['play', 'title bitDepth show', (o) => audioElement(waveform, o)],
  ['TrainingArguments', Object.keys(new TrainingArguments()).join(' '), (o) => new TrainingArguments(o)],
];

describe('An option of null', () => {
  for (const [name, keys, use] of FUNCTIONS) {
    it(`is as if it had been left out of ${name}, each of them and all`, () => {
      const plain = use({} as never);
      const nulls = keys.split(' ').map((key) => ({ [key]: null }));
      for (const options of [...nulls, Object.assign({}, ...nulls)]) {
        assert.deepEqual(use(options as never), plain, JSON.stringify(options));
      }
      assert.deepEqual(use(null as never), plain, 'no options');
    });
  }

  it('is as if it had been left out of renderPng', async () => {
    const chart = curves({ y: [1, 2] });
    assert.deepEqual(await renderPng(chart, { scale: null }), await renderPng(chart));
  });

  it('keeps what it means where None means something in Python', () => {
    const levels = Float32Array.of(1, 0);
    assert.deepEqual(powerToDb(levels, { topDb: null }), Float32Array.of(0, -100));
    const filters = { sampleRate: 8000, nFft: 64, nMels: 3 };
    assert.ok(melFilterbank({ ...filters, norm: null }).max() > 10 * melFilterbank(filters).max());
    const options = { nMels: 20, nMfcc: 3 };
    for (const none of [{ norm: null }, { melNorm: null }]) {
      assert.notDeepEqual(mfcc(waveform, { ...options, ...none }), mfcc(waveform, options));
    }
    const zero = griffinLim(spectrogram.magnitude(), { nIter: 0, init: null });
    assert.deepEqual(zero, griffinLim(spectrogram.magnitude(), { nIter: 0, init: null, seed: 5 }));
  });

  it('is as if it had been left out of a Trainer, its training, and its card', () =>
    inTemporaryFolder(async (folder) => {
      const outputDir = path.join(folder, 'genres');
      const args = {
        outputDir,
        reportTo: 'none',
        maxSteps: 1,
        saveStrategy: 'no',
        disableTqdm: true,
        evalSteps: null,
      } as const;
      const options = { trainDataset: trainExamples().slice(0, 1), evalDataset: evalExamples().slice(0, 1) };
      const none = {
        featureExtractor: null,
        computeMetrics: null,
        callbacks: null,
        trackers: null,
        lossIsScaledForGa: null,
      };
      const losses: number[] = [];
      for (const more of [{}, none]) {
        const trainer = new Trainer({ model: await tinyModel(), args, ...options, ...more });
        const { trainingLoss } = await trainer.train({ resumeFromCheckpoint: null, signal: null });
        losses.push(trainingLoss);
        trainer.model.dispose();
      }
      assert.equal(losses[0], losses[1]);
      const model = await AutoModelForAudioClassification.fromPretrained(inRepository('test', 'fixtures', 'trained'));
      const trainer = new Trainer({ model, args: { outputDir }, evalDataset: null, trainDataset: null });
      const card = readFileSync(await trainer.createModelCard(), 'utf8');
      for (const key of 'language license tags modelName finetunedFrom tasks datasetTags dataset datasetArgs datasetMetadata'.split(
        ' ',
      )) {
        assert.equal(readFileSync(await trainer.createModelCard({ [key]: null }), 'utf8'), card, key);
      }
      const push = { revision: null, private: null, commitMessage: null, commitDescription: null, signal: null };
      const { commitMessage } = await trainer.pushToHub({ ...push, folder: path.join(folder, 'pushed') });
      assert.equal(commitMessage, 'End of training');
      model.dispose();
    }));

  it('takes the place of nothing that a file of training arguments has', () =>
    inTemporaryFolder(async (folder) => {
      const model = await tinyModel();
      await new Trainer({ model, args: { outputDir: folder, maxSteps: 7, reportTo: 'none' } }).saveModel();
      const args = await TrainingArguments.loadFromJson(path.join(folder, 'training_args.json'), {
        maxSteps: null,
        seed: 3,
      });
      assert.deepEqual([args.maxSteps, args.seed], [7, 3]);
      model.dispose();
    }));

  it('is refused under the name that it has in Python, which names the one here', () => {
    const options: [object, RegExp][] = [
      [{ n_fft: 512 }, /no option n_fft, which is its name in Python; give nFft$/],
      [{ sr: 8000 }, /no option sr, .* give sampleRate$/],
      [{ fmax: 4000 }, /no option fmax, .* give fMax$/],
    ];
    for (const [option, message] of options) {
      assert.throws(() => melSpectrogram(waveform, option), { name: 'ParameterError', message });
    }
  });
});
