import { deepEqual, ok } from 'node:assert/strict';
import { equalGains, soundingLevel } from 'onpa/dist/plot/player/loudness.js';

const SAMPLE_RATE = 8000;

function tone(amplitude: number, seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => amplitude * Math.sin(i / 3));
}

const level = (samples: Float32Array): number => soundingLevel({ samples, sampleRate: SAMPLE_RATE });

describe('The level of a sound', () => {
  it('is the root of the mean square, whatever silence is around it', () => {
    const around = Float32Array.from([...new Float32Array(4000), ...tone(0.5, 1), ...new Float32Array(12_000)]);
    for (const samples of [tone(0.5, 1), around]) ok(Math.abs(level(samples) - 0.5 / Math.SQRT2) < 0.005);
  });

  it('leaves out what is more than 30 dB below the loudest, and counts what is less', () => {
    const [loud, faint, soft] = [tone(0.5, 1), tone(0.01, 1), tone(0.1, 1)];
    const both = (second: Float32Array) => level(Float32Array.from([...loud, ...second]));
    ok(Math.abs(both(faint) - level(loud)) < 1e-3);
    ok(both(soft) < 0.8 * level(loud));
  });

  it('is 0 of silence', () => {
    deepEqual([level(new Float32Array(100)), level(new Float32Array(50_000))], [0, 0]);
  });
});

describe('Equal gains', () => {
  it('bring all to the loudest level where there is room', () => {
    deepEqual(equalGains([0.2, 0.1], [0.4, 0.2]), [1, 2]);
  });

  it('stay below full scale: a sound of high peaks makes all of them softer', () => {
    const [levels, peaks] = [
      [0.2, 0.05],
      [0.4, 0.5],
    ];
    const gains = equalGains(levels, peaks);
    ok(gains.every((gain, i) => gain * peaks[i] <= 1 + 1e-9));
    ok(Math.abs(gains[0] * levels[0] - gains[1] * levels[1]) < 1e-9);
    deepEqual(gains, [0.5, 2]);
  });

  it('leave silence as it is', () => {
    deepEqual(equalGains([0, 0.1], [0, 0.2]), [1, 1]);
    deepEqual(equalGains([0, 0], [0, 0]), [1, 1]);
  });
});
