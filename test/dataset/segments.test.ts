import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type AudioDataset,
  encodeWav,
  load,
  loadDataset,
  type PreprocessOptions,
  peak,
  Wav2Vec2FeatureExtractor,
} from 'onpa';
import { loadSegments } from 'onpa/dist/audio/load-segments.js';
import { drawChanges } from 'onpa/dist/dataset/augment/draw-changes.js';
import { audio, relativeError } from '../fixtures.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { withWarnings } from '../hubert/warnings.js';
import { all, lay, ownFolder, tone } from './folders.js';

const RATE = 16000;
const plain = new Wav2Vec2FeatureExtractor({ doNormalize: false });
const seedOf = (epoch: number) => (index: number) => 1000 * epoch + index;

/** Where a random segment begins in a clip. */
const placeOf = (seed: number, last: number) => Math.floor(drawChanges({}, seed).segment * (last + 1));

describe('loadSegments', () => {
  for (const [name, sampleRate] of [
    ['trumpet.ogg', 16000],
    ['trumpet.ogg', 22050],
    ['trumpet.ogg', 44101],
    ['libri.ogg', 8000],
  ] as const) {
    it(`decodes parts of ${name} at ${sampleRate} Hz as they are in the whole`, async () => {
      const { samples } = await load(audio(name), { sampleRate });
      const length = Math.trunc(0.3 * sampleRate);
      const found = await loadSegments(audio(name), {
        ...{ sampleRate, length, count: 4 },
        startsOf: (last) => {
          assert.equal(last, samples.length - length);
          return [0, 12345, Math.trunc(0.7 * last), last];
        },
      });
      const starts = [0, 12345, Math.trunc(0.7 * (samples.length - length)), samples.length - length];
      for (const [i, start] of starts.entries()) {
        assert.equal(found[i].length, length);
        assert.ok(
          relativeError(found[i], samples.subarray(start, start + length), peak(samples)) < 1e-5,
          `from ${start} on`,
        );
      }
    });
  }

  it('cuts the decoded whole where the parts are most of it, or the file does not tell its length', async () => {
    for (const [name, seconds] of [
      ['trumpet.ogg', 3],
      ['mp3-bare.mp3', 0.1],
      ['wav-16-streamed.wav', 0.01],
    ] as const) {
      const { samples } = await load(audio(name), { sampleRate: RATE });
      const length = Math.trunc(seconds * RATE);
      const startsOf = (last: number) => [Math.trunc(last / 3)];
      const [part] = await loadSegments(audio(name), { sampleRate: RATE, length, count: 1, startsOf });
      const [start] = startsOf(samples.length - length);
      assert.deepEqual(part, samples.slice(start, start + length), name);
    }
  });

  it('decodes nothing else of a long file, also far above the rate that is asked for', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'long.wav');
      for (const [native, sampleRate] of [
        [96000, 16000],
        [768000, 8000],
      ]) {
        const wave = (_: unknown, i: number) => Math.sin((2 * Math.PI * 1234 * i) / native + 1);
        const samples = Float32Array.from({ length: native / 2 }, wave);
        await writeFile(file, encodeWav({ samples, sampleRate: native }, { bitDepth: '32f' }));
        const { samples: whole } = await load(file, { sampleRate });
        // Whoever decodes the end as well meets a sample that is no number.
        const bytes = await readFile(file);
        bytes.writeFloatLE(Number.NaN, bytes.length - 4);
        await writeFile(file, bytes);
        await assert.rejects(load(file, { sampleRate }));
        const starts = [0, Math.trunc(0.2 * sampleRate)];
        const options = { sampleRate, length: Math.trunc(0.05 * sampleRate), count: 2, startsOf: () => starts };
        const found = await loadSegments(file, options);
        for (const [i, start] of starts.entries()) {
          assert.ok(relativeError(found[i], whole.subarray(start, start + options.length), 1) < 1e-5, `from ${start}`);
        }
      }
    });
  });

  it('gives a file that is not longer as it is', async () => {
    const { samples } = await load(audio('trumpet.ogg'), { sampleRate: RATE });
    for (const length of [samples.length, samples.length + 1]) {
      const options = { sampleRate: RATE, length, count: 1, startsOf: () => assert.fail('there is one place') };
      assert.deepEqual(await loadSegments(audio('trumpet.ogg'), options), [samples]);
    }
  });
});

describe('preprocess with segments', () => {
  const folder = ownFolder();
  let dataset: AudioDataset;
  let whole: Float32Array[];
  /** Two recordings of 5 s and more, of which only a segment is decoded, and a tone of 0.3 s. */
  beforeEach(async () => {
    await mkdir(path.join(folder.path, 'a'));
    await copyFile(audio('libri.ogg'), path.join(folder.path, 'a', '0.ogg'));
    await copyFile(audio('trumpet.ogg'), path.join(folder.path, 'a', '1.ogg'));
    await lay(folder.path, { 'b/0.wav': tone(500, 0.3, RATE) });
    dataset = await loadDataset(folder.path);
    whole = await Promise.all(
      dataset.column('file').map(async (file) => (await load(file, { sampleRate: RATE })).samples),
    );
  });

  const inTraining = async (options: PreprocessOptions, indices: number[], epoch = 0) => {
    const encoded = dataset.preprocess(plain, options);
    const found = await all(encoded.examples(indices, undefined, seedOf(epoch)));
    await encoded.close();
    return found.map(({ inputValues }) => inputValues);
  };

  it('takes another segment of a longer clip in each epoch, the whole of a shorter one', async () => {
    for (const maxDuration of [0.5, 3]) {
      const length = maxDuration * RATE;
      for (const epoch of [0, 1, 2]) {
        const found = await inTraining({ maxDuration, randomSegment: true }, [0, 1, 2], epoch);
        for (const index of [0, 1]) {
          const start = placeOf(seedOf(epoch)(index), whole[index].length - length);
          const expected = whole[index].slice(start, start + length);
          assert.ok(relativeError(found[index], expected, 1) < 1e-5, `clip ${index} from ${start} on`);
        }
        assert.deepEqual(found[2], whole[2]);
      }
    }
  });

  it('takes the beginning in evaluations, as without it', async () => {
    const encoded = dataset.preprocess(plain, { maxDuration: 0.5, randomSegment: true });
    const bare = dataset.preprocess(plain, { maxDuration: 0.5 });
    assert.deepEqual(await all(encoded.examples([0, 1, 2])), await all(bare.examples([0, 1, 2])));
    assert.deepEqual(await all(bare.examples([0], undefined, seedOf(3))), await all(bare.examples([0])));
    await Promise.all([encoded.close(), bare.close()]);
  });

  it('draws the same with any number of threads, in any order, and again', async () => {
    const options: PreprocessOptions = {
      maxDuration: 0.5,
      randomSegment: true,
      augment: {
        shift: {},
        gain: { p: 1 },
        gaussianNoise: { p: 1 },
        backgroundNoise: { sounds: [audio('vorbis.ogg'), audio('libri.ogg')], p: 1 },
      },
    };
    const [a, b, c] = await inTraining({ ...options, numWorkers: 0 }, [0, 1, 2]);
    assert.deepEqual(await inTraining({ ...options, numWorkers: 4 }, [0, 1, 2]), [a, b, c]);
    assert.deepEqual(await inTraining({ ...options, numWorkers: 4, keep: 0 }, [2, 1, 0, 1]), [c, b, a, b]);
    const encoded = dataset.preprocess(plain, options);
    await all(encoded.examples([0, 1, 2]));
    await all(encoded.examples([0, 1, 2], undefined, seedOf(1)));
    const again = await all(encoded.examples([0, 1, 2], undefined, seedOf(0)));
    assert.deepEqual(
      again.map(({ inputValues }) => inputValues),
      [a, b, c],
    );
    await encoded.close();
  });

  it('cuts evenly spaced segments for evaluations, and keeps them', async () => {
    const encoded = dataset.preprocess(plain, { maxDuration: 1, evalSegments: 3 });
    const examples = await all(encoded.examples([0, 1, 2]));
    for (const index of [0, 1]) {
      const last = whole[index].length - RATE;
      const { inputValues, segments } = examples[index];
      assert.equal(segments![0], inputValues);
      for (const [i, start] of [0, Math.round(last / 2), last].entries()) {
        assert.ok(relativeError(segments![i], whole[index].subarray(start, start + RATE), 1) < 1e-5);
      }
    }
    assert.deepEqual([examples[2].segments, examples[2].inputValues], [undefined, whole[2]]);
    const [again] = await all(encoded.examples([1]));
    assert.equal(again.segments![2], examples[1].segments![2]);
    assert.equal(encoded.evalSegments, 3);
    await encoded.close();
  });

  it('takes and keeps one segment in training, that without segments in evaluations', async () => {
    // Room for one segment.
    const encoded = dataset.preprocess(plain, { maxDuration: 0.3, evalSegments: 3, keep: 0.02 });
    const trained = await all(encoded.examples([1], undefined, seedOf(0)));
    assert.deepEqual(trained, [{ inputValues: whole[1].slice(0, 0.3 * RATE), label: 0 }]);
    const [again] = await all(encoded.examples([1], undefined, seedOf(1)));
    assert.equal(again.inputValues, trained[0].inputValues);
    assert.equal((await all(encoded.examples([1])))[0].segments!.length, 3);
    await encoded.close();
  });

  it('decodes only the beginning of a longer clip that is changed', async () => {
    const samples = Float32Array.from({ length: 2 * RATE }, (_, i) => Math.sin(i / 9));
    const bytes = Buffer.from(encodeWav({ samples, sampleRate: RATE }, { bitDepth: '32f' }));
    bytes.writeFloatLE(Number.NaN, bytes.length - 4);
    await lay(folder.path, { 'b/0.wav': bytes });
    const augment = { polarityInversion: { p: 1 } };
    const [changed] = await inTraining({ maxDuration: 0.5, augment }, [2]);
    assert.deepEqual(
      changed,
      samples.subarray(0, RATE / 2).map((x) => -x),
    );
    await assert.rejects(inTraining({ maxDuration: 1.5, augment }, [2]));
  });

  it('prepares each segment by itself', async () => {
    const scaling = new Wav2Vec2FeatureExtractor();
    const encoded = dataset.preprocess(scaling, { maxDuration: 2, evalSegments: 2 });
    const [{ segments }] = await all(encoded.examples([1]));
    const end = scaling(whole[1].slice(-2 * RATE), { samplingRate: RATE }).inputValues[0];
    assert.deepEqual(segments![1], end);
    await encoded.close();
  });

  it('keeps nothing of what differs in each epoch', async () => {
    const encoded = dataset.preprocess(plain, { maxDuration: 3, randomSegment: true });
    await all(encoded.examples([2], undefined, seedOf(0)));
    await lay(folder.path, { 'b/0.wav': tone(700, 0.3, RATE) });
    const [{ inputValues }] = await all(encoded.examples([2], undefined, seedOf(0)));
    assert.deepEqual(inputValues, (await load(dataset.column('file')[2], { sampleRate: RATE })).samples);
    await encoded.close();
  });

  it('leaves out, or names, what cannot be decoded, as otherwise', async () => {
    await lay(folder.path, { 'a/0.ogg': 'not a sound' });
    const options: PreprocessOptions = { maxDuration: 0.5, randomSegment: true, evalSegments: 2 };
    const encoded = dataset.preprocess(plain, options);
    const message = /0\.ogg looks like text/;
    await assert.rejects(all(encoded.examples([0], undefined, seedOf(0))), { name: 'AudioDecodeError', message });
    await assert.rejects(all(encoded.examples([0])), { name: 'AudioDecodeError', message });
    await encoded.close();
  });

  it('tries a clip again in each epoch, and in evaluations, where a segment could not be decoded', async () => {
    const file = path.join(folder.path, 'b', '0.wav');
    const bytes = await readFile(file);
    const encoded = dataset.preprocess(plain, { maxDuration: 0.2, randomSegment: true, onError: 'skip' });
    const count = async (epoch: number) => (await all(encoded.examples([1, 2], undefined, seedOf(epoch)))).length;
    await writeFile(file, 'not a sound');
    const { warnings } = await withWarnings(async () => assert.deepEqual([await count(0), await count(1)], [1, 1]));
    await writeFile(file, bytes);
    assert.deepEqual([await count(2), (await all(encoded.examples([2]))).length], [2, 1]);
    assert.deepEqual([warnings.length, encoded.skipped], [1, [file]]);
    await encoded.close();
  });

  it('refuses options out of range before any work is done', () => {
    for (const [options, message] of [
      [{ randomSegment: 'yes' }, /^randomSegment is 'yes'; give one of true, false$/],
      [{ evalSegments: 0 }, /^evalSegments is 0; give a whole number of at least 1$/],
      [{ evalSegments: 1.5 }, /^evalSegments is 1\.5/],
    ] as const) {
      assert.throws(() => dataset.preprocess(plain, options as never), { name: 'ParameterError', message });
    }
  });
});
