import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { AutoModel, AutoModelForAudioClassification, HubertForSequenceClassification, HubertModel, tf } from 'onpa';
import { readConfig } from 'onpa/dist/hubert/pretrained/config-file.js';
import { type Configuration, forward, inTemporaryFolder, writeCheckpoint } from './models.js';
import { quietly } from './warnings.js';

const { group } = forward.cases;
const { fromPretrained } = AutoModelForAudioClassification;
const { id2label: _, label2id: __, ...unlabelled } = group.config;

/** What JavaScript or TensorFlow says where nobody has looked at a value. */
const BUG =
  /Cannot (read|set|mix|convert|destructure)|is not (a function|iterable)|call stack|Invalid|Size\(|tensor must|dims/;

/** A long message is of no use to anybody. */
const LONGEST_MESSAGE = 1000;

/** Asserts that an error is one that says which field is wrong. */
const named =
  (kind: string, ...parts: string[]) =>
  (error: Error): true => {
    assert.equal(error.name, kind, `${error.stack}`);
    assert.doesNotMatch(error.message, BUG);
    assert.ok(error.message.length < LONGEST_MESSAGE, `${error.message.length} characters`);
    for (const part of parts) assert.ok(error.message.includes(part), `no ${part} in: ${error.message}`);
    return true;
  };

/** Values that make no model of any field, or a far too large one. */
const ABSURD: readonly unknown[] = [
  ...[
    null,
    NaN,
    Infinity,
    -Infinity,
    -1,
    0,
    0.5,
    1e308,
    2 ** 53,
    1e12,
    1e9,
    1e6,
    '16',
    '',
    'x'.repeat(1e6),
    true,
    false,
  ],
  ...[
    [],
    [1],
    {},
    { toString: 1, valueOf: 1 },
    { toString: null },
    [[1e9]],
    new Array(7).fill(1e9),
    new Array(7).fill(0.5),
  ],
  ...[new Array(7).fill(100_000), new Array(101).fill(1), new Array(1e5).fill(8), [10, 3, 3, 3, 3, 2, 1e12]],
];

describe('A config.json that asks for the absurd', () => {
  const refused: Record<string, [Configuration, ...string[]]> = {
    '10^8 labels': [{ ...unlabelled, num_labels: 1e8 }, 'num_labels is 100000000', 'from 1 to 100000'],
    '10^9 positions': [{ num_conv_pos_embeddings: 1e9 }, 'num_conv_pos_embeddings is 1000000000', '1 to 100000'],
    'a kernel of 10^9': [{ conv_kernel: [1e9, 3, 3, 3, 3, 2, 2] }, 'conv_kernel is [1000000000,3,3', '1 to 100000'],
    'channels of 10^9': [{ conv_dim: [1e9, 8, 8, 8, 8, 8, 8] }, 'conv_dim is [1000000000,8'],
    '10^6 layers': [{ num_hidden_layers: 1e6 }, 'num_hidden_layers is 1000000', '1 to 1000'],
    '10^6 convolutions': [
      { conv_dim: new Array(1e5).fill(1), conv_kernel: new Array(1e5).fill(1), conv_stride: new Array(1e5).fill(1) },
      'conv_dim has 100000 entries',
      '100 convolutions',
    ],
    'frames of days': [
      { conv_stride: new Array(7).fill(100_000) },
      'conv_stride',
      'one frame sees',
      '10000000 at most',
    ],
    'null for layer_norm_eps': [{ layer_norm_eps: null }, 'layer_norm_eps is null', 'a number from 0 to 1'],
    'NaN for layer_norm_eps': [{ layer_norm_eps: NaN }, 'layer_norm_eps is NaN', 'a number from 0 to 1'],
    'an object with toString for a number': [
      { num_attention_heads: { toString: 1, valueOf: 1 } },
      'num_attention_heads is {"toString":1,"valueOf":1}',
    ],
    'a list for a number': [{ hidden_size: [16] }, 'hidden_size is [16]'],
    'a megabyte for a name': [{ hidden_act: 'x'.repeat(1e6) }, 'hidden_act is "xxx', '…'],
    'a number for a switch': [{ conv_bias: 1 }, 'conv_bias is 1', 'true or false'],
    'a list of labels': [{ id2label: ['a', 'b'] }, 'id2label is ["a","b"]'],
    '10^5 and more labels': [
      { id2label: Object.fromEntries(Array.from({ length: 100_001 }, (_x, id) => [id, 'a'])) },
      'id2label names 100001 classes',
      '100000 at most',
    ],
    'no kind of problem': [{ problem_type: 'riddle' }, 'problem_type is "riddle"', 'regression'],
  };
  for (const [what, [config, ...parts]] of Object.entries(refused)) {
    it(`is refused before anything is made, and the field named: ${what}`, async () => {
      await inTemporaryFolder(async (folder) => {
        const labels = 'num_labels' in config ? unlabelled : group.config;
        await writeCheckpoint(folder, { config: {}, tensors: group.tensors });
        const text = JSON.stringify({ ...labels, ...config }).replace(/("layer_norm_eps":)null/, (all, key) =>
          Number.isNaN(config.layer_norm_eps) ? `${key}NaN` : all,
        );
        await writeFile(path.join(folder, 'config.json'), text);
        const before = tf.memory().numTensors;
        for (const options of [{}, { ignoreMismatchedSizes: true }]) {
          await assert.rejects(fromPretrained(folder, options), named('CheckpointError', 'config.json', ...parts));
          await assert.rejects(AutoModel.fromPretrained(folder, options), named('CheckpointError', ...parts));
        }
        assert.equal(tf.memory().numTensors, before);
      });
    });
  }

  it('is refused where it asks for more random numbers than its weights have', async () => {
    await inTemporaryFolder(async (folder) => {
      for (const config of [{ hidden_size: 96_000 }, { intermediate_size: 100_000, hidden_size: 10_000 }]) {
        await writeCheckpoint(folder, { config: { ...group.config, ...config }, tensors: group.tensors });
        await assert.rejects(fromPretrained(folder), named('CheckpointError', 'ignoreMismatchedSizes'));
        await assert.rejects(
          fromPretrained(folder, { ignoreMismatchedSizes: true }),
          named('CheckpointError', 'numbers to draw at random, more than the 100000000 allowed', 'config.json'),
        );
      }
    });
  });

  it('gives a configuration that keeps to its ranges, or an error that says which it leaves', () => {
    const fields = fc.constantFrom(...Object.keys(group.config), 'num_labels', 'id2label', '__proto__', 'other');
    const change = fc.dictionary(fields, fc.oneof(fc.constantFrom(...ABSURD), fc.jsonValue()), { maxKeys: 3 });
    const { warn } = console;
    console.warn = () => {};
    let refusals = 0;
    try {
      fc.assert(
        fc.property(change, (changes) => {
          try {
            const config = readConfig({ ...group.config, ...changes }, 'config.json');
            assert.ok(config.numHiddenLayers <= 1000 && config.numLabels <= 100_000);
            assert.ok(config.hiddenSize <= 100_000 && config.layerNormEps <= 1);
            HubertModel.specs(config);
          } catch (error) {
            named('CheckpointError', 'config.json: ')(error as Error);
            refusals++;
          }
        }),
        { seed: 3, numRuns: 1500 },
      );
    } finally {
      console.warn = warn;
    }
    assert.ok(refusals > 500, `${refusals} refused`);
  });

  it('loads, or is refused by name, whichever field has whichever value', async () => {
    const fields = Object.keys(group.config).filter((key) => key !== 'model_type');
    await inTemporaryFolder(async (folder) => {
      await writeCheckpoint(folder, group);
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...fields),
          fc.constantFrom(...ABSURD),
          fc.boolean(),
          async (field, value, ignoreMismatchedSizes) => {
            await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...group.config, [field]: value }));
            const before = tf.memory().numTensors;
            try {
              (await quietly(() => fromPretrained(folder, { ignoreMismatchedSizes, seed: 1 }))).dispose();
            } catch (error) {
              named('CheckpointError')(error as Error);
            }
            assert.equal(tf.memory().numTensors, before);
          },
        ),
        { seed: 4, numRuns: 150 },
      );
    });
  });
});

describe('A model that is made from a configuration', () => {
  const config = readConfig(group.config, 'config.json');

  for (const Model of [HubertModel, HubertForSequenceClassification]) {
    it(`(${Model.name}) has at most 2^31 random parameters, and a configuration in its ranges`, () => {
      const wrong: [object, string][] = [
        [{ hiddenSize: 1e12 }, 'hidden_size is 1000000000000'],
        [{ numHiddenLayers: 1e6 }, 'num_hidden_layers is 1000000'],
        [{ hiddenSize: 96_000 }, 'parameters to draw at random, more than the 2147483648 allowed'],
      ];
      const before = tf.memory().numTensors;
      for (const [change, message] of wrong) {
        assert.throws(() => new Model({ ...config, ...change }), named('ParameterError', message));
      }
      assert.equal(tf.memory().numTensors, before);
    });
  }
});
