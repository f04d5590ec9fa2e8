import ts from 'typescript';

const { factory } = ts;

/** An import as statements of a script, which `require` modules, and the names that they declare; types need none. */
export function importStatements(
  statement: ts.ImportDeclaration,
  checker: ts.TypeChecker,
): { statements: ts.Statement[]; names: string[] } {
  const { importClause: clause, moduleSpecifier } = statement;
  const load = call('require', moduleSpecifier);
  if (clause === undefined) return { statements: [at(statement, factory.createExpressionStatement(load))], names: [] };
  if (clause.isTypeOnly) return { statements: [], names: [] };

  const module = factory.createUniqueName('module');
  const bindings: [string, ts.Expression][] = [];
  if (clause.name && isValue(clause.name, checker)) {
    bindings.push([
      clause.name.text,
      factory.createPropertyAccessExpression(call('__importDefault', module), 'default'),
    ]);
  }
  const named = clause.namedBindings;
  if (named && ts.isNamespaceImport(named)) bindings.push([named.name.text, call('__importStar', module)]);
  if (named && ts.isNamedImports(named)) {
    for (const { name, propertyName = name, isTypeOnly } of named.elements) {
      if (isTypeOnly || !isValue(name, checker)) continue;
      const from = propertyName.text === 'default' ? call('__importDefault', module) : module;
      const value = ts.isIdentifier(propertyName)
        ? factory.createPropertyAccessExpression(from, propertyName.text)
        : factory.createElementAccessExpression(from, factory.createStringLiteral(propertyName.text));
      bindings.push([name.text, value]);
    }
  }
  if (bindings.length === 0) return { statements: [], names: [] };
  const statements = [constant(module, load), ...bindings.map(([name, value]) => constant(name, value))];
  at(statement, statements[0]);
  return { statements, names: bindings.map(([name]) => name) };
}

/**
 * The functions that imports need, as TypeScript's own make CommonJS look like modules. They stand behind the code, whose
 * lines stay where they are.
 */
export function importHelpers(code: string): string {
  const isUsed = /\b__import(Default|Star|Module)\(/.test(code);
  return isUsed
    ? `
function __importDefault(module) { return module && module.__esModule ? module : { default: module }; }
function __importStar(module) { return module && module.__esModule ? module : Object.assign(Object.create(null), module, { default: module }); }
async function __importModule(name) { return __importStar(require(name)); }`
    : '';
}

/** Whether an imported name is there when the cell runs; a constant enum is compiled into the code where it is used. */
function isValue(name: ts.Identifier, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(name);
  if (symbol === undefined) return false;
  const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return (flags & ts.SymbolFlags.Value) !== 0;
}

function constant(name: string | ts.Identifier, value: ts.Expression): ts.Statement {
  const declaration = factory.createVariableDeclaration(name, undefined, undefined, value);
  return factory.createVariableStatement(
    undefined,
    factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
  );
}

function call(name: string, value: ts.Expression): ts.CallExpression {
  return factory.createCallExpression(factory.createIdentifier(name), undefined, [value]);
}

function at<T extends ts.Node>(place: ts.Node, node: T): T {
  return ts.setTextRange(node, place);
}
