import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reserve } from 'onpa/dist/dsp/engine.js';
import ts from 'typescript';

const lib = join(__dirname, '..', '..', '..', '..', 'lib');

/** The functions that a file exports or declares in its interfaces, and the names of their parameters. */
function signatures(file: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const visit = (node: ts.Node) => {
    const isExported = ts.isFunctionDeclaration(node) && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export;
    if ((isExported || ts.isMethodSignature(node)) && node.name) {
      found[node.name.getText()] = node.parameters.map(({ name }) => name.getText());
    }
    if (!ts.isFunctionDeclaration(node)) ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(join(lib, file), 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
}

describe('kernels', () => {
  const declared = signatures('src/dsp/kernels.ts');

  it('have the parameters that their callers know, in the same order', () => {
    assert.deepEqual(declared, signatures('kernels/kernels.ts'));
    assert.ok(Object.keys(declared).length > 10);
  });

  it('are all in the WebAssembly module, with as many parameters', () => {
    const functions = Object.entries(reserve({}).kernels).filter(([, value]) => typeof value === 'function');
    const counts = Object.entries(declared).map(([name, parameters]) => [name, parameters.length]);
    assert.deepEqual(
      Object.fromEntries(functions.map(([name, { length }]) => [name, length])),
      Object.fromEntries(counts),
    );
  });
});
