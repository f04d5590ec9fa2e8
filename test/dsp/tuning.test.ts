import assert from 'node:assert/strict';
import { type EstimateTuningOptions, estimateTuning, type PitchTuningOptions, pitchTuning } from 'onpa';
import { fixture, namedSignal } from '../fixtures.js';

interface Cases {
  /** The signal's name, or the cents of a chord in the fixture. */
  tuning: Record<string, { signal: string | number; options: EstimateTuningOptions; tuning: number }>;
  frequencies: Record<string, { frequencies: number[]; options: PitchTuningOptions; tuning: number }>;
}

describe('tuning', () => {
  const reference = fixture<never>('tuning');
  const { tuning, frequencies } = reference.cases as unknown as Cases;
  const warn = console.warn;
  let warnings: string[];

  beforeEach(() => {
    warnings = [];
    console.warn = (...text: unknown[]) => warnings.push(text.join(' '));
  });

  afterEach(() => {
    console.warn = warn;
  });

  for (const [name, { signal, options, tuning: expected }] of Object.entries(tuning)) {
    it(`estimateTuning ${name}, is librosa's`, async () => {
      const samples =
        typeof signal === 'number' ? reference.tensor(`chord/${signal}`, 'F32').data : await namedSignal(signal);
      assert.ok(Math.abs(estimateTuning({ samples, sampleRate: 22050 }, options) - expected) < 1e-12);
      assert.equal(warnings.length, signal === 'silence' ? 1 : 0);
    });
  }

  for (const [name, { frequencies: hz, options, tuning: expected }] of Object.entries(frequencies)) {
    it(`pitchTuning of frequencies ${name}, is librosa's`, () => {
      assert.ok(Math.abs(pitchTuning(hz, options) - expected) < 1e-12);
      assert.equal(warnings.length, name === 'none' ? 1 : 0);
    });
  }

  it('names what is wrong with an option', () => {
    assert.throws(() => pitchTuning([440], { resolution: 0 }), /resolution is 0/);
    assert.throws(() => pitchTuning([440], { resolution: 2 }), /resolution is 2/);
    assert.throws(() => pitchTuning([440], { binsPerOctave: 0 }), /binsPerOctave is 0/);
    const waveform = { samples: new Float32Array(5000), sampleRate: 22050 };
    assert.throws(
      () => estimateTuning(waveform, { bins_per_octave: 12 } as EstimateTuningOptions),
      /give binsPerOctave/,
    );
    assert.throws(() => estimateTuning(waveform, { fMin: Number.NaN }), /fMin is NaN/);
  });
});
