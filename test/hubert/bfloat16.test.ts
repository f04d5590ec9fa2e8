import { ok, rejects, throws } from 'node:assert/strict';
import { AutoModelForAudioClassification, type HubertForSequenceClassification, ParameterError, tf } from 'onpa';
import { hasBfloat16 } from 'onpa/dist/tensor/bfloat16.js';
import { fixture } from '../fixtures.js';
import { settledTensors } from '../settled-tensors.js';
import { classifierOf, forward, inputOf, inTemporaryFolder, writeCheckpoint } from './models.js';

/** How far bfloat16 is from float32 in PyTorch: roots of mean squares, by model, run and result. */
const reference = fixture<never>('hubert/bfloat16').cases as unknown as {
  forward: Record<string, Record<string, { logits: number; hiddenStates: number }>>;
  /** Of plain gradient descent: what float32 gives, and how far bfloat16 is from it. */
  training: Record<string, { gradients: number; losses: number[]; lossError: number }>;
};
const cases = reference.forward;

/** In errors of PyTorch's bfloat16: a run has few numbers, and where a convolution is a sum of products each is rounded. */
const ALLOWED = 2.5;

interface Found {
  logits: ArrayLike<number>;
  hiddenStates: ArrayLike<number>;
}

function found(model: HubertForSequenceClassification, run: string, name = 'group'): Found {
  return tf.tidy(() => {
    const output = model.forward(inputOf(forward.cases[name].runs[run]), { outputHiddenStates: true });
    return { logits: output.logits.dataSync(), hiddenStates: tf.stack(output.hiddenStates!).dataSync() };
  });
}

/** As the reference script has it. */
const RATE = 0.002;

/** A step of plain gradient descent: the loss, and all gradients in one row. */
function step(model: HubertForSequenceClassification): { loss: number; gradients: Float32Array } {
  return tf.tidy(() => {
    const input = { ...inputOf(forward.cases.group.runs['batch-masked']), labels: [3, 0, 4] };
    const { loss, gradients } = model.lossAndGradients(input);
    const rows = Object.entries(gradients).map(([name, gradient]) => {
      const parameter = model.parameters.get(name)!;
      parameter.assign(tf.sub(parameter, tf.mul(gradient, RATE)));
      return tf.reshape(gradient, [-1]) as tf.Tensor1D;
    });
    return { loss: loss.dataSync()[0], gradients: tf.concat(rows).dataSync() as Float32Array };
  });
}

const length = (x: Float32Array): number => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

const squares = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a, (x, i) => (x - b[i]) ** 2).reduce((sum, x) => sum + x, 0) / a.length;

describe('A model in bfloat16', () => {
  for (const name of hasBfloat16() ? Object.keys(cases) : []) {
    it(`is as far from float32 as PyTorch's is, ${name}`, async () => {
      const model = await classifierOf(forward.cases[name]);
      const error = { logits: 0, hiddenStates: 0 };
      const expected = { logits: 0, hiddenStates: 0 };
      for (const [run, torch] of Object.entries(cases[name])) {
        model.dtype = 'float32';
        const exact = found(model, run, name);
        model.dtype = 'bfloat16';
        const rounded = found(model, run, name);
        for (const key of ['logits', 'hiddenStates'] as const) {
          error[key] += squares(rounded[key], exact[key]);
          expected[key] += torch[key] ** 2;
        }
      }
      for (const key of ['logits', 'hiddenStates'] as const) {
        const ratio = Math.sqrt(error[key] / expected[key]);
        ok(ratio < ALLOWED && ratio > 0.1, `${key}: ${ratio} of PyTorch's error`);
      }
      model.dispose();
    });
  }

  for (const name of hasBfloat16() ? Object.keys(reference.training) : []) {
    it(`learns as in float32, as near as PyTorch's does, ${name}`, async () => {
      const torch = reference.training[name];
      const [exact, rounded] = [await classifierOf(forward.cases[name]), await classifierOf(forward.cases[name])];
      rounded.dtype = 'bfloat16';
      const before = await settledTensors();
      const [one, other] = [step(exact), step(rounded)];
      const apart = Math.sqrt(one.gradients.reduce((sum, x, i) => sum + (x - other.gradients[i]) ** 2, 0));
      const ratio = apart / length(one.gradients) / torch.gradients;
      ok(ratio < ALLOWED && ratio > 0.1, `gradients: ${ratio} of PyTorch's error`);
      const losses = [other.loss, ...torch.losses.slice(1).map(() => step(rounded).loss)];
      const error = Math.max(...losses.map((loss, i) => Math.abs(loss - torch.losses[i])));
      ok(error < 2 * torch.lossError, `losses: ${error}, in PyTorch ${torch.lossError}`);
      ok(tf.memory().numTensors === before, `${tf.memory().numTensors - before} tensors`);
      for (const model of [exact, rounded]) model.dispose();
    });
  }

  if (hasBfloat16()) {
    it('is loaded so, and goes back to the numbers of float32', async () => {
      await inTemporaryFolder(async (folder) => {
        await writeCheckpoint(folder, forward.cases.group);
        const [plain, model] = [
          await AutoModelForAudioClassification.fromPretrained(folder),
          await AutoModelForAudioClassification.fromPretrained(folder, { dtype: 'bfloat16' }),
        ];
        const exact = found(plain, 'batch-masked').logits;
        ok(squares(found(model, 'batch-masked').logits, exact) > 0);
        model.dtype = 'float32';
        ok(squares(found(model, 'batch-masked').logits, exact) === 0);
        for (const one of [plain, model]) one.dispose();
      });
    });
  } else {
    it('is refused where the processor has none', async () => {
      const model = await classifierOf(forward.cases.group);
      throws(
        () => {
          model.dtype = 'bfloat16';
        },
        isRefusal(/AVX512_BF16/),
      );
      model.dispose();
      await rejects(
        AutoModelForAudioClassification.fromPretrained('build/nowhere', { dtype: 'bfloat16' }),
        isRefusal(/AVX512_BF16/),
      );
    });
  }

  it('is asked for by its name, and no other precision is', async () => {
    const model = await classifierOf(forward.cases.group);
    for (const dtype of ['float16', 'bf16', '', null] as unknown as 'float32'[]) {
      throws(
        () => {
          model.dtype = dtype;
        },
        isRefusal(/dtype is .*float32, bfloat16/),
      );
    }
    model.dispose();
    const options = { dtype: 'float16' as 'float32' };
    await inTemporaryFolder(async (folder) => {
      await writeCheckpoint(folder, forward.cases.group);
      await rejects(AutoModelForAudioClassification.fromPretrained(folder, options), isRefusal(/dtype is 'float16'/));
    });
  });
});

const isRefusal =
  (message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof ParameterError && message.test(error.message);

describe('Weights that graphs keep', () => {
  const precisions = hasBfloat16() ? (['float32', 'bfloat16'] as const) : (['float32'] as const);
  for (const dtype of precisions) {
    it(`follow the parameters in ${dtype}`, async () => {
      const model = await classifierOf(forward.cases.group);
      model.dtype = dtype;
      let before = found(model, 'single').logits;
      for (const [name, variable] of model.parameters) {
        // One kernel of each graph.
        if (!/conv_layers\.[36]\.conv\.weight|pos_conv.*original0|layers\.1\.feed.*intermediate.*weight/.test(name))
          continue;
        const changed = tf.tidy(() => tf.mul(variable, 1.5));
        variable.assign(changed);
        changed.dispose();
        const after = found(model, 'single').logits;
        ok(squares(after, before) > 0, `${name} changes nothing`);
        const other = await classifierOf(forward.cases.group);
        other.dtype = dtype;
        for (const [own, value] of model.parameters) other.parameters.get(own)!.assign(value);
        ok(squares(after, found(other, 'single').logits) === 0, `${name}: a fresh model gives something else`);
        other.dispose();
        before = after;
      }
      model.dispose();
    });

    it(`leave no tensors behind in ${dtype}`, async () => {
      const model = await classifierOf(forward.cases['distil-like']);
      model.dtype = dtype;
      const before = await settledTensors();
      found(model, 'batch-masked', 'distil-like');
      ok(tf.memory().numTensors === before, `${tf.memory().numTensors - before} tensors`);
      model.dispose();
    });
  }

  it('are freed with the model', async () => {
    const graphs = () => (tf.backend() as unknown as { getNumOfSavedModels(): number }).getNumOfSavedModels();
    const first = await classifierOf(forward.cases.group);
    found(first, 'single');
    first.dispose();
    const before = graphs();
    const model = await classifierOf(forward.cases.group);
    found(model, 'single');
    ok(graphs() > before);
    model.dispose();
    ok(graphs() === before);
  });
});
