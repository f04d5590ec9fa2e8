import assert from 'node:assert/strict';
import { AutoModel, HubertForPreTraining, type ModelConfig, ParameterError, type PretrainingOptions, tf } from 'onpa';
import { quietly } from '../hubert/warnings.js';

/** Throws unless `work` fails with a ParameterError whose message has all of these. */
function refuses(work: () => unknown, ...parts: string[]): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof ParameterError, String(error));
    for (const part of parts) assert.ok(error.message.includes(part), `${error.message}\nlacks ${part}`);
    return true;
  });
}

describe('Pre-training refuses', () => {
  let config: ModelConfig;
  let model: HubertForPreTraining;
  const inputValues = [0, 1].map((row) => Float32Array.from({ length: 16000 }, (_, t) => Math.sin(t / (row + 9))));
  const labels = (length: number, label = 3) => new Int32Array(length).fill(label);
  before(async () => {
    const base = await AutoModel.fromPretrained('onpa:models/mini-hubert');
    config = base.config;
    base.dispose();
    model = HubertForPreTraining.fromConfig(config, { numClasses: [7], finalDim: 8, seed: 1 });
  });
  after(() => model.dispose());

  it('labels that are too few or too many for the frames, and names the row', () => {
    const good = labels(49);
    refuses(() => model.forward({ inputValues, frameLabels: [good, labels(50)] }), 'frameLabels[1]', '50 labels', '49');
    refuses(() => model.forward({ inputValues, frameLabels: [labels(40), labels(40)] }), 'frameLabels[0]', '40', '49');
    refuses(() => model.forward({ inputValues, frameLabels: [good] }), '1 entries for 2 rows');
    const attentionMask = [16000, 8000].map((sound) => new Int32Array(16000).fill(1, 0, sound));
    refuses(
      () => model.forward({ inputValues, attentionMask, frameLabels: [good, labels(23)] }),
      'frameLabels[1]',
      '24 to 49',
    );
    tf.dispose(model.forward({ inputValues, attentionMask, frameLabels: [good, labels(24)] }));
    tf.dispose(model.forward({ inputValues, frameLabels: [good, labels(24)] }));
  });

  it('a cluster that the model does not have, and another number of sets', () => {
    const odd = labels(49);
    odd[5] = 7;
    refuses(() => model.forward({ inputValues, frameLabels: [labels(49), odd] }), 'frameLabels[1]', '7 at 5', '0 to 6');
    refuses(
      () => model.forward({ inputValues, frameLabels: [labels(49), [labels(49), labels(49)]] }),
      'frameLabels[1]',
      '2 sets',
      'the model has 1',
    );
  });

  it('a step without labels, and masks of another shape', () => {
    refuses(() => model.lossAndGradients({ inputValues }), 'no frameLabels');
    refuses(() => model.forward({ inputValues, maskTimeIndices: [[true], [true]] }), 'maskTimeIndices', '49');
  });

  const options: [PretrainingOptions, string][] = [
    [{}, 'numClasses'],
    [{ numClasses: [0] }, 'numClasses[0]'],
    [{ numClasses: [7], maskProb: 0 }, 'maskProb'],
    [{ numClasses: [7], logitTemp: 0 }, 'logitTemp'],
    [{ numClasses: [7], featureGradMult: 2 }, 'featureGradMult'],
    [{ numClasses: [7], labelRate: 25 }, 'labelRate'],
    [{ numClasses: [7], lossWeights: [1, 2] }, 'lossWeights'],
    [{ numClasses: [7], skipMasked: true }, 'predMaskedWeight'],
    [{ numClasses: [7], predMaskedWeight: 0 }, 'predNomaskWeight'],
    [{ numClasses: [7], ['mask_prob' as 'maskProb']: 0.5 }, 'maskProb'],
  ];
  for (const [chosen, name] of options) {
    it(`${JSON.stringify(chosen)}, and names ${name}`, () => {
      refuses(() => HubertForPreTraining.fromConfig(config, chosen), name);
    });
  }

  it('a configuration of wav2vec 2.0, and one that says nothing of pre-training', () => {
    refuses(
      () => HubertForPreTraining.fromConfig({ ...config, modelType: 'wav2vec2' }, { numClasses: [7] }),
      'wav2vec2',
    );
    refuses(() => new HubertForPreTraining(config), 'numClasses');
  });

  it('nothing of a frame whose label is −100: it does not count', () => {
    const some = labels(49);
    some.fill(-100, 10);
    const masks = [0, 1].map(() => Array.from({ length: 49 }, (_, t) => t % 2 === 0));
    const loss = (second: Int32Array, ...more: Int32Array[]) => {
      const frameLabels = [labels(49), second, ...more];
      const output = model.forward({ inputValues, frameLabels, maskTimeIndices: masks });
      const [value] = output.loss!.dataSync();
      tf.dispose(output);
      return value;
    };
    const all = some.map((label) => (label < 0 ? 5 : label));
    assert.notEqual(loss(some), loss(all));
    assert.ok(Number.isFinite(loss(labels(49, -100))));
  });

  it('no checkpoint without clusters: with numClasses they are random, and the encoder is the checkpoint’s', async () => {
    const made = await quietly(() =>
      HubertForPreTraining.fromPretrained('onpa:models/mini-hubert', { numClasses: [50, 9], finalDim: 16, seed: 2 }),
    );
    assert.deepEqual(made.parameters.get('label_embs_concat')!.shape, [59, 16]);
    assert.deepEqual(made.parameters.get('final_proj.weight')!.shape, [32, 128]);
    const base = await AutoModel.fromPretrained('onpa:models/mini-hubert');
    const name = 'encoder.layers.0.attention.q_proj.weight';
    assert.deepEqual(made.parameters.get(`hubert.${name}`)!.dataSync(), base.parameters.get(name)!.dataSync());
    base.dispose();
    made.dispose();
  });
});
