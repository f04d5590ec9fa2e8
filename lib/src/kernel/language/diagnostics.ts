import { relative } from 'node:path';
import ts from 'typescript';
import type { Diagnostic, Position } from '../tslab.js';

export interface Explained {
  program: ts.Program;
  /** Path of the cell that is complained about without a name. */
  cell: string;
  folder: string;
  /** Names whose cell stopped before it came to them. */
  missed: ReadonlySet<string>;
}

/** What the compiler found, in words for somebody who has the cell before them: one short message for each mistake. */
export function explain(found: readonly ts.Diagnostic[], { cell, folder }: Explained): Diagnostic[] {
  return found.flatMap((diagnostic): Diagnostic[] => {
    const { file, start = 0, length = 0, category, code } = diagnostic;
    if (file === undefined || category !== ts.DiagnosticCategory.Error) return [];
    const place = (offset: number): Position => ({ offset, ...file.getLineAndCharacterOfPosition(offset) });
    const messageText = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    const plain = { start: place(start), end: place(start + length), messageText, category, code };
    return [file.fileName === cell ? plain : { ...plain, fileName: relative(folder, file.fileName) }];
  });
}
