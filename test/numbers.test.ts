import assert from 'node:assert/strict';
import {
  accuracy,
  amplitudeToDb,
  argmax,
  ComplexSpectrogram,
  classificationReport,
  confusionMatrix,
  confusionshow,
  curves,
  delta,
  diagram,
  encodeWav,
  FloatMatrix,
  getWindow,
  griffinLim,
  hconcat,
  istft,
  kmeans,
  labelshow,
  Matrix,
  matrix,
  melSpectrogram,
  mfcc,
  mostConfidentMistakes,
  ParameterError,
  powerToDb,
  quantize,
  resample,
  rfft,
  saveWav,
  scoreshow,
  specshow,
  spectrum,
  stft,
  trainingCurves,
  vconcat,
  waveshow,
} from 'onpa';

const samples = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i));
const waveform = { samples, sampleRate: 8000 };
const detached = new Float32Array(4);
structuredClone(detached, { transfer: [detached.buffer] });

/** What is none of the numbers of one channel, whichever form they are asked for in. */
const WRONG: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  'a text': 'abc',
  'a number': 3,
  'an array of texts': ['a', 'b'],
  'an array of arrays': [[1, 2], [3]],
  'a sound of two channels': { channels: [samples, samples], sampleRate: 8000 },
  'a complex spectrogram': stft(samples),
  'numbers of 64 bits': BigInt64Array.of(1n, 2n),
  'a buffer that was given away': detached,
  'a DataView': new DataView(new ArrayBuffer(8)),
  'a function': () => 0,
  'an empty object': {},
  'an object with a length': { length: 2 },
};

/** The functions, by the parameter that is given what is wrong. */
const FUNCTIONS: [string, string, (wrong: never) => unknown][] = [
  ['stft', 'samples', (x) => stft(x)],
  ['resample', 'samples', (x) => resample(x, { from: 8000, to: 16000 })],
  ['resample between equal rates', 'samples', (x) => resample(x, { from: 8000, to: 8000 })],
  ['quantize', 'samples', (x) => quantize(x, 8)],
  ['rfft', 'x', (x) => rfft(x)],
  ['amplitudeToDb', 'x', (x) => amplitudeToDb(x)],
  ['powerToDb', 'x', (x) => powerToDb(x, { ref: 'max' })],
  ['istft', 'spectrogram', (x) => istft(x)],
  ['griffinLim', 'magnitude', (x) => griffinLim(x)],
  ['ComplexSpectrogram.from', 're', (x) => ComplexSpectrogram.from(x, new FloatMatrix(3, 2))],
  ['ComplexSpectrogram.from', 'im', (x) => ComplexSpectrogram.from(new FloatMatrix(3, 2), x)],
  ['melSpectrogram', 'waveform', (x) => melSpectrogram(x)],
  ['melSpectrogram', 'samples', (x) => melSpectrogram({ samples: x, sampleRate: 8000 })],
  ['mfcc', 'waveform', (x) => mfcc(x)],
  ['delta', 'features', (x) => delta(x)],
  ['kmeans', 'points', (x) => kmeans(x, 2)],
  ['getWindow', 'window', (x) => getWindow(x, 2)],
  ['encodeWav', 'waveform', (x) => encodeWav(x)],
  ['encodeWav', 'samples', (x) => encodeWav({ samples: x, sampleRate: 8000 })],
  ['waveshow', 'waveform', (x) => waveshow(x)],
  ['waveshow', 'samples', (x) => waveshow({ samples: x, sampleRate: 8000 })],
  ['labelshow', 'waveform', (x) => labelshow(x, [0])],
  ['labelshow', 'labels', (x) => labelshow(waveform, x)],
  ['specshow', 'db', (x) => specshow(x)],
  ['matrix', 'm', (x) => matrix(x)],
  ['matrix with names', 'yNames', (x) => matrix(Matrix.ones(2, 2), { yNames: x ?? ([3] as never) })],
  ['spectrum', 'frequencies', (x) => spectrum(x, [1, 2])],
  ['spectrum', 'db', (x) => spectrum([1, 2], x)],
  ['curves', 'series', (x) => curves(x)],
  ['curves', 'series[0].y', (x) => curves({ y: x })],
  ['curves', 'series[0].x', (x) => curves({ y: [1, 2], x: x ?? (['a', 'b'] as never) })],
  ['confusionshow', 'confusion', (x) => confusionshow(x, ['a'])],
  ['confusionshow', 'names', (x) => confusionshow(Matrix.ones(2, 2), x)],
  ['scoreshow', 'scores', (x) => scoreshow(x)],
  ['trainingCurves', 'logHistory', (x) => trainingCurves(x)],
  ['diagram', 'boxes', (x) => diagram(x)],
  ['hconcat', 'specs', (x) => hconcat(x)],
  ['vconcat', 'specs', (x) => vconcat(x)],
  ['argmax', 'values', (x) => argmax(x)],
  ['accuracy', 'labels', (x) => accuracy(x, [0, 1])],
  ['accuracy', 'predictions', (x) => accuracy([0, 1], x)],
  ['confusionMatrix', 'labels', (x) => confusionMatrix(x, [0, 1], { numClasses: 2 })],
  ['confusionMatrix', 'predictions', (x) => confusionMatrix([0, 1], x, { numClasses: 2 })],
  ['classificationReport', 'confusion', (x) => classificationReport(x, ['a'])],
  ['classificationReport', 'names', (x) => classificationReport(Matrix.ones(2, 2), x)],
  ['mostConfidentMistakes', 'predictions', (x) => mostConfidentMistakes(x, [0, 1])],
  ['mostConfidentMistakes', 'labels', (x) => mostConfidentMistakes([[1], [2]], x)],
];

/** What is right after all, or for another reason wrong. */
const FITS = new Set([
  'getWindow: a text',
  'classificationReport: an array of texts',
  'confusionshow: an array of texts',
  'matrix with names: an array of texts',
  'istft: a complex spectrogram',
  'mostConfidentMistakes: an array of arrays',
]);

describe('What is none of the numbers that a function takes', () => {
  for (const [name, parameter, use] of FUNCTIONS) {
    it(`is an error of ${name} that names ${parameter}`, () => {
      for (const [kind, wrong] of Object.entries(WRONG)) {
        if (FITS.has(`${name}: ${kind}`)) continue;
        assert.throws(
          () => use(wrong as never),
          (error: Error) => {
            assert.ok(error instanceof ParameterError, `${kind}: ${error.stack}`);
            assert.ok(error.message.startsWith(parameter), `${kind}: ${error.message}`);
            assert.ok(error.message.length < 200, error.message);
            return true;
          },
          kind,
        );
      }
    });
  }

  it('is an error of saveWav, and no file', async () => {
    for (const wrong of Object.values(WRONG))
      await assert.rejects(saveWav('/nowhere/a.wav', wrong as never), /^ParameterError: waveform/);
  });

  it('says how what was given becomes what is wanted', () => {
    const stereo = WRONG['a sound of two channels'] as never;
    assert.throws(
      () => stft(stereo),
      /samples is sound of 2 channels; give one channel .*samples\.channels\[0\], or load .*mono: true/,
    );
    assert.throws(
      () => specshow(stft(samples) as never),
      /db is complex; give a matrix of real numbers, such as db\.magnitude\(\)/,
    );
    assert.throws(() => stft(waveform as never), /samples is a waveform; .*: samples\.samples/);
    assert.throws(() => stft([0, 1] as never), /samples is an array of 2; .*: Float32Array\.from\(samples\)/);
    assert.throws(() => kmeans(stft(samples) as never, 2), /points is complex/);
  });

  it('is found in a matrix whose numbers do not fit it', () => {
    for (const data of [BigInt64Array.of(1n, 2n), new Float32Array(3)]) {
      const wrong = new FloatMatrix(1, 2, new Float32Array(2));
      Object.assign(wrong, { data });
      for (const use of [() => amplitudeToDb(wrong), () => specshow(wrong), () => delta(wrong)])
        assert.throws(use, ParameterError);
    }
  });
});
