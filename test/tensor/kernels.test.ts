import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { inRepository } from '../fixtures.js';

/** Tests of forward passes, of gradients and of a whole training, each beside the reference and quick. */
const FILES = ['hubert/model', 'hubert/gradients', 'training/reference', 'vocoder/vocos', 'vocoder/speecht5-hifigan'];
const MODELS = '(group|layer|stable|group-conv-bias|odd-position-kernel)';
const TESTS = [
  `HuBERT and Wav2Vec2 models ${MODELS} a batch of three lengths with a mask`,
  `gradient is Transformers' for every parameter ${MODELS}$`,
  'The Trainer beside that of Transformers averaged losses',
  'Vocos of .* beside the package vocos',
  'SpeechT5HifiGan, beside Transformers',
];

const withOneDnn = (value: '0' | '1') => ({ ...process.env, TF_ENABLE_ONEDNN_OPTS: value });

/** TensorFlow has two sets of kernels for a processor. Which of them it takes depends on the processor, and on a variable. */
describe('Models compute and learn as in Python', () => {
  for (const [title, value] of [
    ["with TensorFlow's plain kernels", '0'],
    ['with those of oneDNN', '1'],
  ] as const) {
    it(title, () => {
      const files = FILES.map((name) => inRepository('build', 'test', 'test', `${name}.test.js`));
      const args = [require.resolve('mocha/bin/mocha.js'), ...files, '--grep', TESTS.join('|')];
      const options = { cwd: inRepository(), env: withOneDnn(value), encoding: 'utf8' } as const;
      const { stdout, stderr } = spawnSync(process.execPath, args, options);
      assert.match(stdout, /^\d\d passed, 0 failed$/m, stdout + stderr);
    });
  }

  // Elsewhere it depends on the processor what oneDNN has.
  if (process.platform === 'linux' && process.arch === 'x64') {
    it('and the variable does choose between them', () => {
      const args = ['-e', "console.log(require('onpa/dist/tensor/fused-gelu.js').canFuseGelu())"];
      const canFuse = (value: '0' | '1') =>
        execFileSync(process.execPath, args, { env: withOneDnn(value), encoding: 'utf8', stdio: 'pipe' }).trim();
      assert.deepEqual([canFuse('0'), canFuse('1')], ['false', 'true']);
    });
  }
});
