import ts from 'typescript';
import { importStatements } from './imports.js';
import { createRewriter, exported, inSequence } from './rewrite.js';
import type { Lookup } from './scope.js';
import type { CellFile } from './workspace.js';

const { factory } = ts;

/** What became of a cell besides its code. */
export interface ScriptNotes {
  /** The export that holds the value of the last expression. */
  lastExpressionVar?: string;
  /** Whether the last expression is a promise, which the cell then waits for. */
  waits: boolean;
}

/**
 * Turns a module into a script that takes `exports`, `require` and `__reached`: what it declares at its top becomes
 * properties of `exports`, which later cells share, as soon as it has its value, and `__reached` is told how many of its
 * statements are done then.
 *
 * Names are looked up when they are used, as in Python: a function sees what a later cell makes of a variable. Only
 * constants are used directly where they stand, outside of functions, since nothing can change them before the end.
 */
export function toScript(
  checker: ts.TypeChecker,
  cell: CellFile,
  lookup: Lookup,
  notes: ScriptNotes,
): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const rewrite = createRewriter(context, cell, lookup);
    const last = lastExpression(file);
    const functions = file.statements.filter(ts.isFunctionDeclaration).filter(({ name, body }) => name && body);
    const hoisted = functions.map(({ name }) => publish([name!.text]));
    const body = file.statements.flatMap((statement, i): ts.Statement[] => {
      const done = factory.createExpressionStatement(call('__reached', factory.createNumericLiteral(i + 1)));
      if (ts.isImportDeclaration(statement)) {
        const { statements, names } = importStatements(statement, checker);
        return [...statements, ...names.map((name) => publish([name])), done];
      }
      if (ts.isImportEqualsDeclaration(statement)) return [...importEquals(statement), done];
      if (ts.isExportDeclaration(statement) || isNameless(statement)) return [];
      if (ts.isExportAssignment(statement)) return [expression(statement, rewrite(statement.expression))];
      if (statement === last) return [keepValue(last, rewrite(last.expression), file)];
      if (ts.isVariableStatement(statement)) return [...eachVariable(statement), done];
      const plain = withoutExport(rewrite(statement));
      return [plain, ...declaredBy(statement, checker).flatMap((name) => [publish([name]), done])];
    });
    return factory.updateSourceFile(file, [...hoisted, ...body]);

    function eachVariable(statement: ts.VariableStatement): ts.Statement[] {
      const isDeclared = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
      if (isDeclared) return [];
      const { declarations, flags } = statement.declarationList;
      return declarations.flatMap((declaration, i) => {
        const list = factory.createVariableDeclarationList([rewrite(declaration)], flags);
        const single = factory.createVariableStatement(undefined, list);
        return [i === 0 ? ts.setTextRange(single, statement) : single, publish(boundNames(declaration.name))];
      });
    }

    function importEquals(statement: ts.ImportEqualsDeclaration): ts.Statement[] {
      if (statement.isTypeOnly || !ts.isExternalModuleReference(statement.moduleReference)) return [rewrite(statement)];
      const { text } = statement.name;
      const value = call('require', statement.moduleReference.expression);
      return [constant(text, value, statement), publish([text])];
    }

    function keepValue(statement: ts.ExpressionStatement, value: ts.Expression, file: ts.SourceFile): ts.Statement {
      let name = 'tsLastExpr';
      for (let i = 0; (file as unknown as CellFile).locals?.has(name); i++) name = `tsLastExpr${i}`;
      notes.lastExpressionVar = name;
      const type = checker.getTypeAtLocation(statement.expression);
      notes.waits = !(type.flags & ts.TypeFlags.Any) && checker.getAwaitedType(type) !== type;
      const result = notes.waits ? factory.createAwaitExpression(value) : value;
      return expression(statement, factory.createAssignment(exported(name), result));
    }
  };
}

/** The expression statement at the end of a cell, whose value is shown. */
function lastExpression(file: ts.SourceFile): ts.ExpressionStatement | undefined {
  const last = file.statements.findLast((node) => !ts.isExportDeclaration(node) && !ts.isEmptyStatement(node));
  return last && ts.isExpressionStatement(last) ? last : undefined;
}

/** `export default class {}`: nobody can use it. */
function isNameless(node: ts.Statement): boolean {
  return (ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node)) && node.name === undefined;
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : boundNames(element.name)));
}

/** The classes, enums and namespaces that a statement declares and that are there when the cell runs. */
function declaredBy(statement: ts.Statement, checker: ts.TypeChecker): string[] {
  const isDeclaration =
    ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement);
  if (!isDeclaration || !statement.name || !ts.isIdentifier(statement.name)) return [];
  const isDeclared = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
  const flags = checker.getSymbolAtLocation(statement.name)?.flags ?? 0;
  return isDeclared || !(flags & ts.SymbolFlags.Value) ? [] : [statement.name.text];
}

/** `exports.a = a` */
function publish(names: readonly string[]): ts.Statement {
  const assignments = names.map((name) => factory.createAssignment(exported(name), factory.createIdentifier(name)));
  return assignments.length === 0
    ? factory.createEmptyStatement()
    : factory.createExpressionStatement(inSequence(assignments));
}

function expression(place: ts.Node, value: ts.Expression): ts.Statement {
  return ts.setTextRange(factory.createExpressionStatement(value), place);
}

function constant(name: string, value: ts.Expression, place: ts.Node): ts.Statement {
  const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
  const list = factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const);
  return ts.setTextRange(factory.createVariableStatement(undefined, list), place);
}

function call(name: string, ...values: ts.Expression[]): ts.CallExpression {
  return factory.createCallExpression(factory.createIdentifier(name), undefined, values);
}

/** A declaration without `export` and `default`, which a cell does not need. */
function withoutExport(node: ts.Statement): ts.Statement {
  if (!ts.canHaveModifiers(node)) return node;
  const isExport = ({ kind }: ts.ModifierLike) =>
    kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword;
  if (!node.modifiers?.some(isExport)) return node;
  const kept = node.modifiers.filter((modifier) => !isExport(modifier));
  if (ts.isClassDeclaration(node)) {
    const { name, typeParameters, heritageClauses, members } = node;
    return factory.updateClassDeclaration(node, kept, name, typeParameters, heritageClauses, members);
  }
  if (ts.isFunctionDeclaration(node)) {
    const { asteriskToken, name, typeParameters, parameters, type, body } = node;
    const [modifiers, generics] = [kept.filter(ts.isModifier), typeParameters];
    return factory.updateFunctionDeclaration(node, modifiers, asteriskToken, name, generics, parameters, type, body);
  }
  if (ts.isEnumDeclaration(node)) return factory.updateEnumDeclaration(node, kept, node.name, node.members);
  if (ts.isModuleDeclaration(node)) return factory.updateModuleDeclaration(node, kept, node.name, node.body);
  return node;
}
