import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  AutoModel,
  AutoModelForAudioClassification,
  CheckpointError,
  type HubertForSequenceClassification,
  HubertModel,
  openCheckpoint,
  ParameterError,
  tf,
  Wav2Vec2Model,
} from 'onpa';
import { seededWeights } from 'onpa/dist/doctor/seeded-weights.js';
import { DEFAULTS } from 'onpa/dist/hubert/config.js';
import { snakeCase } from 'onpa/dist/json.js';
import { inRepository } from '../fixtures.js';
import {
  type Configuration,
  classifierOf,
  distance,
  forward,
  inputOf,
  inTemporaryFolder,
  type TensorValues,
  writeCheckpoint,
  writeSafetensors,
} from './models.js';
import { quietly, withWarnings } from './warnings.js';

/** A checkpoint of test/fixtures/hubert: `classifier` as Transformers saves one, `base` with the names of older ones. */
const saved = (...parts: string[]): string => inRepository('test', 'fixtures', 'hubert', ...parts);

const { group } = forward.cases;
const load = AutoModelForAudioClassification.fromPretrained;
type Options = Parameters<typeof load>[1];

const logitsOf = (model: HubertForSequenceClassification): Float32Array =>
  tf.tidy(() => model.forward(inputOf(group.runs.single)).logits.dataSync() as Float32Array);

/** Asserts that the logits are those which Transformers gives with these weights. */
function assertSameModel(model: HubertForSequenceClassification): void {
  const { data } = forward.tensor('group/single/logits', 'F32');
  const off = distance(logitsOf(model), data, group.runs.single.peaks.logits);
  assert.ok(off <= 1e-5, `the logits are off by ${off}`);
}

/** Loads a model, hands it to `use`, and frees it. */
async function withModel(
  folder: string,
  options: Options,
  use: (model: HubertForSequenceClassification, warnings: string[]) => void | Promise<void>,
): Promise<void> {
  const { result: model, warnings } = await withWarnings(() => load(folder, options));
  try {
    await use(model, warnings);
  } finally {
    model.dispose();
  }
}

/** Writes a checkpoint whose tensors are those of the fixture, changed and renamed. */
async function writeVariant(
  folder: string,
  tensorName: (name: string) => string | null,
  config: Configuration = {},
): Promise<void> {
  const values = Object.entries(group.tensors).flatMap(([name, shape]): [string, TensorValues][] => {
    const renamed = tensorName(name);
    return renamed === null ? [] : [[renamed, { shape, data: seededWeights(name, shape) }]];
  });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...group.config, ...config }));
  await writeSafetensors(path.join(folder, 'model.safetensors'), Object.fromEntries(values));
}

const HEAD = ['projector.weight', 'projector.bias', 'classifier.weight', 'classifier.bias'];
const withoutPrefix = (name: string) => name.replace(/^hubert\./, '');
const oldNames = (name: string) =>
  name
    .replace('parametrizations.weight.original0', 'weight_g')
    .replace('parametrizations.weight.original1', 'weight_v');

/** Asserts that an error is of a class, and that its message matches each of the patterns. */
const failure =
  (kind: new (message: string) => Error, ...patterns: (RegExp | string)[]) =>
  (error: Error): true => {
    assert.ok(error instanceof kind, `${error.name}: ${error.message}`);
    for (const pattern of patterns) {
      const found = typeof pattern === 'string' ? error.message.includes(pattern) : pattern.test(error.message);
      assert.ok(found, `no ${pattern} in: ${error.message}`);
    }
    return true;
  };

describe('A checkpoint saved by Transformers', () => {
  it('loads from model.safetensors without a warning, with its labels', async () => {
    await withModel(saved('classifier'), {}, (model, warnings) => {
      assert.deepEqual(warnings, []);
      assert.deepEqual(model.config.id2label, { 0: 'blues', 1: 'jazz', 2: 'pop', 3: 'reggae', 4: 'rock' });
      assert.deepEqual(model.config.label2id, { blues: 0, jazz: 1, pop: 2, reggae: 3, rock: 4 });
      assert.equal(model.config.numLabels, 5);
      assertSameModel(model);
    });
  });

  it('loads from pytorch_model.bin without a warning', async () => {
    await inTemporaryFolder(async (folder) => {
      for (const file of ['config.json', 'pytorch_model.bin']) {
        await copyFile(saved('classifier', file), path.join(folder, file));
      }
      await withModel(folder, {}, (model, warnings) => {
        assert.deepEqual(warnings, []);
        assertSameModel(model);
      });
    });
  });

  it('is read from model.safetensors where both files are there', async () => {
    await inTemporaryFolder(async (folder) => {
      await writeCheckpoint(folder, group);
      await writeFile(path.join(folder, 'pytorch_model.bin'), 'no checkpoint');
      await withModel(folder, {}, assertSameModel);
    });
  });

  for (const [names, rename] of Object.entries({
    "today's names": (name: string) => name,
    'the older names of weight norm': oldNames,
    "today's names without the base model's prefix": withoutPrefix,
    "the older names without the base model's prefix": (name: string) => withoutPrefix(oldNames(name)),
  })) {
    it(`with ${names} is the same model`, async () => {
      await inTemporaryFolder(async (folder) => {
        await writeVariant(folder, rename);
        await withModel(folder, {}, (model, warnings) => {
          assert.deepEqual(warnings, []);
          assert.deepEqual([...model.parameters.keys()].sort(), Object.keys(group.tensors).sort());
          assertSameModel(model);
        });
      });
    });
  }

  it('of a model with batch norm loads without a warning', async () => {
    await inTemporaryFolder(async (folder) => {
      await writeCheckpoint(folder, forward.cases['batch-norm']);
      await withModel(folder, {}, (_, warnings) => assert.deepEqual(warnings, []));
    });
  });
});

describe("A base model's checkpoint", () => {
  it('is a base model without a warning', async () => {
    const { result: model, warnings } = await withWarnings(() => AutoModel.fromPretrained(saved('base')));
    assert.deepEqual(warnings, []);
    const frames = forward.tensor('group/single/frames', 'I32').data;
    const states = tf.tidy(() => {
      const { lastHiddenState } = model.forward(inputOf(group.runs.single));
      return tf.gather(lastHiddenState, tf.tensor1d([...frames], 'int32'), 1).dataSync();
    });
    model.dispose();
    const { data } = forward.tensor('group/single/lastHiddenState', 'F32');
    const off = distance(states, data, group.runs.single.peaks.lastHiddenState);
    assert.ok(off <= 1e-4, `off by ${off}`);
  });

  it('becomes a classifier with a random head, and one warning names the head', async () => {
    await withModel(saved('base'), { numLabels: 3 }, (model, warnings) => {
      assert.equal(warnings.length, 1, warnings.join('\n'));
      for (const name of HEAD) assert.ok(warnings[0].includes(name), `no ${name} in: ${warnings[0]}`);
      assert.ok(!warnings[0].includes('conv'), warnings[0]);
      assert.match(warnings[0], /random/);
      assert.match(warnings[0], /[Tt]rain/);
      const input = inputOf(group.runs.single);
      assert.deepEqual(
        tf.tidy(() => model.forward(input).logits.shape),
        [1, 3],
      );
    });
  });

  it('keeps its weights in a classifier', async () => {
    await withModel(saved('base'), {}, (model) => {
      for (const [name, shape] of Object.entries(group.tensors)) {
        if (HEAD.includes(name)) continue;
        assert.deepEqual(model.parameters.get(name)!.dataSync(), seededWeights(name, shape), name);
      }
    });
  });

  it("gets a head that is drawn as Transformers' are: normal weights of initializer_range, zero biases", async () => {
    await inTemporaryFolder(async (folder) => {
      await writeVariant(folder, (name) => (HEAD.includes(name) ? null : name), {
        classifier_proj_size: 500,
        use_weighted_layer_sum: true,
      });
      await withModel(folder, { seed: 5 }, (model, [warning]) => {
        assert.match(warning, /layer_weights/);
        const values = (name: string) => model.parameters.get(name)!.dataSync() as Float32Array;
        assert.deepEqual([...values('layer_weights')], new Array(3).fill(Math.fround(1 / 3)));
        assert.ok(values('projector.bias').every((value) => value === 0));
        assert.ok(values('classifier.bias').every((value) => value === 0));
        const weights = values('projector.weight'); // 8,000 of them
        const mean = weights.reduce((sum, value) => sum + value, 0) / weights.length;
        const deviation = Math.sqrt(weights.reduce((sum, value) => sum + (value - mean) ** 2, 0) / weights.length);
        assert.ok(Math.abs(mean) < 0.001, `mean ${mean}`);
        assert.ok(Math.abs(deviation - 0.02) < 0.001, `standard deviation ${deviation}`);
        assert.ok(weights.some((value) => Math.abs(value) > 0.05));
      });
    });
  });

  it('gets the same head from the same seed', async () => {
    const heads: string[] = [];
    for (const seed of [1, 1, 2, undefined, undefined]) {
      const model = await quietly(() => load(saved('base'), { seed }));
      heads.push(model.parameters.get('classifier.weight')!.dataSync().join());
      model.dispose();
    }
    assert.equal(heads[0], heads[1]);
    assert.equal(new Set(heads).size, 4);
  });
});

describe("A classifier's checkpoint", () => {
  it('becomes a base model, and one warning names what that does not use', async () => {
    const { result: model, warnings } = await withWarnings(() => AutoModel.fromPretrained(saved('classifier')));
    assert.equal(warnings.length, 1);
    for (const name of HEAD) assert.ok(warnings[0].includes(name), `no ${name} in: ${warnings[0]}`);
    assert.ok(!warnings[0].includes('encoder'), warnings[0]);
    const names = Object.keys(group.tensors).filter((name) => !HEAD.includes(name));
    assert.deepEqual([...model.parameters.keys()].sort(), names.map(withoutPrefix).sort());
    model.dispose();
  });

  it('whose encoder lacks a tensor loads with a warning that names it', async () => {
    const lost = 'hubert.encoder.layers.1.attention.k_proj.weight';
    await inTemporaryFolder(async (folder) => {
      await writeVariant(folder, (name) => (name === lost ? null : name));
      await withModel(folder, {}, (_, warnings) => {
        assert.equal(warnings.length, 1);
        assert.ok(warnings[0].includes(lost), warnings[0]);
        assert.ok(!warnings[0].includes('q_proj'), warnings[0]);
      });
    });
  });

  it('whose head has another size is refused: the message has the tensor, both shapes and the way out', async () => {
    const count = tf.memory().numTensors;
    await assert.rejects(
      load(saved('classifier'), { numLabels: 7 }),
      failure(CheckpointError, /classifier\.(weight|bias)/, /\[5(, 12)?\]/, /\[7(, 12)?\]/, 'ignoreMismatchedSizes'),
    );
    assert.equal(tf.memory().numTensors, count);
  });

  it('whose head has another size gets a random one with ignoreMismatchedSizes, and a warning says so', async () => {
    await withModel(saved('classifier'), { numLabels: 7, ignoreMismatchedSizes: true }, (model, warnings) => {
      assert.equal(warnings.length, 1);
      for (const part of ['classifier.weight', 'classifier.bias', '[5, 12]', '[7, 12]', '[5]', '[7]']) {
        assert.ok(warnings[0].includes(part), `no ${part} in: ${warnings[0]}`);
      }
      assert.ok(!warnings[0].includes('projector'), warnings[0]);
      assert.deepEqual(model.parameters.get('classifier.weight')!.shape, [7, 12]);
      assert.deepEqual(
        model.parameters.get('projector.weight')!.dataSync(),
        seededWeights('projector.weight', [12, 16]),
      );
    });
  });

  it('with a tensor of another rank is refused', async () => {
    await inTemporaryFolder(async (folder) => {
      const tensors = { ...group.tensors, 'hubert.masked_spec_embed': [1, 16] };
      await writeCheckpoint(folder, { config: group.config, tensors });
      await assert.rejects(
        load(folder),
        failure(CheckpointError, folder, 'hubert.masked_spec_embed', '[1, 16]', '[16]'),
      );
    });
  });
});

describe('The labels', () => {
  const names = { 0: 'a', 1: 'b', 2: 'c', 3: 'd', 4: 'e' };
  const numbers = { a: 0, b: 1, c: 2, d: 3, e: 4 };

  for (const [given, options] of Object.entries({
    id2label: { id2label: names },
    label2id: { label2id: numbers },
    'id2label and label2id': { id2label: names, label2id: numbers },
    'id2label and numLabels': { id2label: names, numLabels: 5 },
  })) {
    it(`can be named by ${given}`, async () => {
      await withModel(saved('classifier'), options, ({ config: { id2label, label2id, numLabels } }) => {
        assert.deepEqual({ id2label, label2id, numLabels }, { id2label: names, label2id: numbers, numLabels: 5 });
      });
    });
  }

  it('stay those of the checkpoint where numLabels is as many', async () => {
    await withModel(saved('classifier'), { numLabels: 5 }, ({ config }) => assert.equal(config.id2label[1], 'jazz'));
  });

  it('are numbered where there are more or fewer than in the checkpoint', async () => {
    await withModel(saved('base'), { numLabels: 3 }, ({ config: { id2label, label2id, numLabels } }) => {
      assert.deepEqual(id2label, { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' });
      assert.deepEqual(label2id, { LABEL_0: 0, LABEL_1: 1, LABEL_2: 2 });
      assert.equal(numLabels, 3);
    });
  });

  it('are two where nobody says how many, as in Transformers', async () => {
    await withModel(saved('base'), {}, ({ config }) =>
      assert.deepEqual(config.id2label, { 0: 'LABEL_0', 1: 'LABEL_1' }),
    );
  });

  const contradictions: Record<string, [NonNullable<Options>, RegExp]> = {
    'numLabels and id2label of another length': [{ numLabels: 4, id2label: names }, /numLabels/],
    'numLabels and label2id of another length': [{ numLabels: 4, label2id: numbers }, /numLabels/],
    'id2label and label2id that differ': [{ id2label: names, label2id: { ...numbers, e: 3 } }, /id2label|label2id/],
    'id2label with names that label2id lacks': [{ id2label: names, label2id: { a: 0 } }, /id2label|label2id/],
    'label2id with names that id2label lacks': [{ id2label: { 0: 'a' }, label2id: numbers }, /id2label|label2id/],
    'two labels with one number': [{ label2id: { a: 0, b: 0 } }, /label2id/],
    'a gap between the numbers': [{ id2label: { 0: 'a', 2: 'c' } }, /id2label/],
    'no labels at all': [{ id2label: {} }, /id2label/],
    'numLabels 0': [{ numLabels: 0 }, /numLabels/],
    'numLabels 2.5': [{ numLabels: 2.5 }, /numLabels/],
  };
  for (const [given, [options, message]] of Object.entries(contradictions)) {
    it(`are refused: ${given}`, async () => {
      await assert.rejects(load(saved('base'), options), failure(ParameterError, message));
    });
  }
});

describe('The labels of a file', () => {
  const LABELS = { 0: 'blues', 1: 'jazz', 2: 'pop', 3: 'reggae', 4: 'rock' };
  const numbered = { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2', 3: 'LABEL_3', 4: 'LABEL_4' };
  const right = { blues: 0, jazz: 1, pop: 2, reggae: 3, rock: 4 };
  const numbers = { 0: 0, 1: 1, 2: 2, 3: 3, 4: 4 };

  const taken: Record<string, [config: Configuration, labels: object, warning?: RegExp]> = {
    'that agree': [{ id2label: LABELS, label2id: right }, LABELS],
    'with numbers as strings': [{ id2label: LABELS, label2id: { ...right, rock: '4' } }, LABELS],
    'without label2id': [{ id2label: LABELS, label2id: null }, LABELS],
    'without id2label': [{ id2label: null, label2id: right }, LABELS],
    'without either': [{ id2label: null, label2id: null, num_labels: 5 }, numbered],
    'of which label2id has other names': [
      { id2label: LABELS, label2id: { LABEL_0: 0, LABEL_1: 1 } },
      LABELS,
      /config\.json: label2id says "LABEL_0": 0, and id2label does not \(and 2 more like it\): the names of id2label are/,
    ],
    'of which label2id has other numbers': [
      { id2label: LABELS, label2id: { ...right, rock: 3 } },
      LABELS,
      /label2id says "rock": 3, and id2label does not/,
    ],
    'of which label2id lacks one': [
      { id2label: LABELS, label2id: { blues: 0 } },
      LABELS,
      /id2label says 1: "jazz", and label2id does not/,
    ],
    'of which label2id is a list': [
      { id2label: LABELS, label2id: [1] },
      LABELS,
      /label2id is \[1\] instead of numbers/,
    ],
    'of which label2id has no numbers': [{ id2label: LABELS, label2id: { a: { b: 1 } } }, LABELS, /"a": \{"b":1\}/],
    'that are numbers': [
      { id2label: numbers, label2id: numbers },
      { 0: '0', 1: '1', 2: '2', 3: '3', 4: '4' },
    ],
    'that are nothing': [
      { id2label: { ...LABELS, 2: null }, label2id: null },
      { ...LABELS, 2: 'LABEL_2' },
      /id2label says 2: null, which is no name and becomes LABEL_2/,
    ],
    'that are one word': [
      { id2label: { 0: 'a', 1: 'a', 2: 'a', 3: 'a', 4: 'a' }, label2id: { a: 4 } },
      { 0: 'a', 1: 'a', 2: 'a', 3: 'a', 4: 'a' },
    ],
    'that are names of JavaScript': [
      { id2label: { ...LABELS, 0: '__proto__', 1: 'constructor' }, label2id: null },
      { ...LABELS, 0: '__proto__', 1: 'constructor' },
    ],
    'that are more than num_labels': [
      { id2label: LABELS, label2id: right, num_labels: 4 },
      LABELS,
      /num_labels is 4, and id2label names 5 classes: the names of id2label are taken/,
    ],
  };
  for (const [what, [config, labels, warning]] of Object.entries(taken)) {
    it(`${what} ${warning ? 'are those of id2label, and one warning says why' : 'are taken without a warning'}`, async () => {
      await inTemporaryFolder(async (folder) => {
        await writeCheckpoint(folder, { config: { ...group.config, ...config }, tensors: group.tensors });
        await withModel(folder, {}, (model, warnings) => {
          assert.deepEqual(model.config.id2label, labels);
          assert.equal(model.config.numLabels, 5);
          assert.equal(warnings.length, warning ? 1 : 0, warnings.join('\n'));
          if (warning) assert.match(warnings[0], warning);
          assertSameModel(model);
        });
      });
    });
  }
});

describe('null', () => {
  it('stands for the default in each option of fromPretrained, as None does in Python', async () => {
    const options = [
      'numLabels',
      'id2label',
      'label2id',
      'ignoreMismatchedSizes',
      'seed',
      'revision',
      'hubUrl',
      'accessToken',
    ];
    for (const names of [...options.map((name) => [name]), options]) {
      const given = Object.fromEntries(names.map((name) => [name, null]));
      await withModel(saved('classifier'), given, (model, warnings) => {
        assert.deepEqual(warnings, []);
        assert.equal(model.config.id2label[1], 'jazz');
        assertSameModel(model);
      });
    }
    const model = await load(saved('classifier'), null as unknown as Options);
    model.train({ seed: null }).eval();
    assert.equal(model.numParameters({ onlyTrainable: null }), model.numParameters());
    const asked = { outputHiddenStates: null, outputAttentions: null };
    const output = tf.tidy(() => Object.keys(model.forward(inputOf(group.runs.single), asked)));
    assert.deepEqual(output, ['logits']);
    model.dispose();
  });

  it('is refused in a file for a field that the model needs, as in Transformers', async () => {
    const { problemType: _, ...needed } = DEFAULTS;
    for (const field of Object.keys(needed).map(snakeCase)) {
      await inTemporaryFolder(async (folder) => {
        await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...group.config, [field]: null }));
        await assert.rejects(load(folder), failure(CheckpointError, `config.json: ${field} is null; `));
      });
    }
  });
});

describe('A folder that is no checkpoint of this family is refused', () => {
  const refused: Record<string, [Configuration, ...(RegExp | string)[]]> = {
    'another model_type': [{ model_type: 'bert' }, 'model_type', 'bert', 'hubert'],
    'no model_type': [{ model_type: undefined }, 'model_type', 'hubert'],
    'an unknown hidden_act': [{ hidden_act: 'swish' }, 'hidden_act', 'swish', 'gelu'],
    'an unknown feat_extract_activation': [{ feat_extract_activation: 7 }, 'feat_extract_activation', '7'],
    'an unknown feat_extract_norm': [{ feat_extract_norm: 'batch' }, 'feat_extract_norm', 'batch', 'group', 'layer'],
    'hidden_size that the heads do not divide': [
      { num_attention_heads: 3 },
      'hidden_size',
      '16',
      'num_attention_heads',
    ],
    'hidden_size that the groups do not divide': [
      { num_conv_pos_embedding_groups: 5 },
      'hidden_size',
      'num_conv_pos_embedding_groups',
    ],
    'convolution lists of different lengths': [{ conv_kernel: [10, 3] }, 'conv_dim', 'conv_kernel', 'conv_stride'],
    'a stride of 0': [{ conv_stride: [5, 2, 2, 0, 2, 2, 2] }, 'conv_stride'],
    'channels that are no list': [{ conv_dim: 8 }, 'conv_dim', '8'],
    'no convolutions': [{ conv_dim: [], conv_kernel: [], conv_stride: [] }, 'conv_dim'],
    'a negative hidden_size': [{ hidden_size: -16 }, 'hidden_size', '-16'],
    'no layers': [{ num_hidden_layers: 0 }, 'num_hidden_layers', '0'],
    'half a layer': [{ num_hidden_layers: 1.5 }, 'num_hidden_layers', '1.5'],
    'a size in words': [{ intermediate_size: 'large' }, 'intermediate_size', 'large'],
    'a positional kernel of 0': [{ num_conv_pos_embeddings: 0 }, 'num_conv_pos_embeddings'],
    'a negative dropout': [{ hidden_dropout: -0.1 }, 'hidden_dropout', '-0.1'],
    'a layerdrop above 1': [{ layerdrop: 1.5 }, 'layerdrop', '1.5'],
    'a mask probability in words': [{ mask_time_prob: 'often' }, 'mask_time_prob', 'often'],
    'a mask length of 0': [{ mask_time_length: 0 }, 'mask_time_length', '0'],
    'a negative number of masks': [{ mask_time_min_masks: -1 }, 'mask_time_min_masks', '-1'],
    'a negative layer_norm_eps': [{ layer_norm_eps: -1e-5 }, 'layer_norm_eps'],
    'a negative initializer_range': [{ initializer_range: -0.02 }, 'initializer_range', '-0.02'],
    'id2label with a gap': [{ id2label: { 0: 'a', 2: 'b' } }, 'id2label'],
    adapters: [{ add_adapter: true }, 'add_adapter', /not supported/],
    'adapters in the attention': [
      { adapter_attn_dim: 16, do_stable_layer_norm: true },
      'adapter_attn_dim',
      /not supported/,
    ],
  };
  for (const [given, [config, ...patterns]] of Object.entries(refused)) {
    for (const modelType of ['hubert', 'wav2vec2']) {
      it(`${given}, ${modelType}`, async () => {
        await inTemporaryFolder(async (folder) => {
          const { config: base, tensors } = modelType === 'hubert' ? group : forward.cases.wav2vec2;
          await writeCheckpoint(folder, { config: { ...base, ...config }, tensors });
          const error = failure(CheckpointError, path.join(folder, 'config.json'), ...patterns);
          await assert.rejects(load(folder), error);
          await assert.rejects(AutoModel.fromPretrained(folder), error);
        });
      });
    }
  }

  it('the model is of the other family than the class', async () => {
    await assert.rejects(
      Wav2Vec2Model.fromPretrained(saved('base')),
      failure(CheckpointError, saved('base'), 'hubert'),
    );
  });

  it('config.json is missing', async () => {
    await inTemporaryFolder(async (folder) => {
      await copyFile(saved('classifier', 'model.safetensors'), path.join(folder, 'model.safetensors'));
      await assert.rejects(load(folder), failure(CheckpointError, folder, 'config.json'));
    });
  });

  for (const [what, text] of Object.entries({
    'cut off': '{"model_type": "hub',
    'a list': '[]',
    empty: '',
    null: 'null',
  })) {
    it(`config.json is ${what}`, async () => {
      await inTemporaryFolder(async (folder) => {
        await writeFile(path.join(folder, 'config.json'), text);
        await assert.rejects(load(folder), failure(CheckpointError, path.join(folder, 'config.json'), 'JSON'));
      });
    });
  }

  it('the weights are missing', async () => {
    await inTemporaryFolder(async (folder) => {
      await copyFile(saved('classifier', 'config.json'), path.join(folder, 'config.json'));
      await assert.rejects(load(folder), failure(CheckpointError, folder, 'model.safetensors', 'pytorch_model.bin'));
    });
  });

  it('the weights are cut off', async () => {
    await inTemporaryFolder(async (folder) => {
      await copyFile(saved('classifier', 'config.json'), path.join(folder, 'config.json'));
      const whole = await readFile(saved('classifier', 'model.safetensors'));
      await writeFile(path.join(folder, 'model.safetensors'), whole.subarray(0, 20000));
      const count = tf.memory().numTensors;
      await assert.rejects(load(folder), failure(CheckpointError, path.join(folder, 'model.safetensors')));
      assert.equal(tf.memory().numTensors, count);
    });
  });
});

describe('savePretrained', () => {
  const classes = { HubertForSequenceClassification: 'group', Wav2Vec2ForSequenceClassification: 'wav2vec2-stable' };

  it('writes the tensors that Transformers writes: names, types, shapes, values and metadata', async () => {
    await withModel(saved('classifier'), {}, async (model) => {
      await inTemporaryFolder(async (folder) => {
        await model.savePretrained(folder);
        const [written, original] = await Promise.all(
          [folder, saved('classifier')].map((at) => openCheckpoint(path.join(at, 'model.safetensors'))),
        );
        assert.deepEqual(written.metadata, original.metadata);
        assert.deepEqual([...written.tensors.keys()].sort(), [...original.tensors.keys()].sort());
        for (const [name, { dtype, shape }] of original.tensors) {
          assert.equal(written.tensors.get(name)!.dtype, dtype, name);
          assert.deepEqual(written.tensors.get(name)!.shape, shape, name);
          assert.deepEqual(written.float32(name), original.float32(name), name);
        }
        written.close();
        original.close();
      });
    });
  });

  it('writes the configuration that Transformers writes, its version apart', async () => {
    await withModel(saved('classifier'), {}, async (model) => {
      await inTemporaryFolder(async (folder) => {
        await model.savePretrained(folder);
        const read = async (at: string): Promise<Configuration> =>
          JSON.parse(await readFile(path.join(at, 'config.json'), 'utf8'));
        const [written, original] = await Promise.all([folder, saved('classifier')].map(read));
        for (const [key, value] of Object.entries(original)) {
          if (['transformers_version', 'num_feat_extract_layers'].includes(key)) continue;
          assert.deepEqual(written[key], value, key);
        }
        assert.deepEqual((await readdir(folder)).sort(), ['config.json', 'model.safetensors']);
      });
    });
  });

  for (const name of Object.keys(forward.cases)) {
    it(`${name}: the model that is loaded again has equal logits`, async () => {
      const plan = forward.cases[name];
      const model = await classifierOf(plan);
      await inTemporaryFolder(async (parent) => {
        const folder = path.join(parent, 'a', 'new', 'folder');
        await model.savePretrained(folder);
        await withModel(folder, {}, (again, warnings) => {
          assert.deepEqual(warnings, []);
          assert.equal(again.constructor, model.constructor);
          assert.deepEqual(again.config.id2label, model.config.id2label);
          assert.deepEqual(logitsOf(again), logitsOf(model));
        });
      });
      model.dispose();
    });
  }

  for (const [architecture, name] of Object.entries(classes)) {
    it(`names ${architecture} as the architecture`, async () => {
      const model = await classifierOf(forward.cases[name]);
      await inTemporaryFolder(async (folder) => {
        await model.savePretrained(folder);
        const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
        assert.deepEqual(config.architectures, [architecture]);
        assert.equal(config.model_type, forward.cases[name].config.model_type);
      });
      model.dispose();
    });
  }

  it('keeps new labels, and what the model does not use of the configuration', async () => {
    const id2label = { 0: 'ロック', 1: 'ジャズ', 2: 'pop', 3: 'soul', 4: 'folk' };
    await withModel(saved('base'), { id2label }, async (model) => {
      await inTemporaryFolder(async (folder) => {
        await model.savePretrained(folder);
        const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
        assert.deepEqual(config.id2label, id2label);
        assert.equal(config.label2id.ジャズ, 1);
        assert.equal(config.tokenizer_class, 'Wav2Vec2CTCTokenizer');
        assert.equal(config.vocab_size, 32);
      });
    });
  });

  it("saves a base model that was loaded from an older checkpoint under today's names", async () => {
    const model = await HubertModel.fromPretrained(saved('base'));
    await inTemporaryFolder(async (folder) => {
      await model.savePretrained(folder);
      const checkpoint = await openCheckpoint(path.join(folder, 'model.safetensors'));
      const names = Object.keys(group.tensors).filter((name) => !HEAD.includes(name));
      assert.deepEqual([...checkpoint.tensors.keys()].sort(), names.map(withoutPrefix).sort());
      checkpoint.close();
      const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
      assert.deepEqual(config.architectures, ['HubertModel']);
    });
    model.dispose();
  });

  it('overwrites a model that is there', async () => {
    await inTemporaryFolder(async (folder) => {
      await withModel(saved('base'), { numLabels: 9 }, (model) => model.savePretrained(folder));
      await withModel(saved('classifier'), {}, (model) => model.savePretrained(folder));
      await withModel(folder, {}, (model, warnings) => {
        assert.deepEqual(warnings, []);
        assertSameModel(model);
      });
    });
  });

  it('fails where a file is in the way, and leaves that as it is', async () => {
    await withModel(saved('classifier'), {}, async (model) => {
      await inTemporaryFolder(async (folder) => {
        const file = path.join(folder, 'taken');
        await writeFile(file, 'text');
        await assert.rejects(async () => model.savePretrained(file));
        assert.equal(await readFile(file, 'utf8'), 'text');
        assert.deepEqual(await readdir(folder), ['taken']);
        await mkdir(path.join(folder, 'half', 'model.safetensors'), { recursive: true });
        await assert.rejects(async () => model.savePretrained(path.join(folder, 'half')));
        const rest = await readdir(path.join(folder, 'half'));
        assert.deepEqual(
          rest.filter((name) => !['config.json', 'model.safetensors'].includes(name)),
          [],
        );
      });
    });
  });
});
