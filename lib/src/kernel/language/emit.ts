import ts from 'typescript';
import { hasTopLevelAwait } from './has-top-level-await.js';
import { importHelpers } from './imports.js';
import { createLookup } from './scope.js';
import { type ScriptNotes, toScript } from './to-script.js';
import type { CellFile } from './workspace.js';

/** The code of a cell, to be run in a function of `exports`, `require` and `__reached`. */
export interface Emitted {
  output: string;
  /** Leads from the lines of `output` to those of the cell. */
  sourceMap: string;
  hasToplevelAwait: boolean;
  lastExpressionVar?: string;
}

/** Compiles a cell that has no mistakes. */
export function emit(program: ts.Program, cell: CellFile): Emitted {
  const file = cell as unknown as ts.SourceFile;
  const checker = program.getTypeChecker();
  const cells = new Set<CellFile>();
  for (let each: CellFile | undefined = cell; each; each = each.parent) cells.add(each);
  const notes: ScriptNotes = { waits: false };
  const transform = toScript(checker, cell, createLookup(checker, cells), notes);
  const written = new Map<string, string>();
  const write = (path: string, text: string) => written.set(path.endsWith('.map') ? 'map' : 'code', text);
  program.emit(file, write, undefined, false, { before: [transform], after: [withoutExports] });
  const code = (written.get('code') ?? '').replace(/\n\/\/# sourceMappingURL=.*$/, '');
  return {
    output: code + importHelpers(code),
    sourceMap: written.get('map') ?? '',
    hasToplevelAwait: notes.waits || hasTopLevelAwait(file),
    ...(notes.lastExpressionVar ? { lastExpressionVar: notes.lastExpressionVar } : {}),
  };
}

/** Takes out the `export {}` that marks a module. */
const withoutExports: ts.TransformerFactory<ts.SourceFile> = () => (file) => {
  const kept = file.statements.filter((statement) => !ts.isExportDeclaration(statement));
  return ts.factory.updateSourceFile(file, kept);
};
