import assert from 'node:assert/strict';
import path from 'node:path';
import { loadDataset, Wav2Vec2FeatureExtractor } from 'onpa';
import { amplified, applyChanges, gaussianNoise, shifted, withNoise } from 'onpa/dist/dataset/augment/apply-changes.js';
import { type AugmentOptions, completeAugmentation } from 'onpa/dist/dataset/augment/augment-options.js';
import { drawChanges } from 'onpa/dist/dataset/augment/draw-changes.js';
import { audio, fixture, relativeError, rms, signal, toDecibels } from '../fixtures.js';
import { all, lay, ownFolder, tone } from './folders.js';

const reference = fixture<number[]>('augment');
const expected = (name: string) => reference.tensor(name, 'F32').data;
const trumpet = signal('trumpet').subarray(10000, 11000);
const noise = signal('noise').subarray(0, 1000);
const difference = (a: Float32Array, b: Float32Array) => a.map((x, i) => x - b[i]);
const unchanged = { segment: 0, invert: false };

describe('What is changed in a clip', () => {
  it('is what audiomentations makes of it by the same amounts', async () => {
    const { gains, shares, ratios } = reference.cases;
    assert.deepEqual(await applyChanges(trumpet, 22050, { ...unchanged, invert: true }), expected('inverted'));
    for (const gain of gains) assert.ok(relativeError(amplified(trumpet, gain), expected(`gain ${gain}`)) < 1e-6);
    for (const share of shares) {
      for (const rollover of [true, false]) {
        const name = `shift ${share} ${rollover ? 'rolled' : 'zeros'}`;
        const shift = { share, rollover };
        assert.deepEqual(await applyChanges(trumpet, 22050, { ...unchanged, shift }), expected(name), name);
      }
    }
    for (const ratio of ratios) {
      assert.ok(relativeError(withNoise(trumpet, noise, ratio), expected(`noise ${ratio}`)) < 1e-6, `${ratio}`);
    }
  });

  it('has the ratio of signal to noise that was drawn', async () => {
    for (const snrInDb of [-10, 0, 12.5, 40]) {
      const white = await applyChanges(trumpet, 22050, { ...unchanged, noise: { snrInDb, seed: 3 } });
      const background = { file: audio('libri.ogg'), snrInDb, place: 0.7 };
      const spoken = await applyChanges(trumpet, 22050, { ...unchanged, background });
      for (const changed of [white, spoken]) {
        const found = toDecibels(rms(trumpet) / rms(difference(changed, trumpet)));
        assert.ok(Math.abs(found - snrInDb) < 1e-3, `${found} instead of ${snrInDb}`);
      }
    }
  });

  it('stays silent, and gets nothing from a silent noise', () => {
    const silence = new Float32Array(1000);
    assert.deepEqual(withNoise(silence, noise, 3), silence);
    assert.deepEqual(withNoise(trumpet, silence, 3), trumpet);
  });

  it('is not clipped, and the clip itself is not written into', async () => {
    const before = Float32Array.from(trumpet);
    const loud = await applyChanges(trumpet, 22050, { ...unchanged, gainInDb: 60 });
    assert.ok(loud.some((x) => Math.abs(x) > 1));
    assert.ok(Math.abs(toDecibels(rms(loud) / rms(trumpet)) - 60) < 1e-4);
    assert.deepEqual(trumpet, before);
  });

  it('comes in a fixed order: shift, polarity, gain, background, noise', async () => {
    const background = { file: audio('libri.ogg'), snrInDb: 5, place: 0.2 };
    const white = { snrInDb: 8, seed: 5 };
    const shift = { share: 0.25, rollover: false };
    const all = await applyChanges(trumpet, 22050, {
      segment: 0,
      shift,
      invert: true,
      gainInDb: -6,
      background,
      noise: white,
    });
    let steps = amplified(
      shifted(trumpet, 250, false).map((x) => -x),
      -6,
    );
    steps = await applyChanges(steps, 22050, { ...unchanged, background });
    assert.deepEqual(all, withNoise(steps, gaussianNoise(steps.length, 5), 8));
  });

  it('has a background that goes on where it is longer, and is repeated where it is shorter', async () => {
    const silentThenLoud = { file: audio('trumpet.ogg'), snrInDb: 0, place: 0 };
    const long = trumpet.length * 200;
    const clip = Float32Array.from({ length: long }, (_, i) => trumpet[i % 1000]);
    const added = difference(await applyChanges(clip, 22050, { ...unchanged, background: silentThenLoud }), clip);
    const period = 117601; // the recording, in samples
    const [first, again] = [added.subarray(20000, 60000), added.subarray(20000 + period, 60000 + period)];
    assert.ok(relativeError(again, first) < 1e-5);
  });

  it('is white noise of mean 0 and standard deviation 1, without a pattern', () => {
    for (const length of [100000, 99999]) {
      const values = gaussianNoise(length, 9);
      const mean = values.reduce((sum, x) => sum + x, 0) / length;
      const beyond = values.filter((x) => Math.abs(x) > 1.959964).length / length;
      const neighbours = values.reduce((sum, x, i) => sum + x * (values[i + 1] ?? 0), 0) / length;
      assert.equal(values.length, length);
      assert.ok(Math.abs(mean) < 0.015 && Math.abs(rms(values) - 1) < 0.01, `${mean}, ${rms(values)}`);
      assert.ok(Math.abs(beyond - 0.05) < 0.003 && Math.abs(neighbours) < 0.015, `${beyond}, ${neighbours}`);
    }
  });
});

describe('What chance decides about a clip', () => {
  const full: AugmentOptions = {
    shift: { minShift: -0.1, maxShift: 0.3, rollover: false, p: 1 },
    polarityInversion: { p: 1 },
    gain: { minGainInDb: -3, maxGainInDb: 3, p: 1 },
    backgroundNoise: { sounds: [audio('libri.ogg'), audio('trumpet.ogg')], minSnrInDb: 1, maxSnrInDb: 2, p: 1 },
    gaussianNoise: { minSnrInDb: 20, maxSnrInDb: 40, p: 1 },
  };
  const seeds = Array.from({ length: 2000 }, (_, i) => i * 7919);

  it('follows from the seed alone', () => {
    const augmentation = completeAugmentation(full);
    assert.deepEqual(drawChanges(augmentation, 5), drawChanges(augmentation, 5));
    assert.notDeepEqual(drawChanges(augmentation, 5), drawChanges(augmentation, 6));
  });

  it('is drawn evenly from the whole range, and from all sounds', () => {
    const drawn = seeds.map((seed) => drawChanges(completeAugmentation(full), seed));
    const uniform = (values: number[], least: number, most: number) => {
      assert.ok(values.every((x) => x >= least && x <= most));
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
      assert.ok(Math.abs((mean - least) / (most - least) - 0.5) < 0.03, `${mean} between ${least} and ${most}`);
      assert.ok(
        Math.min(...values) < least + 0.02 * (most - least) && Math.max(...values) > most - 0.02 * (most - least),
      );
    };
    uniform(
      drawn.map(({ segment }) => segment),
      0,
      1,
    );
    uniform(
      drawn.map(({ shift }) => shift!.share),
      -0.1,
      0.3,
    );
    uniform(
      drawn.map(({ gainInDb }) => gainInDb!),
      -3,
      3,
    );
    uniform(
      drawn.map(({ background }) => background!.snrInDb),
      1,
      2,
    );
    uniform(
      drawn.map(({ background }) => background!.place),
      0,
      1,
    );
    uniform(
      drawn.map(({ noise }) => noise!.snrInDb),
      20,
      40,
    );
    uniform(
      drawn.map(({ background }) => Number(background!.file === audio('libri.ogg'))),
      0,
      1,
    );
    assert.ok(drawn.every(({ invert, shift }) => invert && shift!.rollover === false));
  });

  it('is made with the probability p', () => {
    const share = (p: number) => {
      const augmentation = completeAugmentation({ polarityInversion: { p }, gain: { p } });
      const drawn = seeds.map((seed) => drawChanges(augmentation, seed));
      const both = drawn.filter(({ invert, gainInDb }) => invert && gainInDb !== undefined).length;
      return { one: drawn.filter(({ invert }) => invert).length / seeds.length, both: both / seeds.length };
    };
    assert.deepEqual(
      [share(0), share(1)],
      [
        { one: 0, both: 0 },
        { one: 1, both: 1 },
      ],
    );
    // One change says nothing about another.
    assert.ok(Math.abs(share(0.5).one - 0.5) < 0.05 && Math.abs(share(0.5).both - 0.25) < 0.05);
  });

  it('does not depend on what else is switched on', () => {
    const whole = drawChanges(completeAugmentation(full), 11);
    const { gain, gaussianNoise: hiss } = full;
    const some = drawChanges(completeAugmentation({ gain, gaussianNoise: hiss }), 11);
    assert.deepEqual(some, { segment: whole.segment, invert: false, gainInDb: whole.gainInDb, noise: whole.noise });
  });

  it("has the defaults of torch-audiomentations and audiomentations, and takes null for 'not at all'", () => {
    assert.deepEqual(
      completeAugmentation({ shift: {}, gain: {}, gaussianNoise: {}, polarityInversion: null as never }),
      {
        shift: { minShift: -0.5, maxShift: 0.5, rollover: true, p: 0.5 },
        gain: { minGainInDb: -18, maxGainInDb: 6, p: 0.5 },
        gaussianNoise: { minSnrInDb: 5, maxSnrInDb: 40, p: 0.5 },
      },
    );
  });

  it('is refused out of range before anything is decoded, with what there is', () => {
    for (const [options, message] of [
      [
        { gian: {} },
        /^augment has no option gian; there are shift, polarityInversion, gain, backgroundNoise, gaussianNoise$/,
      ],
      [{ gain: { minGain: 1 } }, /^augment\.gain has no option minGain; there are minGainInDb, maxGainInDb, p$/],
      [{ gain: true }, /^augment\.gain is true; give an object/],
      [{ gain: { minGainInDb: 7 } }, /^augment\.gain\.minGainInDb is 7, above maxGainInDb, 6; exchange them$/],
      [{ gain: { maxGainInDb: Number.NaN } }, /^augment\.gain\.maxGainInDb is NaN; give a number/],
      [
        { polarityInversion: { p: 1.1 } },
        /^augment\.polarityInversion\.p is 1\.1; give a number of at least 0 and at most 1$/,
      ],
      [{ shift: { minShift: -2 } }, /^augment\.shift\.minShift is -2; .* at least -1/],
      [{ shift: { rollover: 1 } }, /^augment\.shift\.rollover is 1/],
      [{ backgroundNoise: {} }, /^augment\.backgroundNoise\.sounds names no files; give a list of paths/],
      [{ backgroundNoise: { sounds: 'folder' } }, /sounds names no files/],
      [{ backgroundNoise: { sounds: ['nowhere.wav'] } }, /sounds: there is no file 'nowhere\.wav'$/],
      [{ backgroundNoise: { sounds: [__dirname] } }, /sounds: there is no file '/],
      [[], /^augment is .*; give an object/],
    ] as const) {
      assert.throws(() => completeAugmentation(options as never), { name: 'ParameterError', message });
    }
  });
});

describe('preprocess with augment', () => {
  const folder = ownFolder();
  beforeEach(() => lay(folder.path, { 'a/0.wav': tone(300, 0.3, 16000), 'b/0.wav': tone(500, 0.3, 16000) }));
  const plain = new Wav2Vec2FeatureExtractor({ doNormalize: false });

  it('changes clips in training, and never in an evaluation', async () => {
    const dataset = await loadDataset(folder.path);
    const encoded = dataset.preprocess(plain, { augment: { polarityInversion: { p: 1 } } });
    const bare = dataset.preprocess(plain);
    const [original] = await all(bare.examples([0]));
    const [trained] = await all(encoded.examples([0], undefined, () => 1));
    const [evaluated] = await all(encoded.examples([0]));
    assert.deepEqual(evaluated, original);
    assert.deepEqual(
      trained.inputValues,
      original.inputValues.map((x) => -x),
    );
    assert.deepEqual([encoded.differsByEpoch, bare.differsByEpoch], [true, false]);
    await Promise.all([encoded.close(), bare.close()]);
  });

  it('scales what has been changed, as the extractor scales every clip', async () => {
    const encoded = (await loadDataset(folder.path)).preprocess(new Wav2Vec2FeatureExtractor(), {
      augment: {
        gaussianNoise: { minSnrInDb: 0, maxSnrInDb: 0, p: 1 },
        gain: { minGainInDb: -6, maxGainInDb: 6, p: 1 },
      },
    });
    for await (const { inputValues } of encoded.examples([0, 1], undefined, (index) => index)) {
      assert.ok(Math.abs(rms(inputValues) - 1) < 1e-3, `${rms(inputValues)}`);
    }
    await encoded.close();
  });

  it('names a background that cannot be decoded', async () => {
    await lay(folder.path, { 'noise/broken.wav': 'not a sound' });
    const broken = path.join(folder.path, 'noise', 'broken.wav');
    const dataset = (await loadDataset(folder.path)).select([0]);
    for (const numWorkers of [0, 1]) {
      // Where clips are left out, too: the clip is whole.
      for (const onError of ['throw', 'skip'] as const) {
        const augment = { backgroundNoise: { sounds: [broken], p: 1 } };
        const encoded = dataset.preprocess(plain, { augment, numWorkers, onError });
        await assert.rejects(all(encoded.examples([0], undefined, () => 1)), {
          name: 'DatasetError',
          message: /augment\.backgroundNoise: .*broken\.wav looks like text/,
        });
        assert.deepEqual(encoded.skipped, []);
        await encoded.close();
      }
    }
  });
});
