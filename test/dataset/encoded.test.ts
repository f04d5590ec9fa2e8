import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import path from 'node:path';
import {
  AudioDecodeError,
  DatasetError,
  load,
  loadDataset,
  ParameterError,
  SamplingRateError,
  Wav2Vec2FeatureExtractor,
} from 'onpa';
import { withWarnings } from '../hubert/warnings.js';
import { all, lay, ownFolder, tone } from './folders.js';

const extractor = new Wav2Vec2FeatureExtractor();

describe('preprocess', () => {
  const folder = ownFolder();
  const clip = (row: number) => path.join(folder.path, row % 2 ? 'rock' : 'jazz', `${Math.floor(row / 2)}.wav`);
  /** Row `i` of 8 has a tone of its own; jazz goes first. */
  beforeEach(async () => {
    for (let row = 0; row < 8; row++) {
      await lay(folder.path, { [path.relative(folder.path, clip(row))]: tone(200 + 50 * row, 0.1 + row / 100) });
    }
  });

  for (const numWorkers of [0, 1, 2]) {
    it(`gives what the feature extractor gives of each clip, in the order asked for, with ${numWorkers} threads`, async () => {
      const dataset = await loadDataset(folder.path);
      const encoded = dataset.preprocess(extractor, { numWorkers, readAhead: 3 });
      const indices = [5, 0, 7, 7, 2, 1];
      const examples = await all(encoded.examples(indices));
      await encoded.close();
      deepEqual([encoded.length, encoded.labels], [8, [0, 0, 0, 0, 1, 1, 1, 1]]);
      for (const [i, index] of indices.entries()) {
        const waveform = await load(dataset.column('file')[index], { sampleRate: 16000 });
        const { inputValues } = extractor(waveform, { maxLength: 480000, truncation: true });
        deepEqual(examples[i], { inputValues: inputValues[0], label: encoded.labels[index] });
      }
    });
  }

  it('cuts clips after maxDuration, before they are scaled', async () => {
    const encoded = (await loadDataset(folder.path)).preprocess(extractor, { maxDuration: 0.11 });
    const [first, longer] = await all(encoded.examples([0, 7]));
    const waveform = await load(clip(7), { sampleRate: 16000 });
    deepEqual(longer.inputValues, extractor(waveform, { maxLength: 1760, truncation: true }).inputValues[0]);
    deepEqual([first.inputValues.length, longer.inputValues.length], [1600, 1760]);
    await encoded.close();
  });

  it("follows the extractor's own settings: its sampling rate, no scaling, an attention mask", async () => {
    const plain = new Wav2Vec2FeatureExtractor({ samplingRate: 8000, doNormalize: false, returnAttentionMask: true });
    const encoded = (await loadDataset(folder.path)).preprocess(plain);
    const [example] = await all(encoded.examples([0]));
    const { samples } = await load(clip(0), { sampleRate: 8000 });
    deepEqual(example, { inputValues: samples, label: 0, attentionMask: new Int32Array(samples.length).fill(1) });
    await encoded.close();
  });

  it('refuses audio that was cast to another rate than the model was trained at', async () => {
    const dataset = await loadDataset(folder.path);
    throws(() => dataset.castAudio({ sampleRate: 8000 }).preprocess(extractor), {
      name: 'SamplingRateError',
      message: /cast to 8000 Hz, .* at 16000 Hz; convert it: dataset\.castAudio\(\{ sampleRate: 16000 \}\)$/,
    });
    equal(dataset.castAudio({ sampleRate: 16000 }).preprocess(extractor).length, 8);
    equal(new SamplingRateError('').name, 'SamplingRateError');
  });

  it('refuses options out of range before any work is done', async () => {
    const dataset = await loadDataset(folder.path);
    for (const options of [
      { maxDuration: 0 },
      { numWorkers: -1 },
      { readAhead: 0 },
      { keep: -1 },
      { onError: 'ignore' },
    ]) {
      throws(() => dataset.preprocess(extractor, options as object), ParameterError);
    }
    throws(() => dataset.preprocess(extractor, { labelColumn: 'tempo' }), /labelColumn is 'tempo'; .* are genre$/);
    const encoded = dataset.preprocess(extractor);
    await rejects(all(encoded.examples([0, 8])), ParameterError);
  });

  it('decodes a clip once: later epochs take what is kept', async () => {
    const encoded = (await loadDataset(folder.path)).preprocess(extractor);
    const before = await all(encoded.examples([0, 1, 2]));
    await lay(folder.path, { 'jazz/0.wav': 'gone' });
    const again = await all(encoded.examples([2, 0]));
    equal(again[0].inputValues, before[2].inputValues);
    equal(again[1].inputValues, before[0].inputValues);
    await encoded.close();
    await rejects(all(encoded.examples([0])), AudioDecodeError);
    await encoded.close();
  });

  it('keeps no more than it may', async () => {
    // The first clip has 1,600 samples, which are 6,400 bytes.
    const encoded = (await loadDataset(folder.path)).preprocess(extractor, { keep: 0.0065 });
    const before = await all(encoded.examples([0, 1]));
    const again = await all(encoded.examples([0, 1]));
    equal(again[0].inputValues, before[0].inputValues);
    deepEqual(again[1].inputValues, before[1].inputValues);
    equal(again[1].inputValues === before[1].inputValues, false);
    await encoded.close();
  });

  it('stops at a file that cannot be decoded, and names it', async () => {
    await lay(folder.path, { 'jazz/1.wav': 'not a sound' });
    for (const numWorkers of [0, 2]) {
      const encoded = (await loadDataset(folder.path)).preprocess(extractor, { numWorkers });
      const labels: number[] = [];
      await rejects(
        async () => {
          for await (const { label } of encoded.examples([4, 0, 1, 2])) labels.push(label);
        },
        (error: Error) => error instanceof AudioDecodeError && error.message.startsWith(`${clip(2)} looks like text`),
      );
      deepEqual(labels, [1, 0]);
      await encoded.close();
    }
  });

  it('leaves a file that cannot be decoded out where told to, and says so once', async () => {
    await lay(folder.path, { 'jazz/1.wav': 'not a sound', 'rock/0.wav': tone(440).subarray(0, 999) });
    const encoded = (await loadDataset(folder.path)).preprocess(extractor, { onError: 'skip', numWorkers: 1 });
    const { result, warnings } = await withWarnings(async () => {
      const first = await all(encoded.examples([0, 1, 2, 3, 4, 5, 6, 7]));
      return [first.length, (await all(encoded.examples([4, 1, 5]))).length];
    });
    deepEqual(result, [6, 1]);
    deepEqual(encoded.skipped, [clip(2), clip(1)]);
    equal(warnings.length, 2);
    equal(warnings[0].startsWith(`${clip(2)} looks like text`) && warnings[0].endsWith('It is left out'), true);
    await encoded.close();
  });

  it('works no more than readAhead clips ahead of the reader', async () => {
    for (let i = 1; i < 4; i++) await lay(folder.path, { [`jazz/${i}.wav`]: 'not a sound' });
    const encoded = (await loadDataset(folder.path)).preprocess(extractor, {
      onError: 'skip',
      numWorkers: 1,
      readAhead: 3,
    });
    await withWarnings(async () => {
      const reading = encoded.examples([0, 1, 2, 3, 4])[Symbol.asyncIterator]();
      equal((await reading.next()).value.label, 0);
      // One thread works in order: by the time it has this one, it is done with all that it was given before.
      await all(encoded.examples([7]));
      deepEqual(encoded.skipped, [clip(2), clip(4)]);
      equal((await reading.next()).value.label, 1);
      deepEqual(encoded.skipped, [clip(2), clip(4), clip(6)]);
    });
    await encoded.close();
  });

  it('can be left early, and read by two at a time', async () => {
    const encoded = (await loadDataset(folder.path)).preprocess(extractor, { keep: 0, readAhead: 2 });
    for await (const { label } of encoded.examples([0, 4, 1, 5, 2, 6])) if (label === 1) break;
    const [one, other] = await Promise.all([all(encoded.examples([0, 1, 2, 3])), all(encoded.examples([4, 5, 6, 7]))]);
    deepEqual(
      one.map(({ label }) => label),
      [0, 0, 0, 0],
    );
    deepEqual(
      other.map(({ label }) => label),
      [1, 1, 1, 1],
    );
    await encoded.close();
  });

  it('says so where it is closed while it is read', async () => {
    const encoded = (await loadDataset(folder.path)).preprocess(extractor, { numWorkers: 1 });
    const refused = rejects(all(encoded.examples([0, 1, 2, 3, 4, 5, 6, 7])), DatasetError);
    await encoded.close();
    await refused;
  });
});
