// In place of Node's `node:assert/strict`: the package assert, which is the same for browsers, and what it lacks.
import type * as Assert from 'node:assert/strict';

const assert: typeof Assert = require('assert/').strict;

/** Of one text, as the tests use it. */
function match(text: string, pattern: RegExp): void {
  assert.ok(pattern.test(text), `'${text}' does not match ${pattern}`);
}

export = Object.assign(assert, { match });
