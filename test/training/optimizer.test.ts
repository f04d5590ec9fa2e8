import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { openCheckpoint, TrainingArguments, type TrainingOptions, tf } from 'onpa';
import { makeOptimizer } from 'onpa/dist/training/run/make-optimizer.js';
import { relativeError } from '../fixtures.js';
import { inTemporaryFolder } from '../hubert/models.js';
import { options } from './options-reference.js';
import { randomTraining, timeless } from './short-training.js';

const NAMES = ['layer.weight', 'layer.bias'];
const read = (name: string): tf.Tensor => {
  const { shape, data } = options.tensor(name, 'F32');
  return tf.tensor(data, shape);
};

describe('Stochastic gradient descent', () => {
  for (const [i, optimArgs] of Object.entries(options.cases.sgd)) {
    it(`takes the steps of PyTorch's with ${JSON.stringify(optimArgs)}, and leaves nothing behind`, () => {
      const before = tf.memory().numTensors;
      const parameters = new Map(NAMES.map((name) => [name, tf.tidy(() => tf.variable(read(`sgd/start/${name}`)))]));
      const args = new TrainingArguments({ optim: 'sgd', optimArgs, weightDecay: 0.1 });
      const optimizer = makeOptimizer(parameters, args);
      for (let step = 0; step < 5; step++) {
        const gradients = Object.fromEntries(NAMES.map((name) => [name, read(`sgd/gradient/${step}/${name}`)]));
        optimizer.step(gradients, { learningRate: 0.1, scale: 1 });
        tf.dispose(gradients);
      }
      for (const [name, variable] of parameters) {
        assert.ok(relativeError(variable.dataSync(), options.tensor(`sgd/${i}/${name}`, 'F32').data) <= 1e-6, name);
        variable.dispose();
      }
      optimizer.dispose();
      assert.equal(tf.memory().numTensors, before);
    });
  }

  const sgd: TrainingOptions = { optim: 'sgd', optimArgs: { momentum: 0.9, nesterov: true }, learningRate: 0.02 };

  it('goes on from a checkpoint as if it had never stopped: the momentum is saved by its name in PyTorch', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir, { args: sgd });
      await trainer.train();
      const whole = timeless(trainer.state.logHistory);
      const weights = await trainer.model.parameters.get('classifier.weight')!.data();
      trainer.model.dispose();
      const resumed = await randomTraining(outputDir, { args: { ...sgd, optimArgs: 'nesterov=yes, momentum=0.90' } });
      await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-4` });
      assert.deepEqual(timeless(resumed.state.logHistory), whole);
      assert.deepEqual(await resumed.model.parameters.get('classifier.weight')!.data(), weights);
      resumed.model.dispose();
      const saved = await openCheckpoint(`${outputDir}/checkpoint-4/optimizer.safetensors`);
      assert.ok([...saved.tensors.keys()].every((name) => name.startsWith('momentum_buffer.')));
      assert.ok(saved.tensors.has('momentum_buffer.classifier.weight'));
      saved.close();
    }));

  it('without momentum remembers nothing, and goes on all the same', () =>
    inTemporaryFolder(async (outputDir) => {
      const args = { ...sgd, optimArgs: undefined };
      const trainer = await randomTraining(outputDir, { args });
      await trainer.train();
      const whole = timeless(trainer.state.logHistory);
      trainer.model.dispose();
      const resumed = await randomTraining(outputDir, { args });
      await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-6` });
      assert.deepEqual(timeless(resumed.state.logHistory), whole);
      resumed.model.dispose();
    }));

  it('does not go on where AdamW was, nor the other way round', () =>
    inTemporaryFolder(async (outputDir) => {
      const adam = await randomTraining(outputDir, { args: { learningRate: 0.02, maxSteps: 4 } });
      await adam.train();
      adam.model.dispose();
      const descent = await randomTraining(outputDir, { args: { ...sgd, maxSteps: 4 } });
      await assert.rejects(descent.train({ resumeFromCheckpoint: true }), {
        name: 'CheckpointError',
        message: /optim is sgd here and adamw_torch there; optimArgs is momentum=0.9,nesterov=true here and null there/,
      });
      descent.model.dispose();
    }));

  const refusals: [TrainingOptions, RegExp][] = [
    [{ optim: 'adam' as never }, /optim is 'adam'; give one of adamw_torch/],
    [{ optimArgs: 'momentum=0.9' }, /optimArgs is given, but adamw_torch takes none/],
    [{ optim: 'sgd', optimArgs: 'beta=1' }, /optimArgs has beta; sgd takes momentum, dampening and nesterov/],
    [{ optim: 'sgd', optimArgs: 'momentum' }, /optimArgs has 'momentum'; give pairs/],
    [{ optim: 'sgd', optimArgs: 'momentum=much' }, /optimArgs.momentum is NaN/],
    [{ optim: 'sgd', optimArgs: { nesterov: true } }, /needs a momentum above 0 and no dampening/],
    [{ optim: 'sgd', optimArgs: 'momentum=0.9,nesterov=on' }, /optimArgs.nesterov is on; give true or false/],
    [{ optim: 'sgd', optimArgs: 'weight_decay=0.1' }, /give the argument weightDecay/],
  ];
  for (const [given, message] of refusals) {
    it(`is refused as ${JSON.stringify(given)}`, () => {
      assert.throws(() => new TrainingArguments(given), { name: 'ParameterError', message });
    });
  }
});

describe('AdamW', () => {
  it("is the default, and 'adamw' and 'adamw_torch_fused' are names of it", () => {
    for (const optim of [undefined, 'adamw', 'adamw_torch_fused', 'adamw_torch'] as const) {
      assert.equal(new TrainingArguments({ optim }).optim, 'adamw_torch');
    }
  });

  it('goes on from a checkpoint of a version that knew no other optimiser, loss and order', () =>
    inTemporaryFolder(async (outputDir) => {
      const trainer = await randomTraining(outputDir);
      await trainer.train();
      const whole = timeless(trainer.state.logHistory);
      trainer.model.dispose();
      const file = `${outputDir}/checkpoint-4/training_args.json`;
      const json = JSON.parse(await readFile(file, 'utf8'));
      const later = ['optim', 'optim_args', 'label_smoothing_factor', 'lr_scheduler_kwargs', 'train_sampling_strategy'];
      for (const key of [...later, 'length_column_name', 'activation_checkpointing', 'gradient_checkpointing']) {
        assert.ok(key in json, key);
        delete json[key];
      }
      await writeFile(file, JSON.stringify(json));
      const resumed = await randomTraining(outputDir);
      await resumed.train({ resumeFromCheckpoint: `${outputDir}/checkpoint-4` });
      assert.deepEqual(timeless(resumed.state.logHistory), whole);
      resumed.model.dispose();
    }));
});
