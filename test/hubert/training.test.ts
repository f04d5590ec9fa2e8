import assert from 'node:assert/strict';
import { type HubertForSequenceClassification, ParameterError, tf } from 'onpa';
import { fixture } from '../fixtures.js';
import { assertGradients, type Gradients, gradientsOf } from './gradients.js';
import { type Configuration, classifierOf, distance, forward, inputOf, planOf, type Variation } from './models.js';

const reference = fixture<Variation & { run: string; gradients?: Gradients }>('hubert/training');
const { runs } = forward.cases.group;

/** The tiny model without anything random, but for what `config` says. */
function quiet(config: Configuration): Promise<HubertForSequenceClassification> {
  const { model, config: silent } = reference.cases['group, every layer dropped'];
  return classifierOf(planOf({ model, config: { ...silent, layerdrop: 0, ...config }, tensors: {} }));
}

const logitsOf = (model: HubertForSequenceClassification): Float32Array =>
  tf.tidy(() => model.forward(inputOf(runs['batch-masked'])).logits.dataSync() as Float32Array);

describe('Training mode, where chance decides nothing', () => {
  for (const [title, { run, gradients, ...variation }] of Object.entries(reference.cases)) {
    const plan = planOf(variation);
    const given = forward.cases[variation.model].runs[run];

    it(`${title}: the logits are Transformers'`, async () => {
      const model = (await classifierOf(plan)).train();
      const logits = tf.tidy(() => model.forward(inputOf(given)).logits.dataSync());
      model.dispose();
      const { data } = reference.tensor(`${title}/logits`, 'F32');
      const off = distance(logits, data, Math.max(...data.map(Math.abs)));
      assert.ok(off <= 1e-5, `off by ${off}`);
    });

    if (gradients) {
      it(`${title}: the gradients are Transformers'`, async () => {
        const model = (await classifierOf(plan)).train();
        const found = gradientsOf(model, given, gradients.labels);
        model.dispose();
        // Where all frames are the same, those of queries and keys almost vanish, and rounding is most of them.
        assertGradients(found, reference, title, gradients, plan.tensors, 0.05);
      });
    }
  }
});

describe('Training mode with batch norm', () => {
  it('moves the running statistics towards those of the batch', async () => {
    const title = 'batch-norm, all probabilities 0';
    const { run, ...variation } = reference.cases[title];
    const model = (await classifierOf(planOf(variation))).train();
    const count = tf.memory().numTensors;
    tf.dispose(model.forward(inputOf(forward.cases[variation.model].runs[run])));
    assert.equal(tf.memory().numTensors, count);
    for (const statistic of ['mean', 'var']) {
      const name = `hubert.encoder.pos_conv_embed.batch_norm.running_${statistic}`;
      const { data } = reference.tensor(`${title}/${name}`, 'F32');
      assert.ok(distance(model.parameters.get(name)!.dataSync(), data, 1) <= 1e-6, name);
    }
    model.dispose();
  });
});

describe('Training mode', () => {
  it('is off at first, and eval() ends it', async () => {
    const model = await classifierOf(forward.cases.group);
    assert.equal(model.training, false);
    const before = logitsOf(model);
    assert.equal(model.train().training, true);
    const during = logitsOf(model);
    assert.equal(model.eval().training, false);
    assert.deepEqual(logitsOf(model), before);
    assert.notDeepEqual(during, before);
    model.dispose();
  });

  it('without random parts gives what eval mode gives', async () => {
    const model = await quiet({});
    assert.ok(distance(logitsOf(model.train()), logitsOf(model.eval()), 1) <= 1e-6);
    model.dispose();
  });

  it('repeats itself from the same seed, and differs from call to call and from seed to seed', async () => {
    const model = await classifierOf(forward.cases.group);
    const draw = (seed?: number) => {
      model.train(seed === undefined ? {} : { seed });
      return [logitsOf(model), logitsOf(model)];
    };
    const first = draw(7);
    assert.notDeepEqual(first[0], first[1]);
    assert.deepEqual(draw(7), first);
    assert.notDeepEqual(draw(8), first);
    assert.notDeepEqual(draw(), draw());
    model.dispose();
  });

  it('takes whole numbers of at least 0 as seeds', async () => {
    const model = await quiet({});
    for (const seed of [-1, 0.5, Number.NaN]) assert.throws(() => model.train({ seed }), ParameterError);
    model.dispose();
  });

  it('leaves no tensors behind', async () => {
    const model = (await classifierOf(forward.cases['weighted-stable'])).eval();
    logitsOf(model);
    const count = tf.memory().numTensors;
    model.train();
    const { logits, loss } = model.train({ seed: 3 }).forward({ ...inputOf(runs['batch-masked']), labels: [1, 2, 3] });
    assert.equal(tf.memory().numTensors, count + 2);
    tf.dispose([logits, loss!]);
    model.dispose();
  });

  it('drops the share of attention weights that attention_dropout says, and scales up the others', async () => {
    const model = await quiet({ attention_dropout: 0.3 });
    const weights = () =>
      tf.tidy(() => model.forward(inputOf(runs.batch), { outputAttentions: true }).attentions![0].dataSync());
    const whole = weights();
    model.train({ seed: 1 });
    const dropped = weights();
    let zeros = 0;
    dropped.forEach((weight, i) => {
      if (weight === 0) zeros++;
      else assert.ok(Math.abs(weight - whole[i] / 0.7) < 1e-5, `${weight} where ${whole[i]} was`);
    });
    const share = zeros / dropped.length;
    assert.ok(Math.abs(share - 0.3) < 0.02, `${share}`);
    model.dispose();
  });

  it('drops the share of hidden states that hidden_dropout says, and scales up the others', async () => {
    const model = await quiet({ hidden_dropout: 0.2 });
    const states = () =>
      tf.tidy(() => model.forward(inputOf(runs.batch), { outputHiddenStates: true }).hiddenStates![0].dataSync());
    const whole = states();
    model.train({ seed: 2 });
    const dropped = states();
    let zeros = 0;
    dropped.forEach((state, i) => {
      if (state === 0) zeros++;
      else assert.ok(Math.abs(state - whole[i] / 0.8) < 1e-5, `${state} where ${whole[i]} was`);
    });
    const share = zeros / dropped.length;
    assert.ok(Math.abs(share - 0.2) < 0.03, `${share}`);
    model.dispose();
  });

  it('skips the share of layers that layerdrop says', async () => {
    const model = await quiet({ layerdrop: 0.25 });
    const draws = 300;
    const input = inputOf({ lengths: [2000], mask: false });
    model.train({ seed: 3 });
    const counts = Array.from({ length: draws }, () =>
      tf.tidy(() => model.forward(input, { outputAttentions: true }).attentions!.length),
    );
    const share = counts.reduce((sum, count) => sum + count, 0) / (2 * draws);
    assert.ok(Math.abs(share - 0.75) < 0.08, `${share} of the layers are left`);
    assert.deepEqual([...new Set(counts)].sort(), [0, 1, 2]);
    model.dispose();
  });

  it('masks time by SpecAugment, the more the higher mask_time_prob is, and never in eval mode', async () => {
    const shifts: number[] = [];
    for (const probability of [0.1, 0.9]) {
      const model = await quiet({ mask_time_prob: probability, mask_time_length: 2, mask_time_min_masks: 0 });
      const { data: masked } = tf.tidy(() => ({ data: model.parameters.get('hubert.masked_spec_embed')!.dataSync() }));
      assert.equal(masked.length, 16);
      const states = () =>
        tf.tidy(
          () => model.forward(inputOf(runs.single), { outputHiddenStates: true }).hiddenStates![0].arraySync()[0],
        );
      const whole = states();
      model.train({ seed: 4 });
      const changed = states();
      shifts.push(changed.filter((frame, t) => frame.some((value, c) => Math.abs(value - whole[t][c]) > 1e-4)).length);
      model.eval();
      assert.deepEqual(states(), whole);
      model.dispose();
    }
    // The positional convolution spreads a masked frame over eight.
    const [few, many] = shifts;
    assert.ok(few > 2 && few < 45 && many > few, `${few} and ${many} of 49 frames have changed`);
  });

  it('refuses clips that are shorter than a span of masked frames', async () => {
    const model = await quiet({ mask_time_prob: 0.5, mask_time_length: 10 });
    const short = inputOf({ lengths: [400 + 320 * 8], mask: false }); // 9 frames
    tf.dispose(model.forward(short).logits);
    assert.throws(
      () => model.train().forward(short),
      (error: Error) => error instanceof ParameterError && /9/.test(error.message) && /10/.test(error.message),
    );
    model.dispose();
  });
});
