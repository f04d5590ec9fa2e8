import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CheckpointError, openCheckpoint, saveSafetensors, type TensorData, tf, Vocos } from 'onpa';
import { withWarnings } from '../hubert/warnings.js';
import { checkpoint, inCopy, largestDifference, melLike, soundOf } from './models.js';

/** Loading fails with a {@link CheckpointError} that says so. */
const refuses = (folder: string, message: RegExp): Promise<void> =>
  assert.rejects(Vocos.fromPretrained(folder), (error: Error) => {
    assert.match(error.message, message);
    return error instanceof CheckpointError;
  });

/** The tensors of a checkpoint, changed, as the folder's only weights; without what is null. */
async function changeTensors(folder: string, changes: Record<string, TensorData | null>): Promise<void> {
  const file = path.join(folder, 'pytorch_model.bin');
  const opened = await openCheckpoint(file);
  const tensors = new Map<string, TensorData>();
  for (const [name, { shape }] of opened.tensors) tensors.set(name, { shape, data: opened.float32(name) });
  opened.close();
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
  }
  await rm(file);
  await saveSafetensors(path.join(folder, 'model.safetensors'), tensors);
}

/** What is wrong in a config.yaml, as a replacement, and what is said about it. */
const WRONG: [found: string, replaced: string, message: RegExp][] = [
  ['MelSpectrogramFeatures', 'EncodecFeatures', /feature_extractor.class_path is .*EncodecFeatures.*is supported/],
  ['vocos.models.VocosBackbone', 'vocos.models.VocosResNetBackbone', /backbone.class_path is .*VocosResNetBackbone/],
  ['vocos.heads.ISTFTHead', 'os.system', /head.class_path is "os.system"; vocos.heads.ISTFTHead is supported/],
  [
    'n_mels: 10',
    'n_mels: 12',
    /backbone.init_args.input_channels is 10; it must be feature_extractor.init_args.n_mels, 12/,
  ],
  [
    'mel_scale: slaney',
    'mel_scale: bark',
    /feature_extractor.init_args.mel_scale is "bark"; it must be one of "htk", "slaney"/,
  ],
  ['f_max: 8000', 'f_top: 8000', /feature_extractor.init_args.f_top is not known; known are sample_rate/],
  [
    'num_layers: 2',
    'num_layers: 2000',
    /backbone.init_args.num_layers is 2000; it must be a whole number from 1 to 1000/,
  ],
  [
    'num_layers: 2',
    'adanorm_num_embeddings: 4\n    num_layers: 2',
    /adanorm_num_embeddings is 4; only models without it/,
  ],
  ['intermediate_dim: 24', '# none', /backbone.init_args lacks intermediate_dim/],
  ['backbone:', 'spine:', /backbone is none; it must have class_path and init_args/],
  ['feature_extractor:', '{', /cannot be read as YAML/],
];

describe('Vocos.fromPretrained', () => {
  for (const [found, replaced, message] of WRONG) {
    it(`refuses a config.yaml with ${replaced.split('\n')[0]} instead of ${found}`, () =>
      inCopy('vocos-same', async (folder) => {
        const file = path.join(folder, 'config.yaml');
        const text = await readFile(file, 'utf8');
        assert.ok(text.includes(found));
        await writeFile(file, text.replace(found, replaced));
        await refuses(folder, message);
      }));
  }

  it('takes what a config.yaml leaves out from the package', () =>
    inCopy('vocos-center', async (folder) => {
      const file = path.join(folder, 'config.yaml');
      const text = await readFile(file, 'utf8');
      const bare = text.replace(/^ *(sample_rate|padding): .*\n/gm, '');
      await writeFile(file, bare);
      const vocos = await Vocos.fromPretrained(folder);
      const { featureExtractor, head, backbone } = vocos.config;
      assert.deepEqual(featureExtractor, {
        ...{ sampleRate: 24000, nFft: 256, hopLength: 64, nMels: 12, padding: 'center' },
        ...{ fMin: 0, fMax: null, norm: null, melScale: 'htk' },
      });
      assert.equal(head.padding, 'same');
      assert.equal(backbone.layerScaleInitValue, null);
      vocos.dispose();
    }));

  it('says which file is missing', () =>
    inCopy('vocos-same', async (folder) => {
      await rm(path.join(folder, 'pytorch_model.bin'));
      await refuses(folder, /has neither model.safetensors nor pytorch_model.bin/);
      await rm(path.join(folder, 'config.yaml'));
      await refuses(folder, /has no config.yaml, so it is no Vocos/);
    }));

  const two = { shape: [2], data: new Float32Array(2) };
  const SPOILT: [changes: Record<string, TensorData | null>, message: RegExp][] = [
    [{ 'backbone.convnext.1.gamma': null }, /backbone.convnext.1.gamma is missing; the model needs a tensor \[16\]/],
    [{ 'head.out.bias': two }, /head.out.bias is \[2\], the model's is \[258\]/],
    [{ 'feature_extractor.mel_spec.mel_scale.fb': two }, /mel_scale.fb is \[2\], the model's is \[129, 10\]/],
    [
      { 'head.istft.window': { shape: [256], data: new Float32Array(256).fill(1) } },
      /head.istft.window is not the Hann window/,
    ],
  ];
  for (const [changes, message] of SPOILT) {
    const [[name, tensor]] = Object.entries(changes);
    it(`refuses weights ${tensor ? `with another ${name}` : `without ${name}`}, and makes no tensors`, () =>
      inCopy('vocos-same', async (folder) => {
        await changeTensors(folder, changes);
        const { numTensors } = tf.memory();
        await refuses(folder, message);
        assert.equal(tf.memory().numTensors, numTensors);
      }));
  }

  it('makes filters and windows itself where a checkpoint has none, and names tensors that it does not need', () =>
    inCopy('vocos-same', async (folder) => {
      const [filters, window] = ['feature_extractor.mel_spec.mel_scale.fb', 'head.istft.window'];
      await changeTensors(folder, { [filters]: null, [window]: null, 'mel_loss.weight': two });
      const { result: bare, warnings } = await withWarnings(() => Vocos.fromPretrained(folder));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /not used by this model: mel_loss.weight\./);
      const whole = await Vocos.fromPretrained(checkpoint('vocos-same'));
      const sound = soundOf(3000, 22050);
      const [mine, theirs] = [bare, whole].map((vocos) => vocos.melSpectrogram(sound).data);
      assert.ok(largestDifference(mine, theirs) <= 1e-5);
      bare.dispose();
      whole.dispose();
    }));
});

describe('vocos.savePretrained', () => {
  for (const name of ['vocos-center', 'vocos-same']) {
    it(`writes what gives the same model again, of ${name}`, () =>
      inCopy(name, async (folder) => {
        const vocos = await Vocos.fromPretrained(folder);
        const saved = path.join(folder, 'deep', 'saved');
        await vocos.savePretrained(saved);
        const again = await Vocos.fromPretrained(saved);
        assert.deepEqual(again.config, vocos.config);
        const mel = melLike('save', [vocos.config.backbone.inputChannels, 30]);
        assert.deepEqual(again.decode(mel), vocos.decode(mel));
        const sound = soundOf(2000, vocos.sampleRate);
        assert.deepEqual(again.melSpectrogram(sound).data, vocos.melSpectrogram(sound).data);
        again.dispose();
        vocos.dispose();
      }));

    it(`writes the tensors and, in config.yaml, the arguments of the package's own files, of ${name}`, () =>
      inCopy(name, async (folder) => {
        const vocos = await Vocos.fromPretrained(folder);
        await vocos.savePretrained(path.join(folder, 'saved'));
        vocos.dispose();
        const files = [path.join(folder, 'pytorch_model.bin'), path.join(folder, 'saved', 'model.safetensors')];
        const [original, written] = await Promise.all(files.map(openCheckpoint));
        const shapes = ({ tensors }: typeof original) =>
          Object.fromEntries(Array.from(tensors, ([key, { shape }]) => [key, shape]));
        assert.deepEqual(shapes(written), shapes(original));
        for (const key of original.tensors.keys()) {
          assert.ok(largestDifference(written.float32(key), original.float32(key)) <= 1e-6, key);
        }
        original.close();
        written.close();
        const [before, after] = await Promise.all(
          [folder, path.join(folder, 'saved')].map((place) => readFile(path.join(place, 'config.yaml'), 'utf8')),
        );
        // The package's class has no argument f_min; its value is the default anyway.
        assert.equal(after, before.replace(/^ *f_min: 0\n/m, ''));
      }));
  }

  it('can be freed, and leaves no tensors', async () => {
    const { numTensors } = tf.memory();
    const vocos = await Vocos.fromPretrained(checkpoint('vocos-center'));
    vocos.dispose();
    assert.equal(tf.memory().numTensors, numTensors);
  });
});
