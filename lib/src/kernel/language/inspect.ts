import ts from 'typescript';
import type { Inspection } from '../tslab.js';
import { type Documentation, readable, render } from './documentation.js';
import type { CellFile } from './workspace.js';

interface Opened {
  service: ts.LanguageService;
  program: ts.Program;
  cell: CellFile;
  path: string;
}

/**
 * What stands at a position of a cell, and the function between whose brackets it is: its signature, with the fields of
 * its options.
 */
export function inspect(opened: Opened, position: number): Inspection | undefined {
  const found = [word(opened, position), call(opened, position)].filter((each) => each !== undefined).map(render);
  if (found.length === 0) return undefined;
  return {
    text: found.map(({ text }) => text).join('\n\n────\n\n'),
    markdown: found.map(({ markdown }) => markdown).join('\n\n---\n\n'),
  };
}

function word({ service, program, path, cell }: Opened, position: number): Documentation | undefined {
  const { text } = cell as unknown as ts.SourceFile;
  const isPart = (character = ''): boolean => /[\p{ID_Continue}$#]/u.test(character);
  // A cursor behind a word belongs to it.
  const at = isPart(text[position]) ? position : position - 1;
  const info = isPart(text[at]) ? service.getQuickInfoAtPosition(path, at) : undefined;
  if (!info) return undefined;
  const code = ts
    .displayPartsToString(info.displayParts)
    .replace(/^\(alias\) /, '')
    .replace(/\nimport .*$/, '');
  return {
    code: readable(code),
    words: ts.displayPartsToString(info.documentation),
    fields: functionFields(cell as unknown as ts.SourceFile, info.textSpan.start, program.getTypeChecker()),
    tags: info.tags ?? [],
  };
}

/** What the function of a name takes by name. */
function functionFields(file: ts.SourceFile, start: number, checker: ts.TypeChecker): Documentation['fields'] {
  let found: ts.Identifier | undefined;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.getStart(file) === start) found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  const name = found;
  if (!name || ts.isDeclarationStatement(name.parent)) return [];
  const [signature] = checker.getTypeAtLocation(name).getCallSignatures();
  return signature?.getParameters().flatMap((parameter) => fieldsOf(parameter, name, checker)) ?? [];
}

function call({ program, cell }: Opened, position: number): Documentation | undefined {
  const file = cell as unknown as ts.SourceFile;
  const checker = program.getTypeChecker();
  const around = innermostCall(file, position);
  const signature = around && checker.getResolvedSignature(around);
  if (!around || !signature?.declaration) return undefined;
  const name = around.expression.getText();
  const isNew = ts.isNewExpression(around);
  const shown = checker.signatureToString(signature, around, ts.TypeFormatFlags.NoTruncation);
  return {
    code: readable(`${isNew ? 'new ' : ''}${name.length <= 60 ? name : name.slice(name.lastIndexOf('.') + 1)}${shown}`),
    words: ts.displayPartsToString(signature.getDocumentationComment(checker)),
    fields: signature.getParameters().flatMap((parameter) => fieldsOf(parameter, around, checker)),
    tags: signature.getJsDocTags(),
  };
}

type Call = ts.CallExpression | ts.NewExpression;

/** The call whose brackets are around a position. */
function innermostCall(file: ts.SourceFile, position: number): Call | undefined {
  let found: Call | undefined;
  const visit = (node: ts.Node): void => {
    if (position <= node.getStart(file) || position > node.getEnd()) return;
    const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
    if (isCall && node.arguments) {
      const isClosed = file.text[node.getEnd() - 1] === ')';
      const open = file.text.indexOf('(', node.typeArguments?.end ?? node.expression.getEnd());
      if (open >= 0 && position > open && (position < node.getEnd() || !isClosed)) found = node;
    }
    // A function among the arguments has its own lines.
    if (ts.isBlock(node) && ts.isFunctionLike(node.parent)) found = undefined;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found ?? unfinishedCall(file, position);
}

/** The call that a cell ends with, before its brackets are closed and something stands in them. */
function unfinishedCall(file: ts.SourceFile, position: number): Call | undefined {
  let found: Call | undefined;
  const visit = (node: ts.Node): void => {
    const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
    const isOpen = isCall && file.text[node.getEnd() - 1] !== ')';
    if (isOpen && node.getEnd() <= position && file.text.slice(node.getEnd(), position).trim() === '') found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What may be given by name. */
function fieldsOf(parameter: ts.Symbol, place: ts.Node, checker: ts.TypeChecker): Documentation['fields'] {
  const type = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(parameter, place));
  const isRecord =
    (type.flags & ts.TypeFlags.Object || type.isIntersection()) &&
    checker.getIndexTypeOfType(type, ts.IndexKind.Number) === undefined &&
    type.getCallSignatures().length === 0 &&
    !type.isClass();
  if (!isRecord) return [];
  const properties = checker.getPropertiesOfType(type).filter(({ flags }) => !(flags & ts.SymbolFlags.Method));
  return properties.map((property) => {
    const value = checker.getNonNullableType(checker.getTypeOfSymbolAtLocation(property, place));
    const optional = property.flags & ts.SymbolFlags.Optional ? '?' : '';
    return {
      heading: parameter.name,
      code: readable(
        `${property.name}${optional}: ${checker.typeToString(value, place, ts.TypeFormatFlags.InTypeAlias)}`,
      ),
      words: ts.displayPartsToString(property.getDocumentationComment(checker)),
    };
  });
}
