import ts from 'typescript';
import { fromPython, likelyName } from '../../python-names.js';
import { typeName } from './hints.js';
import { has, type Mistake, type Rule } from './mistake.js';

/** What Python's builtins are called here. */
const BUILTINS: Readonly<Record<string, string>> = {
  print: 'console.log(…)',
  len: '.length',
  range: 'for (let i = 0; i < n; i++)',
  None: 'null or undefined',
  True: 'true',
  False: 'false',
  str: 'String(…)',
  int: 'Math.trunc(…)',
  float: 'Number(…)',
  abs: 'Math.abs(…)',
  max: 'Math.max(…)',
  min: 'Math.min(…)',
  round: 'Math.round(…)',
  sum: 'values.reduce((a, b) => a + b, 0)',
  self: 'this',
};

export const unknownName: Rule = (mistake) => {
  const { node, context, checker } = mistake;
  if (!has(mistake, 2304, 2552, 2580, 2584, 18004) || !ts.isIdentifier(node)) return undefined;
  const { text } = node;
  if (context.missed.has(text)) return `${text} is not defined: its cell stopped before the line that defines it`;
  const offered = exportsOf(context.library.path, mistake);
  for (const name of [text, fromPython(text)]) {
    if (name && offered.has(name)) return `${text} is not defined; import { ${name} } from '${context.library.name}'`;
  }
  if (Object.hasOwn(BUILTINS, text)) return `${text} is Python's; here it is ${BUILTINS[text]}`;
  const names = checker.getSymbolsInScope(node, ts.SymbolFlags.Variable).map(({ name }) => name);
  const meant = has(mistake, 2552) ? undefined : names.find((name) => name === fromPython(text));
  return meant ? `${text} is not defined; did you mean ${meant}?` : undefined;
};

function exportsOf(path: string, { checker, context }: Mistake): ReadonlySet<string> {
  const file = context.program.getSourceFile(path);
  const symbol = file && checker.getSymbolAtLocation(file);
  return new Set(symbol ? checker.getExportsOfModule(symbol).map(({ name }) => name) : []);
}

/** `load('x').samples`, `const { sr } = waveform` */
export const unknownMember: Rule = (mistake) => {
  const { node, checker } = mistake;
  if (!has(mistake, 2339, 2551) || !ts.isIdentifier(node)) return undefined;
  const { parent, text: name } = node;
  const isAccess = ts.isPropertyAccessExpression(parent);
  if (!isAccess && !ts.isBindingElement(parent)) return undefined;
  const { parent: declaration } = parent.parent;
  const taken = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const type = checker.getTypeAtLocation(isAccess ? parent.expression : (taken ?? parent.parent));
  const awaited = checker.getAwaitedType(type);
  if (isAccess && awaited && awaited !== type && checker.getPropertyOfType(awaited, name)) {
    const text = parent.expression.getText();
    return `${text.length <= 40 ? text : 'this'} is a promise of what has .${name}: put \`await\` before what gives it`;
  }
  const known = checker.getPropertiesOfType(type).map((each) => each.name);
  const sizes = ['rows', 'columns', 'length'].filter((each) => name === 'shape' && known.includes(each));
  if (sizes.length > 0)
    return `${typeName(type, checker)} has no .shape; it has ${sizes.map((each) => `.${each}`).join(' and ')}`;
  const meant = fromPython(name) === undefined ? undefined : likelyName(name, known);
  return meant ? `${typeName(type, checker)} has no ${name}; did you mean ${meant}?` : undefined;
};

/** `const samples = samples.slice(1)` */
export const ownValue: Rule = (mistake) => {
  const { node } = mistake;
  if (!has(mistake, 2448, 2454) || !ts.isIdentifier(node)) return undefined;
  const file = node.getSourceFile() as unknown as { parent?: ts.Node };
  const isEarlier = file.parent && mistake.checker.resolveName(node.text, file.parent, ts.SymbolFlags.Value, true);
  return isEarlier
    ? `${node.text} is declared anew in this cell, which hides the one of an earlier cell; give the new one another name`
    : undefined;
};

export const constant: Rule = (mistake) => {
  const { node, messages } = mistake;
  if (!has(mistake, 2588)) return undefined;
  return `${messages[0].text} Write const ${node.getText()} = … to define it anew, or let where it is defined.`;
};

export const noModule: Rule = (mistake) => {
  const name = /Cannot find module '([^']+)'/.exec(mistake.messages[0].text)?.[1];
  if (!has(mistake, 2307) || name === undefined) return undefined;
  if (/^[./]/.test(name)) return `there is no file ${name} beside the notebook`;
  return `there is no package ${name} here; install it: npm install ${name}`;
};
