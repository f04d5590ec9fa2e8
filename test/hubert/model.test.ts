import assert from 'node:assert/strict';
import {
  type HubertForSequenceClassification,
  type HubertModel,
  ParameterError,
  tf,
  Wav2Vec2ForSequenceClassification,
} from 'onpa';
import { seededAudio, seededWeights } from 'onpa/dist/doctor/seeded-weights.js';
import { fixture } from '../fixtures.js';
import {
  baseOf,
  classifierOf,
  distance,
  forward,
  inputOf,
  type ModelCase,
  planOf,
  type Run,
  type Variation,
} from './models.js';

/** Allowed distances, absolute or relative to the largest value, whichever is stricter: see {@link distance}. */
const TOLERANCE = { logits: 1e-5, hiddenStates: 1e-4, attentions: 1e-4, lastHiddenState: 1e-4, extractFeatures: 1e-4 };

/** Loads a model once for the tests of a suite, and frees it afterwards. */
function inSuite<M extends { dispose(): void }>(load: () => Promise<M>): () => M {
  let model: M;
  before(async () => {
    model = await load();
  });
  after(() => model.dispose());
  return () => model;
}

/** Some entries along each axis: all, every nth, or those of a list. */
function sampled(tensor: tf.Tensor, axes: ('all' | number | ArrayLike<number>)[]): ArrayLike<number> {
  return tf.tidy(() => {
    let part = tensor;
    axes.forEach((taken, axis) => {
      if (taken === 'all') return;
      const size = tensor.shape[axis];
      const indices =
        typeof taken === 'number' ? Array.from({ length: Math.ceil(size / taken) }, (_, i) => i * taken) : taken;
      part = tf.gather(part, tf.tensor1d(Array.from(indices), 'int32'), axis);
    });
    return part.dataSync();
  });
}

/** The distance of each result from the reference. */
function distances(
  classifier: HubertForSequenceClassification,
  base: HubertModel,
  run: Run & { peaks: Record<string, number> },
  reference: ReturnType<typeof fixture<never>>,
  name: string,
  { channels, heads }: { channels: number; heads: number },
): Record<keyof typeof TOLERANCE, number> {
  const input = inputOf(run);
  const all = { outputHiddenStates: true, outputAttentions: true };
  return tf.tidy(() => {
    const { logits, hiddenStates, attentions } = classifier.forward(input, all);
    const { lastHiddenState, extractFeatures } = base.forward(input);
    const frames = reference.tensor(`${name}/frames`, 'I32').data;
    const off = (key: keyof typeof TOLERANCE, values: ArrayLike<number>) =>
      distance(values, reference.tensor(`${name}/${key}`, 'F32').data, run.peaks[key]);
    const states = (tensor: tf.Tensor) => sampled(tensor, ['all', frames, channels]);
    return {
      logits: off('logits', logits.dataSync()),
      hiddenStates: off('hiddenStates', sampled(tf.stack(hiddenStates!), ['all', 'all', frames, channels])),
      attentions: off('attentions', sampled(tf.stack(attentions!), ['all', 'all', heads, frames, frames])),
      lastHiddenState: off('lastHiddenState', states(lastHiddenState)),
      extractFeatures: off('extractFeatures', states(extractFeatures)),
    };
  });
}

function assertWithin(found: Record<keyof typeof TOLERANCE, number>): void {
  for (const [key, value] of Object.entries(found)) {
    assert.ok(value <= TOLERANCE[key as keyof typeof TOLERANCE], `${key} is off by ${value}`);
  }
}

const RUNS: Record<string, string> = {
  single: 'one clip',
  'single-padded': 'one padded clip with a mask',
  batch: 'a batch of three lengths',
  'batch-masked': 'a batch of three lengths with a mask',
};

describe('Seeded weights', () => {
  for (const [name, { shape, first, sum }] of Object.entries(
    fixture<{ shape: number[]; first: number[]; sum: number }>('hubert/seeds').cases,
  )) {
    it(`${name}: the same float32 numbers as in Python`, () => {
      const row = /^audio (\d)/.exec(name)?.[1];
      const values = row ? seededAudio(Number(row), shape[0]) : seededWeights(name, shape);
      assert.deepEqual([...values.subarray(0, 4)], first);
      assert.equal(
        new Uint32Array(values.buffer).reduce((total, bits) => (total + bits) >>> 0, 0),
        sum,
      );
    });
  }
});

describe('HuBERT and Wav2Vec2 models', () => {
  for (const [name, plan] of Object.entries(forward.cases)) {
    describe(name, () => {
      const classifier = inSuite(() => classifierOf(plan));
      const base = inSuite(() => baseOf(plan));

      for (const [run, given] of Object.entries(plan.runs)) {
        it(`${RUNS[run]}: logits, hidden states and attentions are Transformers'`, () => {
          const options = { channels: 1, heads: 1 };
          assertWithin(distances(classifier(), base(), given, forward as never, `${name}/${run}`, options));
        });

        it(`${RUNS[run]}: the loss is Transformers'`, () => {
          const labels = [3, 0, 4].slice(0, given.lengths.length);
          const loss = tf.tidy(
            () =>
              classifier()
                .forward({ ...inputOf(given), labels })
                .loss!.dataSync()[0],
          );
          assert.ok(Math.abs(loss - given.loss) <= 1e-5, `${loss} instead of ${given.loss}`);
        });
      }

      it('has the parameters of the checkpoint, under the same names and in the same shapes', () => {
        const parameters = Object.fromEntries([...classifier().parameters].map(([key, { shape }]) => [key, shape]));
        const { ...tensors } = plan.tensors;
        for (const key of Object.keys(tensors)) if (key.endsWith('num_batches_tracked')) delete tensors[key];
        assert.deepEqual(parameters, tensors);
      });

      it('leaves no tensors behind', () => {
        const input = { ...inputOf(plan.runs['batch-masked']), labels: [3, 0, 4] };
        const all = { outputHiddenStates: true, outputAttentions: true };
        const before = tf.memory().numTensors;
        tf.tidy(() => void classifier().forward(input, all));
        tf.tidy(() => void base().forward(input, all));
        assert.equal(tf.memory().numTensors, before);
        const { logits, loss, hiddenStates, attentions } = classifier().forward(input, all);
        const layers = hiddenStates!.length + attentions!.length;
        assert.equal(tf.memory().numTensors, before + 2 + layers);
        tf.dispose([logits, loss!, hiddenStates!, attentions!]);
        const output = base().forward(input);
        tf.dispose([output.lastHiddenState, output.extractFeatures]);
        assert.equal(tf.memory().numTensors, before);
      });
    });
  }

  it('take audio and mask as tensors, too', async () => {
    const model = await classifierOf(forward.cases.group);
    tf.tidy(() => {
      const input = inputOf(forward.cases.group.runs['batch-masked']);
      const inputValues = tf.tensor2d(input.inputValues.map((row) => [...row]));
      const attentionMask = tf.tensor2d(
        input.attentionMask!.map((row) => [...row]),
        undefined,
        'int32',
      );
      const expected = model.forward(input).logits.dataSync();
      assert.deepEqual(model.forward({ inputValues, attentionMask }).logits.dataSync(), expected);
    });
    model.dispose();
  });

  it('give back all memory when they are disposed', async () => {
    const before = tf.memory().numTensors;
    const plan = forward.cases['wav2vec2-stable'];
    const model = await classifierOf(plan);
    tf.tidy(() => void model.forward(inputOf(plan.runs['batch-masked'])));
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('are of the class that the configuration names', async () => {
    const hubert = await classifierOf(forward.cases.group);
    const wav2vec2 = await classifierOf(forward.cases.wav2vec2);
    assert.equal(hubert instanceof Wav2Vec2ForSequenceClassification, false);
    assert.equal(wav2vec2 instanceof Wav2Vec2ForSequenceClassification, true);
    hubert.dispose();
    wav2vec2.dispose();
  });
});

describe('The length of a clip', () => {
  const reference = fixture<{ lengths: number[] }>('hubert/lengths');
  for (const [name, { lengths }] of Object.entries(reference.cases)) {
    describe(name, () => {
      const model = inSuite(() => classifierOf(forward.cases[name]));
      const { data } = reference.tensor(name, 'F32');

      lengths.forEach((length, i) => {
        it(`${length} samples: the logits are Transformers'`, () => {
          const logits = tf.tidy(() =>
            model()
              .forward(inputOf({ lengths: [length], mask: false }))
              .logits.dataSync(),
          );
          const expected = data.subarray(5 * i, 5 * (i + 1));
          const off = distance(logits, expected, Math.max(...expected.map(Math.abs)));
          assert.ok(off <= TOLERANCE.logits, `off by ${off}`);
        });
      });

      it(`${lengths[0] - 1} samples are refused: they make no frame`, () => {
        assert.throws(
          () => model().forward({ inputValues: [new Float32Array(lengths[0] - 1)] }),
          (error: Error) => error instanceof ParameterError && error.message.includes(String(lengths[0])),
        );
      });
    });
  }
});

describe('A row of a padded batch', () => {
  const { cases } = fixture<{ shifts: number[] }>('hubert/padding');
  for (const [name, { shifts }] of Object.entries(cases)) {
    const same = shifts.every((shift) => shift < 1e-5);
    it(`${name}: is ${same ? 'what it is alone' : 'as far from what it is alone as in Transformers'}`, async () => {
      const model = await classifierOf(forward.cases[name]);
      const { lengths } = forward.cases[name].runs['batch-masked'];
      const found = tf.tidy(() => {
        const together = model.forward(inputOf({ lengths, mask: true })).logits;
        return lengths.map((length, row) => {
          const alone = model.forward({ inputValues: [seededAudio(row, length)] }).logits;
          return tf.max(tf.abs(tf.sub(alone, tf.slice(together, row, 1)))).dataSync()[0];
        });
      });
      model.dispose();
      found.forEach((shift, row) => {
        assert.ok(Math.abs(shift - shifts[row]) <= 1e-5, `row ${row} is off by ${shift} instead of ${shifts[row]}`);
      });
    });
  }
});

describe('A batch of so many frames that its layers go through in pieces', () => {
  const SECONDS = 10;
  const ROWS = 5;
  for (const name of Object.keys(forward.cases)) {
    it(`${name}: gives what its rows give alone`, async () => {
      const model = await baseOf(forward.cases[name]);
      const inputValues = Array.from({ length: ROWS }, (_, row) => seededAudio(row, SECONDS * 16000));
      const states = (rows: Float32Array[]) =>
        tf.tidy(() => model.forward({ inputValues: rows }).lastHiddenState.dataSync<'float32'>());
      const together = states(inputValues);
      const alone = inputValues.map((row) => states([row]));
      const peak = alone[0].reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
      for (const [row, expected] of alone.entries()) {
        const found = together.subarray(row * expected.length, (row + 1) * expected.length);
        assert.ok(distance(found, expected, peak) <= 1e-5, `row ${row}`);
      }
      model.dispose();
    });
  }
});

describe('DistilHuBERT', () => {
  const reference = fixture<ModelCase>('hubert/distilhubert');
  const plan = reference.cases.distilhubert;
  const classifier = inSuite(() => classifierOf(plan));
  const base = inSuite(() => baseOf(plan));

  for (const [run, given] of Object.entries(plan.runs)) {
    it(`${RUNS[run] ?? run}: logits, hidden states and attentions are Transformers'`, () => {
      const options = { channels: 31, heads: 5 };
      assertWithin(distances(classifier(), base(), given, reference as never, run, options));
    });
  }
});

describe('The loss', () => {
  const { cases } = fixture<Variation & { labels: number[]; loss: number }>('hubert/losses');
  for (const [name, { labels, loss, ...variation }] of Object.entries(cases)) {
    it(`${name}: is Transformers', the cross entropy`, async () => {
      const model = await classifierOf(planOf(variation));
      const input = inputOf(forward.cases[variation.model].runs['batch-masked']);
      const found = tf.tidy(() => model.forward({ ...input, labels }).loss!.dataSync()[0]);
      model.dispose();
      assert.ok(Math.abs(found - loss) <= 1e-5, `${found} instead of ${loss}`);
    });
  }

  it('needs labels that are numbers of classes, one for each row', async () => {
    const model = await classifierOf(forward.cases.group);
    const input = inputOf(forward.cases.group.runs['batch-masked']);
    const count = tf.memory().numTensors;
    for (const labels of [
      [0, 1],
      [0, 1, 5],
      [0, 1, -1],
      [0, 1, 0.5],
      [0, 1, Number.NaN],
    ]) {
      assert.throws(
        () => model.forward({ ...input, labels }),
        (error: Error) => error instanceof ParameterError && /labels/.test(error.message),
        `${labels}`,
      );
    }
    assert.equal(tf.memory().numTensors, count);
    model.dispose();
  });
});
