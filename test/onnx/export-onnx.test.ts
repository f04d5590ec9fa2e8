import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { HubertForPreTraining, type HubertForSequenceClassification, type OnnxDtype, ParameterError, tf } from 'onpa';
import { requireRoom } from 'onpa/dist/onnx/encode.js';
import { fixture } from '../fixtures.js';
import {
  baseOf,
  classifierOf,
  forward,
  inputOf,
  inTemporaryFolder,
  type ModelCase,
  type Run,
} from '../hubert/models.js';
import { settledTensors } from '../settled-tensors.js';
import { type OnnxModel, withOnnx } from './run-onnx.js';

/** The largest difference that ONNX Runtime's numbers may have from onpa's. */
const CLOSE = 1e-5;

const difference = (one: ArrayLike<number>, other: ArrayLike<number>): number => {
  equal(one.length, other.length);
  return Array.from(one).reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);
};

const logitsOf = (model: HubertForSequenceClassification, run: Run): Float32Array =>
  tf.tidy(() => model.forward(inputOf(run)).logits.dataSync() as Float32Array);

/** How far the logits of ONNX Runtime are from onpa's, over several batches. */
async function farthest(model: HubertForSequenceClassification, onnx: OnnxModel, runs: Run[]): Promise<number> {
  let most = 0;
  for (const run of runs) {
    const { data } = await onnx.run(inputOf(run));
    most = Math.max(most, difference(data, logitsOf(model, run)));
  }
  return most;
}

describe('exportOnnx', () => {
  for (const [name, plan] of Object.entries(forward.cases)) {
    it(`${name}: ONNX Runtime gives the logits of onpa, of a clip, of a batch, and with a mask`, async () => {
      const model = await classifierOf(plan);
      await inTemporaryFolder(async (folder) => {
        const file = path.join(folder, 'made', 'model.onnx');
        await model.exportOnnx(file);
        await withOnnx(file, async (onnx) => {
          deepEqual(onnx.session.inputNames, ['input_values', 'attention_mask']);
          const { dims } = await onnx.run(inputOf(plan.runs.batch));
          deepEqual([(await onnx.run(inputOf(plan.runs.single))).name, ...dims], ['logits', 3, model.config.numLabels]);
          const off = await farthest(model, onnx, Object.values(plan.runs));
          ok(off <= CLOSE, `off by ${off}`);
        });
      });
      model.dispose();
    });

    it(`${name}: without a head it gives the frames of onpa`, async () => {
      const model = await baseOf(plan);
      await inTemporaryFolder(async (folder) => {
        const file = path.join(folder, 'model.onnx');
        await model.exportOnnx(file, { opset: 20 });
        const run = plan.runs['batch-masked'];
        const [expected, shape] = tf.tidy(() => {
          const { lastHiddenState } = model.forward(inputOf(run));
          return [lastHiddenState.dataSync() as Float32Array, lastHiddenState.shape] as const;
        });
        await withOnnx(file, async (onnx) => {
          const { name: output, data, dims } = await onnx.run(inputOf(run));
          deepEqual([output, ...dims], ['last_hidden_state', ...shape]);
          const off = difference(data, expected);
          ok(off <= 1e-4, `off by ${off}`);
        });
      });
      model.dispose();
    });
  }

  it('takes a batch of a fraction of a second, one and five', async () => {
    const model = await classifierOf(forward.cases.group);
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'model.onnx');
      await model.exportOnnx(file);
      const run = { lengths: [16000, 16000 * 5, 1234], mask: true };
      const off = await withOnnx(file, (onnx) => farthest(model, onnx, [run]));
      ok(off <= CLOSE, `off by ${off}`);
    });
    model.dispose();
  });

  const OPSETS = { gelu: [17, 18, 20, 25], gelu_new: [17, 20], relu: [17] };
  for (const [activation, opsets] of Object.entries(OPSETS)) {
    it(`${activation}: is the same in the operators of version ${opsets.join(', ')}`, async () => {
      const { config, ...plan } = forward.cases.group;
      const changed = { ...config, hidden_act: activation, feat_extract_activation: activation };
      const model = await classifierOf({ ...plan, config: changed });
      await inTemporaryFolder(async (folder) => {
        for (const opset of opsets) {
          const file = path.join(folder, `${opset}.onnx`);
          await model.exportOnnx(file, { opset, attentionMask: false });
          await withOnnx(file, async (onnx) => {
            deepEqual(onnx.session.inputNames, ['input_values']);
            const off = await farthest(model, onnx, [plan.runs.single]);
            ok(off <= CLOSE, `version ${opset}: off by ${off}`);
          });
        }
      });
      model.dispose();
    });
  }

  describe("of DistilHuBERT's size, on a second:", () => {
    let model: HubertForSequenceClassification;
    before(async () => {
      model = await classifierOf(fixture<ModelCase>('hubert/distilhubert').cases.distilhubert);
    });
    after(() => model.dispose());

    /** Bytes of the file for each parameter, and how far its logits may be off. */
    const LIMITS: Record<OnnxDtype, { bytes: number; off: number }> = {
      float32: { bytes: 4.02, off: CLOSE },
      float16: { bytes: 2.02, off: 0.01 },
      int8: { bytes: 1.1, off: 0.1 },
    };
    for (const [dtype, limits] of Object.entries(LIMITS)) {
      it(`${dtype} takes ${limits.bytes} bytes for a parameter at most, and is off by ${limits.off} at most`, async () => {
        await inTemporaryFolder(async (folder) => {
          const file = path.join(folder, 'model.onnx');
          await model.exportOnnx(file, { dtype: dtype as OnnxDtype });
          const bytes = (await stat(file)).size / model.numParameters();
          const off = await withOnnx(file, (onnx) => farthest(model, onnx, [{ lengths: [16000], mask: false }]));
          ok(bytes <= limits.bytes && off <= limits.off, `${bytes} bytes, off by ${off}`);
        });
      });
    }
  });

  it('leaves no tensors behind, and writes the same file again', async () => {
    const model = await classifierOf(forward.cases.group);
    await inTemporaryFolder(async (folder) => {
      const before = await settledTensors();
      const files = ['one.onnx', 'two.onnx'].map((name) => path.join(folder, name));
      for (const file of files) await model.exportOnnx(file);
      equal(tf.memory().numTensors, before);
      deepEqual(await readFile(files[0]), await readFile(files[1]));
      ok((await readFile(files[0])).includes('hubert.encoder.layers.0.attention.q_proj.weight'));
    });
    model.dispose();
  });

  describe('refuses, before it writes anything,', () => {
    const refused = async (work: (folder: string) => Promise<void>, words: RegExp): Promise<void> => {
      await inTemporaryFolder(async (folder) => {
        await writeFile(path.join(folder, 'model.onnx'), 'before');
        await rejects(work(folder), (error: Error) => error instanceof ParameterError && words.test(error.message));
        deepEqual(await readdir(folder), ['model.onnx']);
        equal(await readFile(path.join(folder, 'model.onnx'), 'utf8'), 'before');
      });
    };
    let model: HubertForSequenceClassification;
    before(async () => {
      model = await classifierOf(forward.cases.group);
    });
    after(() => model.dispose());
    const file = (folder: string) => path.join(folder, 'model.onnx');

    it('versions of the operators that have not all of them', async () => {
      for (const opset of [16, 26, 17.5, Number.NaN]) {
        await refused((folder) => model.exportOnnx(file(folder), { opset }), /opset/);
      }
    });

    it('unknown dtypes and options that are no choice', async () => {
      await refused(
        (folder) => model.exportOnnx(file(folder), { dtype: 'int4' as 'int8' }),
        /dtype is 'int4'.*float16/,
      );
      const attentionMask = 'yes' as unknown as boolean;
      await refused((folder) => model.exportOnnx(file(folder), { attentionMask }), /attentionMask/);
    });

    it('a folder in place of a file, and no path', async () => {
      await refused((folder) => model.exportOnnx(folder), /a folder/);
      await refused(() => model.exportOnnx(''), /path of a file/);
    });

    it('a model that has been disposed', async () => {
      const gone = await classifierOf(forward.cases.group);
      gone.dispose();
      await refused((folder) => gone.exportOnnx(file(folder)), /disposed/);
    });

    it('a model of a kind that has no graph', async () => {
      const pretraining = HubertForPreTraining.fromConfig(model.config, { numClasses: [4] });
      await refused((folder) => pretraining.exportOnnx(file(folder)), /HubertForPreTraining cannot be exported/);
      pretraining.dispose();
    });

    it('a model of more than 2 GB', () => {
      requireRoom(2 ** 31 - 1);
      let message = '';
      try {
        requireRoom(4 * 600e6);
      } catch (error) {
        message = (error as Error).message;
      }
      ok(/2\.4 GB of weights.*float16/.test(message), message);
    });
  });

  it('makes the folder, and replaces a file at once', async () => {
    const model = await classifierOf(forward.cases.group);
    await inTemporaryFolder(async (folder) => {
      await mkdir(path.join(folder, 'onnx'));
      const file = path.join(folder, 'onnx', 'model.onnx');
      await writeFile(file, 'before');
      await model.exportOnnx(file);
      deepEqual(await readdir(path.join(folder, 'onnx')), ['model.onnx']);
      ok((await readFile(file)).length > 1000);
    });
    model.dispose();
  });
});
