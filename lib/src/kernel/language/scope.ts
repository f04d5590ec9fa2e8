import ts from 'typescript';
import type { CellFile } from './workspace.js';

/** A variable at the top of a cell: the cell that declares it, and what it is. */
export interface TopVariable {
  symbol: ts.Symbol;
  file: CellFile;
}

/** Which variable at the top of a cell an identifier stands for; undefined for all others, such as parameters. */
export type Lookup = (node: ts.Identifier) => TopVariable | undefined;

export function createLookup(checker: ts.TypeChecker, cells: ReadonlySet<CellFile>): Lookup {
  const ofSymbol = (symbol: ts.Symbol | undefined): TopVariable | undefined => {
    const file = symbol?.declarations?.[0]?.getSourceFile() as unknown as CellFile | undefined;
    if (symbol === undefined || file === undefined || !cells.has(file)) return undefined;
    const local = file.locals?.get(symbol.escapedName as string);
    return local === symbol || local?.exportSymbol === symbol ? { symbol, file } : undefined;
  };
  return (node) => {
    const { parent } = node;
    if (parent && ts.isShorthandPropertyAssignment(parent) && parent.name === node) {
      return ofSymbol(checker.getShorthandAssignmentValueSymbol(parent));
    }
    return ofSymbol(checker.getSymbolAtLocation(node));
  };
}
