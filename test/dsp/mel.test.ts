import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  FloatMatrix,
  hzToMel,
  load,
  type MelFilterbankOptions,
  type MelSpectrogramOptions,
  melFilterbank,
  melFrequencies,
  melSpectrogram,
  melToHz,
  ParameterError,
  stft,
} from 'onpa';
import { audio, fixture, namedSignal, relativeError, sampled } from '../fixtures.js';

interface Cases {
  frequencies: Record<string, { n: number; options: object }>;
  filterbank: Record<string, { options: MelFilterbankOptions; shape: [number, number]; empty: number }>;
}

interface SpectrogramCase {
  signal: string;
  options: MelSpectrogramOptions;
  shape: [number, number];
  peak: number;
}

const reference = fixture<never>('mel');
const { frequencies, filterbank } = reference.cases as unknown as Cases;

describe('mel scale', () => {
  for (const [scale, htk] of [
    ['slaney', false],
    ['htk', true],
  ] as const) {
    it(`${scale}: hertz to mel and back are librosa's`, () => {
      const hz = reference.tensor('hz', 'F64').data;
      const mel = reference.tensor(`mel/${scale}`, 'F64').data;
      const toMel = hz.map((f) => hzToMel(f, { htk }));
      const toHz = mel.map((m) => melToHz(m, { htk }));
      assert.ok(relativeError(toMel, mel) < 1e-14);
      assert.ok(relativeError(toHz, reference.tensor(`hz/${scale}`, 'F64').data) < 1e-14);
    });

    it(`${scale}: rises, and melToHz undoes hzToMel`, () => {
      const hertz = fc.double({ min: 0, max: 24000, noNaN: true });
      fc.assert(
        fc.property(hertz, hertz, (a, b) => {
          assert.ok(Math.abs(melToHz(hzToMel(a, { htk }), { htk }) - a) < 1e-8);
          if (a < b) assert.ok(hzToMel(a, { htk }) <= hzToMel(b, { htk }));
        }),
      );
    });
  }

  for (const [name, { n, options }] of Object.entries(frequencies)) {
    it(`${name} are librosa's`, () => {
      const expected = reference.tensor(name, 'F64').data;
      assert.ok(relativeError(melFrequencies(n, options), expected) < 1e-14);
    });
  }

  it('has no frequencies in a number that is not whole', () => {
    for (const n of [-1, 2.5, Number.NaN]) assert.throws(() => melFrequencies(n), ParameterError);
  });
});

describe('melFilterbank', () => {
  /** What is warned of while `f` runs. */
  function warnings(f: () => void): string[] {
    const heard: string[] = [];
    const warn = console.warn;
    console.warn = (...text: unknown[]) => heard.push(text.join(' '));
    try {
      f();
    } finally {
      console.warn = warn;
    }
    return heard;
  }

  for (const [name, { options, shape, empty }] of Object.entries(filterbank)) {
    it(`${name}, is librosa's`, () => {
      const expected = new Float32Array(shape[0] * shape[1]);
      const values = reference.tensor(`${name}/value`, 'F32').data;
      reference.tensor(`${name}/index`, 'I32').data.forEach((index, i) => {
        expected[index] = values[i];
      });
      const heard = warnings(() => {
        const filters = melFilterbank(options);
        assert.deepEqual([filters.rows, filters.columns], shape);
        assert.ok(relativeError(filters.data, expected) < 1e-6);
      });
      assert.equal(heard.length, empty > 0 ? 1 : 0);
      if (empty > 0) assert.match(heard[0], new RegExp(`\\b${empty} of ${shape[0]}\\b`));
    });
  }

  it('times a power spectrogram is the mel spectrogram', async () => {
    const waveform = await load(audio('trumpet.ogg'), { duration: 1 });
    const product = melFilterbank({ sampleRate: 22050, nFft: 2048 }).mmul(stft(waveform.samples).power());
    const { data } = melSpectrogram(waveform);
    assert.ok(relativeError(data, product.to1DArray()) < 1e-5);
  });

  it('without norm has triangles whose sides meet: between the outer peaks the weights add up to 1', () => {
    const filters = melFilterbank({ sampleRate: 22050, nFft: 2048, nMels: 40, norm: null });
    const [first, last] = [melFrequencies(42)[1], melFrequencies(42)[40]];
    for (let k = Math.ceil((first * 2048) / 22050); k <= (last * 2048) / 22050; k++) {
      const sum = Array.from({ length: 40 }, (_, i) => filters.get(i, k)).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-6);
    }
  });

  it('names what is wrong with an option', () => {
    const base = { sampleRate: 22050, nFft: 2048 };
    const wrong: [MelFilterbankOptions, RegExp][] = [
      [{ ...base, nMels: 0 }, /nMels is 0/],
      [{ ...base, nFft: 0 }, /nFft is 0/],
      [{ ...base, sampleRate: -1 }, /sampleRate is -1/],
      [{ ...base, fMin: -1 }, /fMin is -1/],
      [{ ...base, fMin: 500, fMax: 400 }, /fMax is 400/],
      [{ ...base, norm: 'area' as 'slaney' }, /norm is 'area'/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => melFilterbank(options), { name: 'ParameterError', message });
    }
  });
});

describe('melSpectrogram', () => {
  const spectrograms = fixture<SpectrogramCase>('mel-spectrogram');

  for (const [name, { signal, options, shape, peak }] of Object.entries(spectrograms.cases)) {
    it(`${name}, is librosa's`, async () => {
      const mel = melSpectrogram({ samples: await namedSignal(signal), sampleRate: 22050 }, options);
      assert.deepEqual([mel.rows, mel.columns], shape);
      const [rows, columns] = ['rows', 'columns'].map((part) => spectrograms.tensor(`${name}/${part}`, 'I32').data);
      const expected = spectrograms.tensor(`${name}/values`, 'F32').data;
      assert.ok(relativeError(sampled(mel, rows, columns), expected, peak) < 1e-5);
    });
  }

  it('of silence is zero', () => {
    const mel = melSpectrogram({ samples: new Float32Array(5000), sampleRate: 22050 });
    assert.ok(mel instanceof FloatMatrix);
    assert.ok(mel.data.every((value) => value === 0));
  });

  it('of twice the amplitude is four times as large', async () => {
    const { samples, sampleRate } = await load(audio('trumpet.ogg'), { duration: 1 });
    const [one, two] = [samples, samples.map((x) => 2 * x)].map((x) => melSpectrogram({ samples: x, sampleRate }).data);
    assert.ok(
      relativeError(
        two,
        one.map((x) => 4 * x),
      ) < 1e-6,
    );
  });

  it('takes a filter of more bins than a call has arguments', () => {
    const samples = new Float32Array(2 ** 19).fill(1);
    const options = { nFft: 2 ** 19, hopLength: 2 ** 19, nMels: 1 };
    assert.equal(melSpectrogram({ samples, sampleRate: 22050 }, options).columns, 2);
  });

  it('names what is wrong with an option', () => {
    const waveform = { samples: new Float32Array(5000), sampleRate: 22050 };
    const wrong: [MelSpectrogramOptions, RegExp][] = [
      [{ power: 0 }, /power is 0/],
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ nMels: 0 }, /nMels is 0/],
      [{ fMax: -1 }, /fMax is -1/],
      [{ nFft: 8192, center: false }, /nFft is 8192/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => melSpectrogram(waveform, options), { name: 'ParameterError', message });
    }
    assert.throws(() => melSpectrogram({ ...waveform, samples: Float32Array.of(1, Number.NaN) }), ParameterError);
  });
});
