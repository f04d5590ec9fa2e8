import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { TrainerState } from 'onpa';
import { formatJson, parseJson, readJson } from 'onpa/dist/json.js';

describe("JSON as Python's json reads and writes it", () => {
  it('has NaN, Infinity and -Infinity wherever a number may stand', () => {
    const text = '{"loss": NaN, "norms": [Infinity, -Infinity,NaN], "best": {"of": -Infinity }}';
    const value = { loss: NaN, norms: [Infinity, -Infinity, NaN], best: { of: -Infinity } };
    assert.deepEqual(parseJson(text), value);
    assert.equal(formatJson(value), '{"loss":NaN,"norms":[Infinity,-Infinity,NaN],"best":{"of":-Infinity}}');
    assert.deepEqual(['NaN', ' -Infinity\n', 'Infinity'].map(parseJson), [NaN, -Infinity, Infinity]);
  });

  it('leaves these words alone in strings and names', () => {
    const value = { NaN: 'NaN', 'a "NaN" \\': ['Infinity, -Infinity', '"NaN"', '\\"NaN', NaN] };
    assert.deepEqual(parseJson(formatJson(value, 2)), value);
    assert.equal(formatJson('NaN'), '"NaN"');
  });

  it('reads and writes all other values as JavaScript does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        assert.equal(formatJson(value, indent), text);
        assert.deepEqual(parseJson(text), JSON.parse(text));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('refuses what JSON.parse refuses, whatever is changed in a text', () => {
    const text = '{"a": [1, -0.5e+3, true], "b\\u00e9\\n": {"": null}, "c": "x"}';
    const change = fc.tuple(fc.nat(text.length), fc.nat(3), fc.constantFrom(...',:]}["{\\ 01-+.eE\ntx\u0001'));
    fc.assert(
      fc.property(change, ([at, length, by]) => {
        const changed = text.slice(0, at) + by + text.slice(at + length);
        let expected: unknown;
        try {
          expected = JSON.parse(changed);
        } catch {
          assert.throws(() => parseJson(changed), { name: 'SyntaxError' }, changed);
          return;
        }
        assert.deepEqual(parseJson(changed), expected, changed);
      }),
      { seed: 2, numRuns: 3000 },
    );
  });

  it('refuses these words where Python refuses them', () => {
    for (const text of [
      '-NaN',
      '+Infinity',
      'Infinity5',
      '1Infinity',
      'nan',
      '- Infinity',
      '{NaN: 1}',
      '[NaN NaN]',
      '',
    ]) {
      assert.throws(() => parseJson(text), { name: 'SyntaxError' }, text);
    }
  });

  it('takes the last of two values of one name, and __proto__ for a name', () => {
    assert.deepEqual(parseJson('{"a": 1, "b": 2, "a": 3}'), { a: 3, b: 2 });
    const value = parseJson('{"__proto__": {"polluted": true}, "constructor": 1}') as Record<string, unknown>;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(value.polluted, undefined);
    assert.equal(formatJson(value), '{"__proto__":{"polluted":true},"constructor":1}');
  });
});

describe('A JSON file that cannot be used', () => {
  let file: string;
  before(async () => {
    file = path.join(await mkdtemp(path.join(tmpdir(), 'onpa-json-')), 'config.json');
  });
  after(() => rm(path.dirname(file), { recursive: true, force: true }));

  const refused: Record<string, [content: string | Buffer, message: RegExp]> = {
    'brackets within brackets': ['['.repeat(200_000), /more than 500 lists and objects lie in each other/],
    'objects within objects': [`{"a":`.repeat(200_000), /more than 500 lists and objects lie in each other/],
    'a whole text of 200,000 brackets': [`{"a":${'['.repeat(2e5)}${']'.repeat(2e5)}}`, /more than 500/],
    'a missing comma': ['{\n  "a": 1\n  "b": 2\n}', /line 3, column 3 has "\\"b\\": 2\\n}" instead of ',' or '}'/],
    'a text that breaks off': ['{"a": [1, 2', /line 1, column 12 has the end instead of ',' or ']'/],
    'a string that breaks off': ['{"a": "b\\"', /line 1, column 7 has "\\"b\\\\\\"" instead of a whole string/],
    'bytes that are not UTF-8': [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not valid.*utf-8/],
    'another value than an object': ['NaN', /holds no JSON object/],
    'megabytes of spaces': [' '.repeat(8_000_001), /8000001 bytes, more than the 8000000 allowed/],
  };
  for (const [what, [content, message]] of Object.entries(refused)) {
    it(`is named, and what is wrong with it: ${what}`, async () => {
      await writeFile(file, content);
      await assert.rejects(readJson(file), { name: 'CheckpointError', message });
      await assert.rejects(readJson(file), { message: /^.*config\.json / });
    });
  }
});

describe('TrainerState.loadFromJson', () => {
  it('reads the NaN and Infinity that a training in Python has logged', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'onpa-json-'));
    const file = path.join(folder, 'trainer_state.json');
    await writeFile(
      file,
      '{"epoch": 1.0, "global_step": 3, "log_history": [{"loss": NaN, "grad_norm": Infinity, "step": 1},' +
        ' {"eval_loss": -Infinity, "step": 3}], "best_metric": NaN}',
    );
    const { logHistory, bestMetric } = await TrainerState.loadFromJson(file);
    await rm(folder, { recursive: true });
    assert.deepEqual(logHistory, [
      { loss: NaN, grad_norm: Infinity, step: 1 },
      { eval_loss: -Infinity, step: 3 },
    ]);
    assert.deepEqual(bestMetric, NaN);
  });
});
