import ts from 'typescript';
import type { Lookup } from './scope.js';
import type { CellFile } from './workspace.js';

const { factory } = ts;

/** `exports.name` */
export function exported(name: string): ts.PropertyAccessExpression {
  return factory.createPropertyAccessExpression(factory.createIdentifier('exports'), name);
}

/** `a, b` */
export function inSequence(expressions: readonly ts.Expression[]): ts.Expression {
  return expressions.reduce((left, right) => factory.createComma(left, right));
}

/** Gives a function that replaces the variables of cells in a piece of a cell: `samples` becomes `exports.samples`. */
export function createRewriter(
  context: ts.TransformationContext,
  cell: CellFile,
  lookup: Lookup,
): <T extends ts.Node>(node: T) => T {
  /** How many functions are around the node. */
  let depth = 0;

  function visit(node: ts.Node): ts.Node {
    if (ts.isIdentifier(node)) return isShared(node) ? at(node, exported(node.text)) : node;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node;
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return node;
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return node;
    if (!isOwnScope(node)) return visitNode(node);
    depth++;
    try {
      return visitNode(node);
    } finally {
      depth--;
    }
  }

  const children = <T extends ts.Node>(node: T): T => ts.visitEachChild(node, visit, context);

  function visitNode(node: ts.Node): ts.Node {
    if (ts.isShorthandPropertyAssignment(node) && isShared(node.name)) {
      const { name, objectAssignmentInitializer: initial } = node;
      const value = exported(name.text);
      const whole = initial ? factory.createAssignment(value, visit(initial) as ts.Expression) : value;
      return at(node, factory.createPropertyAssignment(factory.createIdentifier(name.text), whole));
    }
    if (ts.isCallExpression(node)) {
      if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
        const load = factory.createIdentifier('__importModule');
        return at(
          node,
          factory.createCallExpression(
            load,
            undefined,
            node.arguments.map((value) => visit(value) as ts.Expression),
          ),
        );
      }
      const callee = detached(node.expression);
      if (callee) {
        const changed = children(node);
        return ts.isCallChain(changed)
          ? factory.updateCallChain(changed, callee, changed.questionDotToken, changed.typeArguments, changed.arguments)
          : factory.updateCallExpression(
              changed as ts.CallExpression,
              callee,
              undefined,
              (changed as ts.CallExpression).arguments,
            );
      }
    }
    if (ts.isTaggedTemplateExpression(node)) {
      const tag = detached(node.tag);
      if (tag)
        return factory.updateTaggedTemplateExpression(node, tag, undefined, visit(node.template) as ts.TemplateLiteral);
    }
    if (ts.isVariableStatement(node) && isHoisted(node.declarationList)) {
      const values = assignments(node.declarationList);
      return values.length === 0
        ? factory.createEmptyStatement()
        : at(node, factory.createExpressionStatement(inSequence(values)));
    }
    if (ts.isForStatement(node) && node.initializer && isHoisted(node.initializer)) {
      const { initializer, condition, incrementor, statement } = children(node);
      const values = assignments(initializer as ts.VariableDeclarationList);
      const first = values.length === 0 ? undefined : inSequence(values);
      return factory.updateForStatement(node, first, condition, incrementor, statement);
    }
    if ((ts.isForOfStatement(node) || ts.isForInStatement(node)) && isHoisted(node.initializer)) {
      const [{ name }] = (node.initializer as ts.VariableDeclarationList).declarations;
      const values = visit(node.expression) as ts.Expression;
      const body = visit(node.statement) as ts.Statement;
      return ts.isForInStatement(node)
        ? factory.updateForInStatement(node, target(name), values, body)
        : factory.updateForOfStatement(node, node.awaitModifier, target(name), values, body);
    }
    return children(node);
  }

  /** Whether an identifier is read and written as a property of `exports`. */
  function isShared(node: ts.Identifier): boolean {
    if (isName(node)) return false;
    const variable = lookup(node);
    if (variable === undefined) return false;
    const { symbol, file } = variable;
    if (file !== cell) return (symbol.flags & VALUE_OR_ALIAS) !== 0;
    const isAround = (declaration: ts.Node) =>
      ts.findAncestor(node, (ancestor) => ancestor === declaration) !== undefined;
    const declarations = symbol.declarations ?? [];
    // A class, enum or namespace knows itself; a variable is not shared yet while its own value is computed.
    if (declarations.some((declaration) => SELF_AWARE(declaration) && isAround(declaration))) return false;
    if (depth > 0) return (symbol.flags & VALUE_OR_ALIAS) !== 0;
    if (declarations.some((declaration) => variableOf(declaration) && isAround(variableOf(declaration)!))) return false;
    return declarations.some(canChange);
  }

  /** A function called by its name alone gets no `this`: `(0, exports.f)`; undefined for other callees. */
  function detached(node: ts.Expression): ts.Expression | undefined {
    if (!ts.isIdentifier(node) || !isShared(node)) return undefined;
    const zero = factory.createNumericLiteral(0);
    return at(node, factory.createParenthesizedExpression(factory.createComma(zero, exported(node.text))));
  }

  /** Whether `var` below the top, but in no function, declares variables of the cell. */
  const isHoisted = (node: ts.Node): boolean =>
    depth === 0 && ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped) && !isTop(node);

  const assignments = (list: ts.VariableDeclarationList): ts.Expression[] =>
    list.declarations.flatMap(({ name, initializer }) =>
      initializer ? [factory.createAssignment(target(name), visit(initializer) as ts.Expression)] : [],
    );

  /** What a declaration binds, as something that can be assigned to. */
  function target(name: ts.BindingName): ts.Expression {
    if (ts.isIdentifier(name)) return at(name, exported(name.text));
    const withDefault = (element: ts.BindingElement): ts.Expression => {
      const bound = target(element.name);
      return element.initializer ? factory.createAssignment(bound, visit(element.initializer) as ts.Expression) : bound;
    };
    if (ts.isArrayBindingPattern(name)) {
      return factory.createArrayLiteralExpression(
        name.elements.map((element) => {
          if (ts.isOmittedExpression(element)) return element;
          return element.dotDotDotToken ? factory.createSpreadElement(withDefault(element)) : withDefault(element);
        }),
      );
    }
    return factory.createObjectLiteralExpression(
      name.elements.map((element) => {
        if (element.dotDotDotToken) return factory.createSpreadAssignment(withDefault(element));
        const key = element.propertyName ?? (element.name as ts.Identifier);
        const plain = ts.isIdentifier(key) ? factory.createIdentifier(key.text) : (visit(key) as ts.PropertyName);
        return factory.createPropertyAssignment(plain, withDefault(element));
      }),
    );
  }

  return <T extends ts.Node>(node: T): T => visit(node) as T;
}

const VALUE_OR_ALIAS = ts.SymbolFlags.Value | ts.SymbolFlags.Alias;

const SELF_AWARE = (node: ts.Node): boolean =>
  ts.isClassLike(node) || ts.isEnumDeclaration(node) || ts.isModuleDeclaration(node);

/** What has variables and a time of running of its own. */
function isOwnScope(node: ts.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isClassStaticBlockDeclaration(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isModuleBlock(node)
  );
}

function isTop(list: ts.VariableDeclarationList): boolean {
  return list.parent && ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent);
}

function variableOf(declaration: ts.Node): ts.Node | undefined {
  return ts.findAncestor(
    declaration,
    (node) => ts.isVariableDeclaration(node) || (ts.isStatement(node) ? 'quit' : false),
  );
}

/** Whether an identifier may stand for another value after its declaration. */
function canChange(declaration: ts.Declaration): boolean {
  const variable = variableOf(declaration);
  if (!variable) return ts.isFunctionDeclaration(declaration);
  return !(variable.parent.flags & ts.NodeFlags.Const);
}

/** Whether an identifier names something where it stands, rather than being an expression. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  // An identifier without a parent was made here.
  if (!parent) return true;
  const { name } = parent as { name?: ts.Node };
  if (name === node && !ts.isShorthandPropertyAssignment(parent)) return true;
  return (ts.isBindingElement(parent) && parent.propertyName === node) || ts.isExportSpecifier(parent);
}

function at<T extends ts.Node>(place: ts.Node, node: T): T {
  return ts.setTextRange(node, place);
}
