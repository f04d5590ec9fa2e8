import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LabelScore, openCheckpoint, pipeline } from 'onpa';
import { openShardedCheckpoint } from 'onpa/dist/checkpoint/sharded.js';
import { fixture, inRepository, namedSignal } from '../fixtures.js';
import { withHub } from '../hub/running-hub.js';
import { ownCache } from '../hub/surroundings.js';
import { withWarnings } from '../hubert/warnings.js';
import { scratch } from './files.js';

const WHOLE = inRepository('test', 'fixtures', 'pipeline');
const SHARDED = inRepository('test', 'fixtures', 'sharded');
const { scores } = fixture<{ scores: LabelScore[] }>('pipeline').cases.noise;

const FORMS = { safetensors: 'model.safetensors', pytorch: 'pytorch_model.bin' } as const;

/** Asserts that a model gives the scores of Transformers' pipeline. @returns its warnings */
async function assertSameScores(model: string, hubUrl?: string): Promise<string[]> {
  const { result, warnings } = await withWarnings(async () => {
    const classify = await pipeline('audio-classification', { model, hubUrl });
    const heard = await classify({ samples: await namedSignal('noise'), sampleRate: 16000 });
    classify.model.dispose();
    return heard;
  });
  assert.deepEqual(
    result.map(({ label }) => label),
    scores.map(({ label }) => label),
  );
  for (const [i, { score }] of scores.entries()) assert.ok(Math.abs(result[i].score - score) < 1e-5, `${i}`);
  return warnings;
}

describe('A checkpoint in several files', () => {
  ownCache();
  const file = scratch();
  beforeEach(async () => {
    await rm(file('model'), { recursive: true, force: true });
    for (const name of ['config.json', 'preprocessor_config.json']) {
      await cp(path.join(WHOLE, name), path.join(file('model'), name), { recursive: true });
    }
  });
  const copy = (folder: string) => cp(path.join(SHARDED, folder), file('model'), { recursive: true });
  const indexOf = (form: keyof typeof FORMS) => path.join(file('model'), `${FORMS[form]}.index.json`);
  const readIndex = async (form: keyof typeof FORMS) => JSON.parse(await readFile(indexOf(form), 'utf8'));
  const open = (form: keyof typeof FORMS) =>
    openShardedCheckpoint(indexOf(form), async (name) => {
      return (await readdir(file('model'))).includes(name) ? path.join(file('model'), name) : undefined;
    });

  for (const form of Object.keys(FORMS) as (keyof typeof FORMS)[]) {
    it(`(${form}) gives Transformers' scores, from a folder and from the Hub`, async () => {
      await copy(form);
      assert.deepEqual(await assertSameScores(file('model')), []);
      const names = await readdir(file('model'));
      assert.ok(names.length > 5 && !names.includes(FORMS[form]), names.join());
      const contents = names.map(async (name) => [name, await readFile(path.join(file('model'), name))]);
      await withHub(async (hub) => {
        hub.commit('me/in-parts', Object.fromEntries(await Promise.all(contents)));
        assert.deepEqual(await assertSameScores('me/in-parts', hub.url), []);
      });
    });

    it(`(${form}) has the tensors of the whole one, and can be closed twice`, async () => {
      await copy(form);
      const [whole, parts] = [await openCheckpoint(path.join(WHOLE, 'model.safetensors')), await open(form)];
      assert.deepEqual(new Set(parts.tensors.keys()), new Set(whole.tensors.keys()));
      for (const [name, { shape }] of whole.tensors) {
        assert.deepEqual(parts.tensors.get(name)!.shape, shape);
        assert.deepEqual(parts.float32(name), whole.float32(name));
      }
      assert.throws(() => parts.float32('toString'), { name: 'CheckpointError', message: /no tensor 'toString'/ });
      for (const each of [whole, parts, parts]) each.close();
      assert.throws(() => parts.float32('classifier.bias'), /it is closed/);
    });

    it(`(${form}) without one of its files is refused, and the file named`, async () => {
      await copy(form);
      const [, second] = (await readdir(file('model'))).filter((name) => name.includes('-of-'));
      await rm(path.join(file('model'), second));
      const message = new RegExp(`index\\.json names '${second}', which is not beside it`);
      await assert.rejects(assertSameScores(file('model')), { name: 'CheckpointError', message });
    });

    it(`(${form}) with a tensor in another file than its index says is refused, and both files named`, async () => {
      await copy(form);
      const { weight_map: map, ...rest } = await readIndex(form);
      const [wrong] = Object.values(map).filter((other) => other !== map['projector.bias']);
      const changed = { ...rest, weight_map: { ...map, 'projector.bias': wrong } };
      await writeFile(indexOf(form), JSON.stringify(changed));
      const message = `tensor 'projector.bias' is in '${wrong}', which does not have it; '${map['projector.bias']}' has it`;
      await assert.rejects(assertSameScores(file('model')), (error: Error) => {
        assert.equal(error.name, 'CheckpointError');
        assert.ok(error.message.includes(message), error.message);
        return true;
      });
    });
  }

  it('goes after a model.safetensors, and before a pytorch_model.bin, as in Transformers', async () => {
    await copy('safetensors');
    await writeFile(path.join(file('model'), 'pytorch_model.bin'), 'no checkpoint');
    await assertSameScores(file('model'));
    await cp(path.join(WHOLE, 'model.safetensors'), path.join(file('model'), 'model.safetensors'));
    await writeFile(indexOf('safetensors'), 'no index');
    await assertSameScores(file('model'));
  });

  it('reads the tensor that the index means where two files have one of its name', async () => {
    await copy('safetensors');
    const { weight_map: map, ...rest } = await readIndex('safetensors');
    await cp(path.join(file('model'), map['projector.bias']), path.join(file('model'), 'model-copy.safetensors'));
    const changed = { ...map, 'projector.bias': 'model-copy.safetensors' };
    await writeFile(indexOf('safetensors'), JSON.stringify({ ...rest, weight_map: changed }));
    await assertSameScores(file('model'));
  });

  const wrong: Record<string, [index: unknown, message: RegExp]> = {
    'no weight_map': [{ metadata: {} }, /weight_map is none instead of/],
    'a list for a weight_map': [{ weight_map: ['a'] }, /weight_map is \["a"\] instead of/],
    'no tensors': [{ weight_map: {} }, /weight_map names no tensors/],
    'a file in the folder above': [
      { weight_map: { a: '../model.safetensors' } },
      /'a' is in "\.\.\/model\.safetensors"/,
    ],
    'a file by its whole path': [
      { weight_map: { a: '/etc/model.bin' } },
      /'a' is in "\/etc\/model\.bin", which is no file/,
    ],
    'a file in another folder': [{ weight_map: { a: 'b\\model.bin' } }, /'a' is in "b\\\\model\.bin"/],
    'a file of another kind': [
      { weight_map: { a: 'config.json' } },
      /'a' is in "config\.json", which is no file of tensors/,
    ],
    'a number for a file': [{ weight_map: { a: 1 } }, /'a' is in 1, which is no file/],
    'a name of a megabyte': [{ weight_map: { ['a'.repeat(1e6)]: 'b'.repeat(1e6) } }, /^.{0,600}$/],
    'more files than can be open': [
      { weight_map: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [i, `${i}.bin`])) },
      /names 501 files, more than the 500 allowed/,
    ],
  };
  for (const [what, [index, message]] of Object.entries(wrong)) {
    it(`is refused where its index has ${what}`, async () => {
      await writeFile(indexOf('safetensors'), JSON.stringify(index));
      await assert.rejects(assertSameScores(file('model')), { name: 'CheckpointError', message });
    });
  }
});

describe('What lies beside the tensors of a pytorch_model.bin', () => {
  const file = scratch();

  it('is left out, and a warning names it', async () => {
    await cp(WHOLE, file('.'), { recursive: true, filter: (name) => !name.endsWith('.safetensors') });
    await cp(path.join(SHARDED, 'beside', 'pytorch_model.bin'), file('pytorch_model.bin'));
    const warnings = await assertSameScores(file('.'));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /Not used by this model: epoch, best, seed, note, scheduler, done, history, betas, args/);
  });

  it('is told in words', async () => {
    const checkpoint = await openCheckpoint(path.join(SHARDED, 'beside', 'pytorch_model.bin'));
    checkpoint.close();
    assert.deepEqual(Object.fromEntries(checkpoint.leftOut), {
      epoch: '3',
      best: 'NaN',
      seed: 'Infinity',
      note: 'a string',
      scheduler: 'None',
      done: 'True',
      history: 'a list',
      betas: 'a tuple',
      args: 'a dictionary',
      shape: 'an object of torch.Size',
      dtype: 'an object',
      device: 'an object of torch.device',
      frozen: 'an object of __builtin__.set',
      bytes: 'an object of _codecs.encode',
      count: 'an object of collections.Counter',
      phase: 'an object of __builtin__.complex',
    });
  });
});
