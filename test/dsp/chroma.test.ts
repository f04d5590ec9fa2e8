import assert from 'node:assert/strict';
import {
  type ChromaFilterbankOptions,
  type ChromaStftOptions,
  chromaFilterbank,
  chromaStft,
  FloatMatrix,
  stft,
} from 'onpa';
import { fixture, namedSignal, relativeError, sampled, signal } from '../fixtures.js';

interface Made<Options> {
  options: Options;
  shape: [number, number];
  peak: number;
}

interface Cases {
  filters: Record<string, Made<ChromaFilterbankOptions>>;
  chroma: Record<string, Made<ChromaStftOptions> & { signal: string }>;
  spectrogram: Record<string, Made<ChromaStftOptions>>;
}

const reference = fixture<never>('chroma');
const { filters, chroma, spectrogram } = reference.cases as unknown as Cases;

/** How far a matrix is from what the fixture has of it. */
function error(matrix: FloatMatrix, name: string, { shape, peak }: Made<object>): number {
  assert.deepEqual([matrix.rows, matrix.columns], shape);
  const [rows, columns] = ['rows', 'columns'].map((part) => reference.tensor(`${name}/${part}`, 'I32').data);
  return relativeError(sampled(matrix, rows, columns), reference.tensor(`${name}/values`, 'F32').data, peak);
}

describe('chromaFilterbank', () => {
  for (const [name, made] of Object.entries(filters)) {
    it(`${name}, is librosa's`, () => {
      assert.ok(error(chromaFilterbank(made.options), name, made) < 1e-6);
    });
  }

  it('names what is wrong with an option', () => {
    const base = { sampleRate: 22050, nFft: 2048 };
    const wrong: [ChromaFilterbankOptions, RegExp][] = [
      [{ ...base, nChroma: 0 }, /nChroma is 0/],
      [{ ...base, nFft: 1 }, /nFft is 1/],
      [{ ...base, sampleRate: 0 }, /sampleRate is 0/],
      [{ ...base, octwidth: 0 }, /octwidth is 0/],
      [{ ...base, norm: 0 }, /norm is 0; give Infinity, a number above 0, or null/],
      [{ ...base, tuning: Number.NaN }, /tuning is NaN/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => chromaFilterbank(options), { name: 'ParameterError', message });
    }
  });
});

describe('chromaStft', () => {
  const warn = console.warn;
  before(() => {
    console.warn = () => {};
  });
  after(() => {
    console.warn = warn;
  });

  for (const [name, made] of Object.entries(chroma)) {
    it(`${name}, is librosa's`, async () => {
      const waveform = { samples: await namedSignal(made.signal), sampleRate: 22050 };
      assert.ok(error(chromaStft(waveform, made.options), `chroma ${name}`, made) < 1e-5);
    });
  }

  for (const [name, made] of Object.entries(spectrogram)) {
    it(`${name}, is librosa's`, () => {
      const power = stft(signal('trumpet'), { nFft: 1024 }).power();
      assert.ok(error(chromaStft(power, made.options), `chroma ${name}`, made) < 1e-5);
    });
  }

  it('names what is wrong with an option', () => {
    const waveform = { samples: new Float32Array(5000), sampleRate: 22050 };
    const wrong: [ChromaStftOptions, RegExp][] = [
      [{ nChroma: 0 }, /nChroma is 0/],
      [{ norm: -1 }, /norm is -1/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ tuning: Number.NaN }, /tuning is NaN/],
      [{ n_chroma: 12 } as ChromaStftOptions, /give nChroma/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => chromaStft(waveform, options), { name: 'ParameterError', message });
    }
    assert.throws(() => chromaStft(new FloatMatrix(3, 1, Float32Array.of(0, 1, -1))), /source\[2\] is -1/);
  });
});
