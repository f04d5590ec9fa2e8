import { relative } from 'node:path';
import ts from 'typescript';
import type { Diagnostic, Position } from '../tslab.js';
import { readable } from './documentation.js';
import { messagesOf } from './messages.js';
import type { Explained, Mistake } from './mistake.js';
import { pythonSyntax } from './python-syntax.js';
import { RULES } from './rules.js';

/** "Import assignment cannot be used when targeting ECMAScript modules": cells are none when they run. */
const IMPORT_REQUIRE = 1202;

/** What the compiler found, in words for somebody who has the cell before them: one short message for each mistake. */
export function explain(found: readonly ts.Diagnostic[], context: Explained): Diagnostic[] {
  const { cell, folder, program } = context;
  const seen = new Set<string>();
  return found.flatMap((diagnostic): Diagnostic[] => {
    const { file, start = 0, length = 0, category, code } = diagnostic;
    if (file === undefined || category !== ts.DiagnosticCategory.Error || code === IMPORT_REQUIRE) return [];
    const isSyntax = code < 2000;
    // Where the compiler has lost its way, what it says after that means nothing.
    const key = isSyntax ? file.fileName : `${file.fileName}:${start}:${code}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const place = (offset: number): Position => ({ offset, ...file.getLineAndCharacterOfPosition(offset) });
    const messageText = worded(diagnostic, file, context, program.getTypeChecker());
    const plain = { start: place(start), end: place(start + length), messageText, category, code };
    return [file.fileName === cell ? plain : { ...plain, fileName: relative(folder, file.fileName) }];
  });
}

function worded(diagnostic: ts.Diagnostic, file: ts.SourceFile, context: Explained, checker: ts.TypeChecker): string {
  const { start = 0, length = 0, code } = diagnostic;
  const messages = messagesOf(diagnostic);
  if (code < 2000) return pythonSyntax(file, start) ?? messages[0].text;
  const mistake: Mistake = { node: nodeAt(file, start, start + length), messages, checker, context };
  for (const rule of RULES) {
    const text = rule(mistake);
    if (text) return text;
  }
  const [first, ...rest] = messages.map(({ text }) => readable(text));
  const last = rest.at(-1);
  // What lies between leads through the insides of types.
  return last === undefined || last.length > 160 ? first : `${first}\n  ${last}`;
}

/** The outermost node that begins and ends there. */
function nodeAt(file: ts.SourceFile, start: number, end: number): ts.Node {
  let found: ts.Node = file;
  const visit = (node: ts.Node): void => {
    if (node.getStart(file) > start || node.getEnd() < end) return;
    if (found === file || found.getStart(file) !== start || found.getEnd() !== end) found = node;
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  if (ts.isExpressionStatement(found)) return found.expression;
  return ts.isBindingElement(found) ? found.name : found;
}
