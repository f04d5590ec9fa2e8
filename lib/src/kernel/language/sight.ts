import ts from 'typescript';
import { createLookup } from './scope.js';
import type { CellFile } from './workspace.js';

/** The cells, of those from the oldest, that a later cell can see a name of, or whose types those need. */
export function cellsInSight(program: ts.Program, paths: readonly string[]): Set<string> {
  const files = paths.map((path) => program.getSourceFile(path) as unknown as CellFile);
  const lookup = createLookup(program.getTypeChecker(), new Set(files));
  const [hidden, kept] = [new Set<string>(), new Set<CellFile>()];
  const keep = (file: CellFile): void => {
    if (kept.has(file)) return;
    kept.add(file);
    for (const used of usedBy(file, lookup)) keep(used);
  };
  for (const file of files.toReversed()) {
    const names = [...(file.locals ?? [])].flatMap(([name, symbol]) =>
      meanings(symbol).map((kind) => `${kind} ${name}`),
    );
    if (names.some((name) => !hidden.has(name))) keep(file);
    for (const name of names) hidden.add(name);
  }
  return new Set([...kept].map(({ fileName }) => fileName));
}

/** An interface hides no constant of its name; of an import it is not asked what it is. */
function meanings({ flags }: ts.Symbol): string[] {
  if (flags & ts.SymbolFlags.Alias) return ['value', 'type'];
  return [
    ...(flags & ts.SymbolFlags.Value ? ['value'] : []),
    ...(flags & (ts.SymbolFlags.Type | ts.SymbolFlags.Namespace) ? ['type'] : []),
  ];
}

function usedBy(file: CellFile, lookup: ReturnType<typeof createLookup>): Set<CellFile> {
  const used = new Set<CellFile>();
  const visit = (node: ts.Node): void => {
    const variable = ts.isIdentifier(node) ? lookup(node) : undefined;
    if (variable && variable.file !== file) used.add(variable.file);
    ts.forEachChild(node, visit);
  };
  visit(file as unknown as ts.SourceFile);
  return used;
}
