import assert from 'node:assert/strict';
import type { ModelConfig, PreprocessorConfig } from 'onpa';
import { readConfig, writeConfig } from 'onpa/dist/hubert/pretrained/config-file.js';
import { classifierOf, forward } from './models.js';

describe('The configuration of a model', () => {
  const json = { ...forward.cases.group.config, vocab_size: 32, _name_or_path: 'me/model', extra: [1] };

  it('has the keys that the model does not use in a field of their own, and writes them as they came', () => {
    const config = readConfig(json, 'config.json');
    assert.deepEqual([config.extra.vocab_size, config.extra._name_or_path, config.extra.extra], [32, 'me/model', [1]]);
    const written = writeConfig(config);
    assert.deepEqual([written.vocab_size, written._name_or_path, written.extra], [32, 'me/model', [1]]);
    assert.deepEqual(Object.keys(written), Object.keys(written).sort());
  });

  it('does not compile with a misspelt field', () => {
    const config = readConfig(json, 'config.json');
    // @ts-expect-error the field is hiddenSize
    const changed: ModelConfig = { ...config, hidenSize: 768 };
    // @ts-expect-error the field is hiddenSize
    assert.equal(config.hidenSize, undefined);
    // @ts-expect-error the field is samplingRate
    const options: Partial<PreprocessorConfig> = { sampelingRate: 16000 };
    void [changed, options];
  });
});

describe('numParameters', () => {
  it('counts all parameters, or those that training changes', async () => {
    const model = await classifierOf(forward.cases.group);
    const sizes = [...model.parameters].map(([name, { size }]) => ({ name, size }));
    const count = (some: typeof sizes) => some.reduce((sum, { size }) => sum + size, 0);
    assert.equal(model.numParameters(), count(sizes));
    assert.equal(model.numParameters({ onlyTrainable: true }), count(sizes));
    model.freezeFeatureEncoder();
    const trainable = sizes.filter(({ name }) => !name.includes('.feature_extractor.'));
    assert.equal(model.numParameters({ onlyTrainable: true }), count(trainable));
    assert.equal(model.numParameters(), count(sizes));
    model.dispose();
  });

  it('leaves out the running statistics of a batch norm, which are no parameters', async () => {
    const model = await classifierOf(forward.cases['batch-norm']);
    const running = [...model.parameters].filter(([name]) => name.includes('.running_'));
    assert.equal(running.length, 2);
    const all = [...model.parameters.values()].reduce((sum, { size }) => sum + size, 0);
    assert.equal(model.numParameters(), all - running.reduce((sum, [, { size }]) => sum + size, 0));
    model.dispose();
  });
});
