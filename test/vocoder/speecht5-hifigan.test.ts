import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CheckpointError,
  FloatMatrix,
  openCheckpoint,
  ParameterError,
  SamplingRateError,
  SpeechT5HifiGan,
  saveSafetensors,
  type TensorData,
  tf,
} from 'onpa';
import { seededWeights } from 'onpa/dist/doctor/seeded-weights.js';
import { fixture } from '../fixtures.js';
import { checkpoint, inCopy, largestDifference, melLike, soundOf } from './models.js';

const reference = fixture<{ mel: number[]; samples: number }>('vocoder/hifigan');

/** Of samples and logarithms, absolute. */
const TOLERANCE = 1e-5;

const decoded = (vocoder: SpeechT5HifiGan, name: string): Float32Array =>
  vocoder.decode(melLike(`${name}/mel`, reference.cases[name].mel)).samples;

/** How far the samples of a case are from the reference's. */
const distance = (vocoder: SpeechT5HifiGan, name: string): number =>
  largestDifference(decoded(vocoder, name), reference.tensor(`${name}/decoded`, 'F32').data);

/** Loads a checkpoint, and frees the model after its use. */
async function using(folder: string, use: (vocoder: SpeechT5HifiGan) => unknown): Promise<void> {
  const vocoder = await SpeechT5HifiGan.fromPretrained(folder);
  await use(vocoder);
  vocoder.dispose();
}

/** Replaces a piece of config.json. */
async function changeConfig(folder: string, changes: Record<string, unknown>): Promise<void> {
  const file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...changes }));
}

const refuses = (folder: string, message: RegExp): Promise<void> =>
  assert.rejects(SpeechT5HifiGan.fromPretrained(folder), (error: Error) => {
    assert.match(error.message, message);
    return error instanceof CheckpointError;
  });

describe('SpeechT5HifiGan, beside Transformers', () => {
  it('makes the same samples of a mel spectrogram', () =>
    using(checkpoint('hifigan'), (vocoder) => assert.ok(distance(vocoder, 'hifigan') <= TOLERANCE)));

  it('makes the same samples without normalisation', () =>
    inCopy('hifigan', async (folder) => {
      await changeConfig(folder, { normalize_before: false });
      await using(folder, (vocoder) => assert.ok(distance(vocoder, 'unnormalized') <= TOLERANCE));
    }));

  for (const name of ['hifigan-parametrized', 'hifigan-normed']) {
    it(`makes the same samples with weight norm, of ${name}`, () =>
      using(checkpoint(name), (vocoder) => assert.ok(distance(vocoder, 'hifigan') <= TOLERANCE)));
  }

  it('makes the same samples at the width of the public checkpoint', async () => {
    const folder = await wideCheckpoint();
    await using(folder, (vocoder) => assert.ok(distance(vocoder, 'wide') <= TOLERANCE));
    await rm(folder, { recursive: true });
  });

  for (const bands of [20, 80]) {
    it(`has the mel spectrogram of SpeechT5FeatureExtractor with ${bands} bands`, async () => {
      const folder = bands === 80 ? await wideCheckpoint() : checkpoint('hifigan');
      await using(folder, (vocoder) => {
        const mel = vocoder.melSpectrogram(soundOf(reference.cases.mel.samples, 16000));
        const { shape, data } = reference.tensor(`mel/${bands}`, 'F32');
        assert.deepEqual([mel.rows, mel.columns], shape);
        assert.ok(largestDifference(mel.data, data) <= TOLERANCE);
      });
      if (bands === 80) await rm(folder, { recursive: true });
    });
  }
});

describe('SpeechT5HifiGan', () => {
  it('makes the same of a long mel spectrogram in pieces as of its parts', () =>
    using(checkpoint('hifigan'), (vocoder) => {
      const [bands, length, from, to] = [20, 1300, 480, 560];
      const mel = melLike('long', [bands, length]);
      const part = new FloatMatrix(bands, to - from);
      for (let band = 0; band < bands; band++) {
        part.data.set(mel.data.subarray(band * length + from, band * length + to), band * (to - from));
      }
      // The outer frames lack neighbours.
      const [first, end] = [20 * 8, 60 * 8];
      const { samples } = vocoder.decode(mel);
      assert.equal(samples.length, length * 8);
      const seam = samples.subarray(from * 8 + first, from * 8 + end);
      assert.ok(largestDifference(vocoder.decode(part).samples.subarray(first, end), seam) <= 1e-6);
    }));

  it('leaves no tensors behind', async () => {
    const { numTensors } = tf.memory();
    const vocoder = await SpeechT5HifiGan.fromPretrained(checkpoint('hifigan'));
    const loaded = tf.memory().numTensors;
    vocoder.decode(vocoder.melSpectrogram(soundOf(5000, 16000)));
    assert.equal(tf.memory().numTensors, loaded);
    vocoder.dispose();
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it('is the same when it is saved and loaded', () =>
    using(checkpoint('hifigan-normed'), async (vocoder) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'onpa-vocoder-'));
      await vocoder.savePretrained(folder);
      await using(folder, (again) => {
        assert.deepEqual(again.config, { ...vocoder.config, extra: again.config.extra });
        assert.deepEqual(decoded(again, 'hifigan'), decoded(vocoder, 'hifigan'));
      });
      const [written, original] = await Promise.all(
        [folder, checkpoint('hifigan')].map(async (place) =>
          JSON.parse(await readFile(path.join(place, 'config.json'), 'utf8')),
        ),
      );
      assert.deepEqual(written, { ...original, transformers_version: written.transformers_version });
      await rm(folder, { recursive: true });
    }));

  const WRONG: [changes: Record<string, unknown>, message: RegExp][] = [
    [{ model_type: 'vits' }, /model_type is "vits"; speecht5_hifigan is supported/],
    [{ model_in_dim: 0 }, /model_in_dim is 0; it must be a whole number from 1 to/],
    [{ upsample_rates: [4] }, /upsample_kernel_sizes is \[8,4\]; it must have 1 entries, as upsample_rates has/],
    [
      { upsample_kernel_sizes: [8, 5] },
      /upsample_kernel_sizes is \[8,5\]; each must be its rate of \[4,2\], or more by/,
    ],
    [{ resblock_kernel_sizes: [3, 4] }, /resblock_kernel_sizes is \[3,4\]; only odd numbers of taps have a middle/],
    [{ resblock_dilation_sizes: [1, 3] }, /resblock_dilation_sizes is \[1,3\]; it must be a list of lists/],
    [{ upsample_initial_channel: 2 }, /upsample_initial_channel is 2; it must be 4 at least/],
    [{ leaky_relu_slope: 'steep' }, /leaky_relu_slope is "steep"; it must be a number/],
    [{ upsample_initial_channel: 32 }, /conv_pre.weight is \[16, 20, 7\], the model's is \[32, 20, 7\]/],
  ];
  for (const [changes, message] of WRONG) {
    it(`refuses a config.json with ${JSON.stringify(changes)}`, () =>
      inCopy('hifigan', async (folder) => {
        await changeConfig(folder, changes);
        await refuses(folder, message);
      }));
  }

  it('names a tensor that is missing, also one of weight norm, and makes none', async () => {
    const { numTensors } = tf.memory();
    for (const [name, gone, message] of [
      ['hifigan', 'scale', /scale is missing; the model needs a tensor \[20\]/],
      [
        'hifigan-normed',
        'conv_pre.weight_g',
        /conv_pre.weight_g is missing; its direction needs a tensor \[16, 1, 1\]/,
      ],
    ] as const) {
      await inCopy(name, async (folder) => {
        const [file, saved] = ['pytorch_model.bin', 'model.safetensors'].map((each) => path.join(folder, each));
        const opened = await openCheckpoint(name === 'hifigan' ? saved : file);
        const tensors = new Map<string, TensorData>();
        for (const [key, { shape }] of opened.tensors) {
          if (key !== gone) tensors.set(key, { shape, data: opened.float32(key) });
        }
        opened.close();
        await saveSafetensors(saved, tensors);
        await refuses(folder, message);
      });
    }
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it('says what is wrong with a mel spectrogram or a sound', () =>
    using(checkpoint('hifigan'), (vocoder) => {
      const mel = new FloatMatrix(20, 2);
      mel.set(3, 1, Infinity);
      const wrong: [() => unknown, RegExp][] = [
        [() => vocoder.decode(new FloatMatrix(80, 2)), /mel has 80 bands; this vocoder takes 20/],
        [() => vocoder.decode(new FloatMatrix(20, 0)), /mel has no frames/],
        [() => vocoder.decode(mel), /mel is Infinity in band 3, frame 1/],
        [() => vocoder.melSpectrogram({ samples: new Float32Array(0), sampleRate: 16000 }), /waveform is empty/],
      ];
      for (const [call, message] of wrong) {
        assert.throws(call, (error: Error) => error instanceof ParameterError && message.test(error.message));
      }
      assert.throws(() => vocoder.melSpectrogram(soundOf(100, 22050)), SamplingRateError);
    }));

  it('has no mel spectrogram where SpeechT5 has none', () =>
    inCopy('hifigan', async (folder) => {
      await changeConfig(folder, { sampling_rate: 22050 });
      await using(folder, (vocoder) =>
        assert.throws(() => vocoder.melSpectrogram(soundOf(5000, 22050)), /22050 Hz; SpeechT5's .* one of 16,000 Hz/),
      );
    }));
});

/** A folder with the sizes of microsoft/speecht5_hifigan and seeded weights, the last ones small as in test/reference. */
async function wideCheckpoint(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'onpa-vocoder-'));
  const tensors = new Map<string, TensorData>();
  const add = (name: string, shape: number[]) => {
    const data = seededWeights(name, shape);
    tensors.set(name, { shape, data: name === 'conv_post.weight' ? data.map((value) => value * 2 ** -3) : data });
  };
  const convolution = (name: string, shape: number[], outputs = shape[0]) => {
    add(`${name}.weight`, shape);
    add(`${name}.bias`, [outputs]);
  };
  convolution('conv_pre', [512, 80, 7]);
  for (let i = 0; i < 4; i++) {
    const channels = 256 / 2 ** i;
    convolution(`upsampler.${i}`, [2 * channels, channels, 8], channels);
    for (const [j, size] of [3, 7, 11].entries()) {
      for (const part of ['convs1.0', 'convs1.1', 'convs1.2', 'convs2.0', 'convs2.1', 'convs2.2']) {
        convolution(`resblocks.${3 * i + j}.${part}`, [channels, channels, size]);
      }
    }
  }
  convolution('conv_post', [1, 32, 7]);
  for (const name of ['mean', 'scale']) add(name, [80]);
  await saveSafetensors(path.join(folder, 'model.safetensors'), tensors);
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ model_type: 'speecht5_hifigan' }));
  return folder;
}
