import assert from 'node:assert/strict';
import { type BeatTrackOptions, beatTrack, load } from 'onpa';
import { fixture, inRepository, namedSignal, relativeError } from '../fixtures.js';

interface BeatCase {
  /** Of a sound … */
  signal?: string;
  /** … or of an onset strength in the fixture. */
  envelope?: string;
  options: BeatTrackOptions;
  tempo: number;
}

/** A recording by its name, one of the course's clips where it has a number. */
async function sound(name: string): Promise<Float32Array> {
  const [genre, ...rest] = name.split('.');
  if (rest.length < 2) return namedSignal(name);
  return (await load(inRepository('data', 'mini-genres', 'genres', genre, name))).samples;
}

describe('beatTrack', () => {
  const reference = fixture<BeatCase>('beat-track');
  const sampleRate = 22050;

  for (const [name, { signal, envelope, options, tempo }] of Object.entries(reference.cases)) {
    it(`of ${name}: tempo and beats are librosa's`, async () => {
      const source = signal
        ? { samples: await sound(signal), sampleRate }
        : { onsetEnvelope: reference.tensor(`envelope/${envelope}`, 'F32').data, sampleRate };
      const found = beatTrack(source, options);
      assert.ok(Math.abs(found.tempo - tempo) < 1e-9);
      assert.ok(relativeError(found.beats, reference.tensor(name, 'F64').data) < 1e-12);
    });
  }

  it('names what is wrong with an option', () => {
    const onsetEnvelope = reference.tensor('envelope/random', 'F32').data;
    const wrong: [BeatTrackOptions, RegExp][] = [
      [{ hopLength: 0 }, /hopLength is 0/],
      [{ startBpm: -1 }, /startBpm is -1/],
      [{ tightness: 0 }, /tightness is 0/],
      [{ bpm: 0 }, /bpm is 0/],
      [{ bpm: 10000 }, /bpm is 10000, of which a beat is shorter than a frame; give a shorter hopLength/],
      [{ units: 'seconds' as 'time' }, /units is 'seconds'; give one of frames, samples, time/],
      [{ start_bpm: 60 } as BeatTrackOptions, /give startBpm/],
    ];
    for (const [options, message] of wrong) {
      assert.throws(() => beatTrack({ onsetEnvelope, sampleRate }, options), { name: 'ParameterError', message });
    }
    assert.throws(() => beatTrack({ onsetEnvelope: Float32Array.of(1), sampleRate }), /has 1 frame; give at least two/);
    assert.throws(() => beatTrack({ onsetEnvelope: Float32Array.of(1, NaN), sampleRate }), /onsetEnvelope\[1\] is NaN/);
  });
});
