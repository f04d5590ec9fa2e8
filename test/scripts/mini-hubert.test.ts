import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FloatMatrix, nearestCenters, tf } from 'onpa';
import { seededAudio, seededWeights, uniform } from 'onpa/dist/doctor/seeded-weights.js';
import { batchOf } from '../../scripts/data/mini-hubert/batch.js';
import { fitClusters } from '../../scripts/data/mini-hubert/clusters.js';
import { fitLogisticRegression } from '../../scripts/data/mini-hubert/logistic-regression.js';
import { clusterLoss, cosines, samePieceLoss, shareFound } from '../../scripts/data/mini-hubert/losses.js';
import { MEASURES, measure } from '../../scripts/data/mini-hubert/measure.js';
import { oneCycleAt } from '../../scripts/data/mini-hubert/one-cycle.js';
import { preTrain } from '../../scripts/data/mini-hubert/pre-train.js';
import { PreTraining } from '../../scripts/data/mini-hubert/pre-training.js';
import { CLUSTERS, EXCERPT, FRAMES, RECIPE } from '../../scripts/data/mini-hubert/recipe.js';
import { summary } from '../../scripts/data/mini-hubert/summary.js';
import { findTargets } from '../../scripts/data/mini-hubert/targets.js';
import { fixture, relativeError, signal } from '../fixtures.js';
import { random } from '../random.js';

const { tensor } = fixture('mini-hubert');
const floats = (name: string) => tensor(name, 'F32').data;
const integers = (name: string) => tensor(name, 'I32').data;
const matrix = (name: string) => tf.tensor2d(floats(name), tensor(name, 'F32').shape as [number, number]);
const rowsOf = (name: string) => {
  const { shape, data } = tensor(name, 'F64');
  return Array.from({ length: shape[0] }, (_, i) => Array.from(data.subarray(i * shape[1], (i + 1) * shape[1])));
};

describe("mini-hubert's pre-training", () => {
  it("measures MFCCs with differences, chroma with onsets and the mel spectrum as Python's librosa does", () => {
    const measured = measure(signal('trumpet'));
    for (const kind of ['timbre', 'harmony', 'level'] as const) {
      const { shape, data } = tensor(kind, 'F32');
      assert.deepEqual([measured[kind].rows, measured[kind].columns], shape);
      assert.ok(relativeError(measured[kind].data, data) < 2e-5, kind);
    }
  });

  it('sums an excerpt up as in PyTorch', () => {
    assert.ok(relativeError(summary(floats('features')), floats('summary')) < 1e-5);
  });

  it("has PyTorch's losses of clusters and of excerpts of one piece", () => {
    const masked = Array.from(integers('masked'), (is) => is === 1);
    tf.tidy(() => {
      const logits = cosines(matrix('rows'), matrix('codes'));
      assert.ok(relativeError(logits.dataSync(), floats('logits')) < 1e-5);
      const loss = clusterLoss(logits, integers('clusters'), masked);
      assert.ok(relativeError(loss.dataSync(), floats('clusterLoss')) < 1e-5);
      assert.ok(relativeError(samePieceLoss(matrix('rows')).dataSync(), floats('samePieceLoss')) < 1e-5);
      const wanted = Int32Array.from(tf.argMax(logits, 1).dataSync());
      assert.equal(shareFound(logits, wanted, masked), 1);
    });
  });

  it("has PyTorch's loss of a whole batch, and its gradients by all parameters", () => {
    const model = new PreTraining(0);
    for (const [name, parameter] of model.parameters) {
      tf.tidy(() => parameter.assign(tf.tensor(seededWeights(name, parameter.shape), parameter.shape)));
    }
    const frames = Array.from({ length: 4 * FRAMES }, (_, i) => i);
    const features = uniform('features', 4 * FRAMES * MEASURES, (u) => u);
    const size = FRAMES * MEASURES;
    const batch = {
      samples: [0, 1, 2, 3].map((row) => seededAudio(row, EXCERPT)),
      masked: [0, 1, 2, 3].map((row) => frames.slice(row * FRAMES, (row + 1) * FRAMES).map((i) => i % 20 < 10)),
      clusters: Object.values(CLUSTERS).map((count) => Int32Array.from(frames, (i) => (i * 7) % count)),
      features,
      summaries: Float32Array.from(
        [0, 1, 2, 3].flatMap((i) => [...summary(features.subarray(i * size, (i + 1) * size))]),
      ),
    };
    const { loss, gradients } = model.lossAndGradients(batch);
    assert.ok(relativeError([loss], floats('loss')) < 1e-5);
    for (const [name, parameter] of model.parameters) {
      const [norm, product] = tensor(`gradient ${name}`, 'F64').data;
      const found = tf.tidy(() =>
        [tf.norm(gradients[name]), tf.sum(tf.mul(gradients[name], parameter))].map((x) => x.dataSync()[0]),
      );
      // Softmax takes a bias of the keys away, so that its gradient is rounding alone.
      const scale = Math.max(norm, 1e-3);
      assert.ok(Math.abs(found[0] - norm) < 1e-4 * scale, `${name}: ${found[0]} instead of ${norm}`);
      assert.ok(Math.abs(found[1] - product) < 1e-3 * scale, `${name}: ${found[1]} instead of ${product}`);
    }
    tf.dispose(gradients);
    model.hubert.dispose();
  });

  it("raises and lowers the learning rate as PyTorch's OneCycleLR does", () => {
    const recipe = { ...RECIPE, steps: 40, learningRate: 1.5e-3, warmUp: 5 };
    const rates = Array.from({ length: 40 }, (_, step) => oneCycleAt(step, recipe));
    assert.ok(relativeError(rates, tensor('learningRates', 'F64').data) < 1e-9);
  });

  it('finds clusters that lie apart', () => {
    const data = Float32Array.from({ length: 400 }, (_, i) => 10 * (Math.floor(i / 2) % 4) + Math.sin(i));
    const points = new FloatMatrix(200, 2, data);
    const found = nearestCenters(points, fitClusters(points, 4, 0));
    assert.equal(new Set(found.subarray(0, 4)).size, 4);
    for (let i = 4; i < 200; i++) assert.equal(found[i], found[i % 4]);
  });

  it("classifies by logistic regression as scikit-learn's does", () => {
    const classify = fitLogisticRegression({ rows: rowsOf('points'), labels: Array.from(integers('labels')) }, 4, 0.1);
    const found = rowsOf('others').map(classify);
    const same = found.filter((label, i) => label === integers('found')[i]).length;
    assert.ok(same >= 199, `${same} of 200`);
  });
});

describe("mini-hubert's training", () => {
  const clips = [1, 2].map((seed) => {
    const next = random(seed);
    return Float32Array.from({ length: 128_000 }, () => next() - 0.5);
  });
  const [targets] = findTargets(clips, clips.slice(0, 1));
  const recipe = { ...RECIPE, steps: 2, parts: 2, pieces: 1, warmUp: 2, checkpointSteps: 1 };
  const reported: string[] = [];
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'onpa-mini-hubert-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Trains anew, or goes on; it is ended before it asks for the batch of step `end`. */
  async function trained(name: string, end = Number.POSITIVE_INFINITY): Promise<Float32Array> {
    const model = new PreTraining(1);
    const batches = (step: number) => {
      if (step === end) throw new Error('ended');
      return [batchOf(clips, targets, [0], 2 * step), batchOf(clips, targets, [1], 2 * step + 1)];
    };
    const report = (line: string) => void reported.push(line);
    const material = { batches, report, test: batchOf(clips, targets, [0], 9), checkpoint: join(folder, name) };
    await preTrain(model, recipe, material);
    const weights = model.parameters.get('feature_projection.projection.weight')!.dataSync() as Float32Array;
    tf.dispose([...model.parameters.values()]);
    model.hubert.dispose();
    return weights;
  }

  it('goes on from its last checkpoint after it was ended, as if it had not been', async () => {
    const whole = await trained('whole');
    await assert.rejects(trained('ended', 2), /ended/);
    assert.ok(relativeError(await trained('ended'), whole) < 1e-6);
    assert.match(reported[0], /^held out: loss \d+\.\d+, masked frames found \d+\.\d %, \d+\.\d %$/);
    assert.deepEqual(reported.slice(2), reported.slice(0, 2));
  });

  it('leaves no tensors behind when it computes gradients, and lowers the loss along them', () => {
    const model = new PreTraining(1);
    const batch = batchOf(clips, targets, [0, 1], 0);
    const before = tf.memory().numTensors;
    const { loss, gradients } = model.lossAndGradients(batch);
    tf.tidy(() => {
      for (const [name, each] of model.parameters) each.assign(tf.sub(each, tf.mul(gradients[name], 1e-3)));
    });
    tf.dispose(gradients);
    assert.ok(model.assess(batch).loss < loss);
    assert.equal(tf.memory().numTensors, before);
    model.hubert.dispose();
  });
});
