import { type Dirent, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import type { Completions } from '../tslab.js';
import type { CellFile } from './workspace.js';

interface Opened {
  service: ts.LanguageService;
  cell: CellFile;
  path: string;
}

/** What can stand at a position of a cell, the likeliest first. In a string these may be files. */
export function complete({ service, cell, path }: Opened, position: number): Completions {
  const { text } = cell as unknown as ts.SourceFile;
  const found = service.getCompletionsAtPosition(path, position, { includeCompletionsWithInsertText: false });
  const before = /[\p{ID_Continue}$#]*$/u.exec(text.slice(0, position))![0];
  const after = /^[\p{ID_Continue}$]*/u.exec(text.slice(position))![0];
  const string = stringAt(cell as unknown as ts.SourceFile, position);
  if (string !== undefined && !found?.entries.length) return files(dirname(path), string, position);
  const entries = found?.entries.filter(({ kind }) => kind !== ts.ScriptElementKind.warning) ?? [];
  const typed = string ?? before;
  const own = namesOf(cell);
  // What the notebook defines comes before the names that are everywhere.
  const order = ({ name, sortText }: ts.CompletionEntry): string => `${own.has(name) ? 0 : 1}${sortText}${name}`;
  const ranked = entries
    .map((entry) => ({ entry, rank: rank(entry.name, typed) }))
    .filter((each) => each.rank < 3)
    .sort((a, b) => a.rank - b.rank || compare(order(a.entry), order(b.entry)));
  return {
    start: position - typed.length,
    end: position + (string === undefined ? after.length : 0),
    candidates: ranked.map(({ entry }) => entry.name),
    kinds: ranked.map(({ entry }) => entry.kind),
  };
}

/** The names at the top of a cell and of those before it. */
function namesOf(cell: CellFile): Set<string> {
  const names = new Set<string>();
  for (let each: CellFile | undefined = cell; each; each = each.parent) {
    for (const name of each.locals?.keys() ?? []) names.add(name);
  }
  return names;
}

/** How well a name goes on what was typed: 0 is best, 3 is not at all. */
function rank(name: string, typed: string): number {
  if (name.startsWith(typed)) return 0;
  const [lower, wanted] = [name.toLowerCase(), typed.toLowerCase()];
  if (lower.startsWith(wanted)) return 1;
  return lower.includes(wanted) ? 2 : 3;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What of a string stands before a position in it; undefined outside of strings. */
function stringAt(file: ts.SourceFile, position: number): string | undefined {
  let found: string | undefined;
  const visit = (node: ts.Node): void => {
    if (position <= node.getStart(file) || position > node.getEnd()) return;
    const isOpen = position < node.getEnd() || ('isUnterminated' in node && node.isUnterminated);
    if (ts.isStringLiteralLike(node) && isOpen) found = file.text.slice(node.getStart(file) + 1, position);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The files that a path may lead to. */
function files(folder: string, typed: string, position: number): Completions {
  const name = typed.slice(typed.lastIndexOf('/') + 1);
  const within = join(folder, typed.slice(0, typed.length - name.length));
  let entries: Dirent[] = [];
  try {
    entries = readdirSync(within, { withFileTypes: true });
  } catch {
    // There is no such folder.
  }
  const fitting = entries.filter(
    (entry) => entry.name.startsWith(name) && (name !== '' || !entry.name.startsWith('.')),
  );
  const sorted = fitting.sort((a, b) => compare(a.name, b.name));
  return {
    start: position - name.length,
    end: position,
    candidates: sorted.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)),
    kinds: sorted.map((entry) => (entry.isDirectory() ? 'folder' : 'file')),
  };
}
