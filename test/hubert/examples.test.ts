import { equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { AutoFeatureExtractor, HubertForSequenceClassification, HubertModel, tf } from 'onpa';
import { compiled } from 'onpa/dist/tensor/compiled.js';
import { inRepository } from '../fixtures.js';

/** Files whose examples ask for tensors. */
const FILES = [
  'hubert/models.ts',
  'hubert/pretrained/auto-model.ts',
  'hubert/pretrained/pretrained-model.ts',
  'tensor/compiled.ts',
  'tensor/tensorflow.ts',
];

/** The examples of a file that ask for tensors, without the lines that load and free a model. */
function examplesOf(file: string): string[] {
  const source = readFileSync(inRepository('lib', 'src', file), 'utf8');
  const blocks = Array.from(source.matchAll(/@example\n((?: *\* (?!@).*\n)+)/g), ([, block]) => block);
  const codes = blocks.map((block) => {
    const lines = block.split('\n').map((line) => line.replace(/^ *\* /, ''));
    return lines.filter((line) => !/fromPretrained\(|model\.dispose\(|^```/.test(line)).join('\n');
  });
  return codes.filter((code) => /\.(forward|extractFeatures)\(|\btf\.|compiled\(/.test(code));
}

describe('the examples of models and tensors', () => {
  const noise = (length: number) => ({
    samples: Float32Array.from({ length }, (_, i) => Math.sin(i * i)),
    sampleRate: 16000,
  });
  const [speech, rock, jazz] = [noise(1600), noise(1200), noise(2000)];

  for (const file of FILES) {
    it(`free what they ask for: ${file}`, async () => {
      const examples = examplesOf(file);
      ok(examples.length > 0);
      const extractor = await AutoFeatureExtractor.fromPretrained(inRepository('test', 'fixtures', 'trained'));
      const base = await HubertModel.fromPretrained(inRepository('test', 'fixtures', 'hubert', 'base'));
      const models = { base, classifier: new HubertForSequenceClassification({ ...base.config, numLabels: 10 }) };
      const [x, y] = [tf.ones([4]), tf.ones([4])];
      const { log } = console;
      console.log = () => {};
      try {
        for (const code of examples) {
          const model = models[code.includes('logits') ? 'classifier' : 'base'];
          const known = { tf, compiled, model, extractor, speech, rock, jazz, x, y, input: extractor(speech) };
          const run = compileFunction(code.replaceAll(/!(?=[\],;)])/g, ''), Object.keys(known));
          const before = tf.memory().numTensors;
          run(...Object.values(known));
          equal(tf.memory().numTensors, before, code);
        }
      } finally {
        console.log = log;
        tf.dispose([x, y]);
        for (const model of Object.values(models)) model.dispose();
      }
    });
  }
});
