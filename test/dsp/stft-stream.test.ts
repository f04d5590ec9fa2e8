import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ComplexSpectrogram, FloatMatrix, type StftOptions, StftStream, stft } from 'onpa';
import { fixture, namedSignal, relativeError, sampled, signal } from '../fixtures.js';

/** Frames one behind the other. */
function joined(nFft: number, parts: ComplexSpectrogram[]): { re: FloatMatrix; im: FloatMatrix; columns: number } {
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const [re, im] = [new FloatMatrix(1 + (nFft >> 1), columns), new FloatMatrix(1 + (nFft >> 1), columns)];
  let at = 0;
  for (const part of parts) {
    for (let k = 0; k < re.rows; k++) {
      const row = [k * part.columns, (k + 1) * part.columns] as const;
      re.data.set(part.re.data.subarray(...row), k * columns + at);
      im.data.set(part.im.data.subarray(...row), k * columns + at);
    }
    at += part.columns;
  }
  return { re, im, columns };
}

/** What a stream gives of a sound that is cut at some places. */
function streamed(samples: Float32Array, cuts: readonly number[], options: StftOptions): ComplexSpectrogram[] {
  const stream = new StftStream(options);
  const ends = [...cuts, samples.length];
  const parts = ends.map((end, i) => stream.push(samples.subarray(ends[i - 1] ?? 0, end)));
  return [...parts, stream.end()];
}

const sounds = fc
  .record({
    samples: fc.float32Array({ min: -1, max: 1, noNaN: true, maxLength: 300 }),
    cuts: fc.array(fc.nat({ max: 300 }), { maxLength: 40 }),
    nFft: fc.integer({ min: 1, max: 64 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    hopLength: fc.integer({ min: 1, max: 200 }),
    center: fc.boolean(),
    padMode: fc.constantFrom('constant', 'reflect', 'edge'),
  })
  .map(({ samples, cuts, share, ...options }) => ({
    samples,
    cuts: cuts.map((cut) => Math.min(cut, samples.length)).sort((a, b) => a - b),
    options: { ...options, winLength: Math.max(1, Math.round(share * options.nFft)) } as const,
  }));

describe('StftStream', () => {
  it('gives the frames of stft to the last bit, however the sound is cut', () => {
    fc.assert(
      fc.property(sounds, ({ samples, cuts, options }) => {
        let whole: ComplexSpectrogram;
        try {
          whole = stft(samples, options);
        } catch (error) {
          assert.throws(() => streamed(samples, cuts, options), { message: (error as Error).message });
          return;
        }
        const parts = joined(options.nFft, streamed(samples, cuts, options));
        assert.deepEqual(parts.columns, whole.columns);
        assert.deepEqual(parts.re.data, whole.re.data);
        assert.deepEqual(parts.im.data, whole.im.data);
      }),
      { numRuns: 500 },
    );
  });

  it("gives librosa's numbers", async () => {
    interface Case {
      signal: string;
      options: StftOptions;
      window?: string;
      peak: number;
    }
    const reference = fixture<Case>('stft');
    for (const [name, { options, window, peak, signal: source }] of Object.entries(reference.cases)) {
      const numbers = window && reference.tensor(window, 'F64').data;
      const samples = await namedSignal(source);
      const cuts = Array.from({ length: Math.floor(samples.length / 777) }, (_, i) => 777 * i);
      const parts = streamed(samples, cuts, numbers ? { ...options, window: numbers } : options);
      const found = joined(options.nFft ?? 2048, parts);
      const [rows, columns] = ['rows', 'columns'].map((part) => reference.tensor(`${name}/${part}`, 'I32').data);
      for (const part of ['re', 'im'] as const) {
        const expected = reference.tensor(`${name}/${part}`, 'F32').data;
        assert.ok(relativeError(sampled(found[part], rows, columns), expected, peak) < 2e-6, `${name} ${part}`);
      }
    }
  });

  it('gives a frame with the very sample that completes it', () => {
    const given = (options: StftOptions) => {
      const stream = new StftStream({ nFft: 8, hopLength: 4, ...options });
      const counts = Array.from({ length: 13 }, () => stream.push(Float32Array.of(0.5)).columns);
      assert.equal(
        stream.frames,
        counts.reduce((a, b) => a + b),
      );
      return counts.flatMap((count, i) => Array.from({ length: count }, () => i + 1));
    };
    assert.deepEqual(given({}), [4, 8, 12]);
    assert.deepEqual(given({ padMode: 'edge' }), [4, 8, 12]);
    assert.deepEqual(given({ padMode: 'reflect' }), [5, 8, 12]);
    assert.deepEqual(given({ center: false }), [8, 12]);
  });

  it('has magnitude, power and phase of no frames', () => {
    const none = new StftStream({ nFft: 16 }).push(new Float32Array(3));
    for (const matrix of [none.re, none.magnitude(), none.power(), none.phase()]) {
      assert.deepEqual([matrix.rows, matrix.columns], [9, 0]);
    }
  });

  it('takes pieces for its own: what they are overwritten with later does not matter', () => {
    const samples = signal('noise').subarray(0, 1000);
    const stream = new StftStream({ nFft: 256 });
    const piece = new Float32Array(100);
    const parts = Array.from({ length: 10 }, (_, i) => {
      piece.set(samples.subarray(100 * i, 100 * i + 100));
      return stream.push(piece);
    });
    const found = joined(256, [...parts, stream.end()]);
    assert.deepEqual(found.re.data, stft(samples, { nFft: 256 }).re.data);
  });

  it('is one of several at a time', () => {
    const samples = signal('noise').subarray(0, 2000);
    const streams = [64, 100, 512].map((nFft) => ({
      nFft,
      stream: new StftStream({ nFft }),
      parts: [] as ComplexSpectrogram[],
    }));
    for (let at = 0; at < samples.length; at += 50) {
      for (const { stream, parts } of streams) parts.push(stream.push(samples.subarray(at, at + 50)));
    }
    for (const { nFft, stream, parts } of streams) {
      assert.deepEqual(joined(nFft, [...parts, stream.end()]).im.data, stft(samples, { nFft }).im.data);
    }
  });

  it('names what is wrong, and goes on without a piece that it did not take', () => {
    assert.throws(() => new StftStream({ hopLength: 0 }), /hopLength is 0; give a whole number of at least 1/);
    assert.throws(() => new StftStream({ padMode: 'wrap' as never }), /padMode is 'wrap'; give one of constant/);
    const samples = signal('noise').subarray(0, 500);
    const stream = new StftStream({ nFft: 64 });
    const first = stream.push(samples.subarray(0, 250));
    assert.throws(() => stream.push(Float32Array.of(0, Number.NaN)), /samples\[1\] is NaN; audio must be finite/);
    assert.throws(() => stream.push([0.5] as never), /give one channel as a Float32Array/);
    const found = joined(64, [first, stream.push(samples.subarray(250)), stream.end()]);
    assert.deepEqual(found.re.data, stft(samples, { nFft: 64 }).re.data);
    assert.throws(() => stream.push(samples), /the sound has ended; make a new StftStream/);
    assert.throws(() => stream.end(), /the sound has ended already/);
  });
});
