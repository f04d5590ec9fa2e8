import assert from 'node:assert/strict';
import { type TempoOptions, tempo } from 'onpa';
import { fixture, namedSignal } from '../fixtures.js';

interface TempoCase {
  /** Of a sound; without it, of the onset strength in the fixture. */
  signal?: string;
  options: TempoOptions;
  bpm: number;
}

describe('tempo', () => {
  const reference = fixture<TempoCase>('tempo');
  const onsetEnvelope = reference.tensor('envelope', 'F32').data;
  const sampleRate = 22050;

  for (const [name, { signal, options, bpm }] of Object.entries(reference.cases)) {
    it(`${name}, is librosa's`, async () => {
      const source = signal ? { samples: await namedSignal(signal), sampleRate } : { onsetEnvelope, sampleRate };
      assert.ok(Math.abs(tempo(source, options) - bpm) < 1e-9);
    });
  }

  it('names what is wrong', () => {
    const wrong: [TempoOptions, RegExp][] = [
      [{ startBpm: 0 }, /startBpm is 0/],
      [{ stdBpm: -1 }, /stdBpm is -1/],
      [{ acSize: 0 }, /acSize is 0/],
      [{ acSize: 0.03 }, /acSize is 0\.03 s; give at least two hops, 0\.046\d* s/],
      [{ maxTempo: 5 }, /maxTempo is 5; give more than 7\.53/],
      [{ hopLength: 0 }, /hopLength is 0/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => tempo({ onsetEnvelope, sampleRate }, options), { name: 'ParameterError', message });
    }
    assert.throws(() => tempo({ onsetEnvelope: new Float32Array(0), sampleRate }), /onsetEnvelope is empty/);
    assert.throws(
      () => tempo(onsetEnvelope as never),
      /source is .*give a waveform, or \{ onsetEnvelope, sampleRate \}/,
    );
  });
});
