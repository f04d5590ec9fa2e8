import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { frontMatter } from 'onpa/dist/training/card/front-matter.js';
import { parse } from 'yaml';
import { inRepository } from '../../fixtures.js';

/** How PyYAML reads strings and writes floats; made by test/reference/yaml_fixtures.py. */
const { strings, plain, floats } = JSON.parse(readFileSync(inRepository('test', 'fixtures', 'yaml.json'), 'utf8')) as {
  /** Each with the quoted text that PyYAML reads as that string. */
  strings: [string, string][];
  /** Those that PyYAML reads without quotes. */
  plain: string[];
  /** As Python prints them, and as PyYAML writes them. */
  floats: [string, string][];
};

describe('the metadata of a model card', () => {
  it('has each string as PyYAML reads that string, as a value and as a key', () => {
    for (const [string, quoted] of strings) {
      const [value] = frontMatter({ tags: [string] })
        .split('\n')
        .slice(1);
      const [key] = frontMatter({ [string]: [1] }).split(':\n  - 1.0\n');
      for (const text of [value.replace('  - ', ''), key]) {
        assert.ok(
          text === quoted || (text === string && plain.includes(string)),
          `${JSON.stringify(string)} as ${text}`,
        );
      }
    }
  });

  it('has each string as readers of YAML 1.1 and of 1.2 read it', () => {
    const all = { list: strings.map(([string]) => string) };
    for (const version of ['1.1', '1.2'] as const) assert.deepEqual(parse(frontMatter(all), { version }), all);
  });

  it('leaves the names of models, data sets and licences without quotes', () => {
    const names = ['en', 'mit', 'apache-2.0', 'marsyas/gtzan', 'ft-hubert-on-gtzan', 'Audio Classification', '日本語'];
    assert.equal(frontMatter({ names }), `names:\n${names.map((name) => `  - ${name}\n`).join('')}`);
  });

  it('has floats as PyYAML writes them, also those that are not finite', () => {
    for (const [python, yaml] of floats) {
      const value = Number(python.replace('inf', 'Infinity'));
      assert.equal(frontMatter({ value }), `value: ${yaml}\n`);
    }
  });
});
