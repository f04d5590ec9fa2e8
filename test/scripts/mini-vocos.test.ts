import { deepEqual, equal, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { FloatMatrix, load, melToStft, openCheckpoint, stft, tf, Vocos } from 'onpa';
import { toFloat16 } from 'onpa/dist/onnx/float16.js';
import { lossOf, termsOf } from '../../scripts/data/mini-vocos/losses.js';
import { Optimizers } from '../../scripts/data/mini-vocos/optimizers.js';
import { MARGIN } from '../../scripts/data/mini-vocos/recipe.js';
import { saveHalf } from '../../scripts/data/mini-vocos/save-half.js';
import { Muon } from '../../scripts/data/training/muon.js';
import { resumeTraining, saveTraining } from '../../scripts/data/training/training-checkpoint.js';
import { inRepository } from '../fixtures.js';
import { random } from '../random.js';

const TINY = {
  featureExtractor: { nMels: 8, nFft: 64, hopLength: 16 },
  backbone: { dim: 12, intermediateDim: 16, numLayers: 2 },
};

describe('mini-vocos', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mini-vocos-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('has under 2 MB, and finds frequencies that librosa spreads over the bands', async () => {
    ok(statSync(inRepository('data', 'models', 'mini-vocos', 'model.safetensors')).size < 2e6);
    const vocos = await Vocos.fromPretrained('onpa:models/mini-vocos');
    const waveform = await load('onpa:audio/trumpet.ogg', { sampleRate: vocos.sampleRate });
    const wanted = stft(waveform.samples, { nFft: 1024, hopLength: 256, padMode: 'reflect' }).magnitude();
    const mel = vocos.melSpectrogram(waveform);
    const amplitudes = new FloatMatrix(mel.rows, mel.columns, mel.data.map(Math.exp));
    const spread = melToStft(amplitudes, { nFft: 1024, fMax: 8000, power: 1 });
    const error = (found: FloatMatrix) => FloatMatrix.sub(found, wanted).norm() / wanted.norm();
    ok(error(vocos.spectrogram(mel).magnitude()) < 0.7 * error(spread));
    vocos.dispose();
  });

  it('is moved by Muon in a direction whose singular values are all near 1', () => {
    for (const shape of [
      [6, 20],
      [20, 6],
      [5, 4, 3],
    ]) {
      const parameter = tf.variable(tf.zeros(shape));
      const muon = new Muon(new Map([['weight', parameter]]));
      const next = random(1);
      const gradient = tf.tensor(
        Float32Array.from({ length: parameter.size }, () => next() - 0.5),
        shape,
      );
      muon.step({ weight: gradient }, { learningRate: 1, scale: 1 });
      const [rows, columns] = [shape[0], parameter.size / shape[0]];
      const moved = Matrix.from1DArray(rows, columns, parameter.dataSync());
      const values = new SingularValueDecomposition(moved, { autoTranspose: true }).diagonal.map(
        (s) => s / Math.sqrt(Math.max(1, rows / columns)),
      );
      ok(
        values.every((s) => s > 0.5 && s < 1.5),
        values.join(', '),
      );
      tf.dispose([parameter, gradient]);
      muon.dispose();
    }
  });

  it('has no loss where all is found, and one where a phase or a magnitude is wrong', () => {
    const next = random(2);
    const shape: [number, number, number] = [2, 9, 2 * MARGIN + 5];
    const numbers = (least: number) => Float32Array.from({ length: 2 * 9 * shape[2] }, () => least + next());
    const [losses, terms] = tf.tidy(() => {
      const wanted = { magnitude: tf.tensor3d(numbers(0.1), shape), phase: tf.tensor3d(numbers(0), shape) };
      const filters = tf.tensor2d(numbers(0.1).slice(0, 27), [3, 9]);
      // Turning all phases alike is not heard.
      const turned = { magnitude: wanted.magnitude, phase: tf.add(wanted.phase, 1) as tf.Tensor3D };
      const louder = { magnitude: tf.mul(wanted.magnitude, 1.1) as tf.Tensor3D, phase: wanted.phase };
      const other = { magnitude: wanted.magnitude, phase: tf.tensor3d(numbers(0), shape) };
      const all = [wanted, turned, louder, other].map((found) => termsOf(found, wanted, filters));
      return [all.map((each) => lossOf(each).dataSync()[0]), all.map((each) => each.overTime.dataSync()[0])];
    });
    ok(Math.abs(losses[0]) < 1e-5 && Math.abs(losses[1]) < 1e-5);
    ok(losses[2] > 0.1 && Math.abs(terms[2]) < 1e-5);
    ok(losses[3] > 0.01 && terms[3] > 0.01);
  });

  it('goes on from a checkpoint as if it had not been ended', async () => {
    const mel = tf.randomUniform([1, 8, 12], -5, 0, 'float32', 3) as tf.Tensor3D;
    const train = (vocos: Vocos, optimizers: Optimizers, from: number, to: number) => {
      for (let step = from; step < to; step++) {
        const lossOf = () => tf.mean(tf.square(vocos.magnitudeAndPhase(mel).magnitude)).asScalar();
        const { value, grads } = tf.variableGrads(lossOf, [...vocos.parameters.values()]);
        const gradients = Object.fromEntries(
          Array.from(vocos.parameters, ([name, variable]) => [name, grads[variable.name] ?? tf.zerosLike(variable)]),
        );
        optimizers.step(gradients, step, 1);
        tf.dispose([value, ...Object.values(gradients)]);
      }
    };
    const through = Vocos.fromConfig(TINY, { seed: 0 });
    const straight = new Optimizers(through);
    train(through, straight, 0, 4);
    const [first, second] = [0, 1].map((seed) => Vocos.fromConfig(TINY, { seed }));
    const [before, after] = [first, second].map((vocos) => new Optimizers(vocos));
    train(first, before, 0, 2);
    const path = join(folder, 'training.safetensors');
    await saveTraining(path, 2, before);
    equal(await resumeTraining(path, after), 2);
    train(second, after, 2, 4);
    for (const [name, variable] of through.parameters) {
      deepEqual(second.parameters.get(name)!.dataSync(), variable.dataSync(), name);
    }
    mel.dispose();
    for (const done of [through, first, second, straight, before, after]) done.dispose();
  });

  it('is written in the half-precision numbers that are nearest', async () => {
    const halfOf = (value: number) => toFloat16(Float32Array.of(value))[0];
    const next = random(4);
    for (let i = 0; i < 1000; i++) {
      const half = halfOf((next() - 0.5) * 10 ** (10 * next() - 5));
      equal(halfOf(numberOf(half)), half);
    }
    deepEqual(
      [1, -2, 65504, 2 ** -24, 1 + 2 ** -11, 1 + 3 * 2 ** -11].map(halfOf),
      [0x3c00, 0xc000, 0x7bff, 1, 0x3c00, 0x3c02],
    );
    const vocos = Vocos.fromConfig(TINY, { seed: 0 });
    await saveHalf(vocos, folder);
    const checkpoint = await openCheckpoint(join(folder, 'model.safetensors'));
    for (const [name, variable] of vocos.parameters) {
      const read = checkpoint.float32(name);
      ok(
        variable.dataSync().every((x, i) => Math.abs(x - read[i]) <= Math.max(Math.abs(x) / 2048, 2 ** -25)),
        name,
      );
    }
    checkpoint.close();
    (await Vocos.fromPretrained(folder)).dispose();
    vocos.dispose();
  });
});

/** The number that the bits of a half stand for. */
function numberOf(half: number): number {
  const [exponent, fraction] = [(half >> 10) & 0x1f, half & 0x3ff];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -size : size;
}
