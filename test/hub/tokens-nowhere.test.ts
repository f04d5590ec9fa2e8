import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { inRepository } from '../fixtures.js';

/** What access tokens and keys look like: the Hub's, W&B's in a line that names it, Kaggle's. */
const SECRETS = [
  /\bhf_[A-Za-z0-9]{20,}/,
  /wandb.{0,60}\b[0-9a-f]{40}\b/i,
  /\b[0-9a-f]{40}\b.{0,60}wandb/i,
  /\beyJ[\w-]{20,}\.[\w-]{20,}\./,
];

describe('what is published', () => {
  for (const folder of ['notebooks', 'data', 'docs', 'README.md']) {
    it(`holds nothing in ${folder} that looks like a token`, () => {
      const place = inRepository(folder);
      const files = folder.endsWith('.md')
        ? [place]
        : readdirSync(place, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => `${entry.parentPath}/${entry.name}`);
      ok(files.length > 0);
      const found = files.filter((file) => {
        const text = readFileSync(file, 'latin1');
        return SECRETS.some((secret) => secret.test(text));
      });
      deepEqual(found, []);
    });
  }

  it('is searched for what a token looks like', () => {
    const examples = [
      `hf_${'aB3'.repeat(11)}`,
      `WANDB_API_KEY=${'0123456789'.repeat(4)}`,
      `key = "${'0123456789'.repeat(4)}"  # for wandb`,
      `eyJ${'a'.repeat(30)}.${'b'.repeat(30)}.c`,
    ];
    for (const example of examples) equal(SECRETS.filter((secret) => secret.test(example)).length, 1, example);
  });
});
