import ts from 'typescript';
import { fromPython, likelyName } from '../../python-names.js';
import type { Explained } from './diagnostics.js';
import { alternatives, isRecord, typeName, wayTo } from './hints.js';
import { isUnknownProperty, type Message, UNKNOWN_PROPERTY } from './messages.js';

export interface Mistake {
  /** What is complained about. */
  node: ts.Node;
  /** In the compiler's words. */
  messages: readonly Message[];
  checker: ts.TypeChecker;
  context: Explained;
}

/** The better words for a mistake; undefined where the compiler's are good. */
export type Rule = (mistake: Mistake) => string | undefined;

const has = ({ messages }: Mistake, ...codes: number[]): boolean => messages.some(({ code }) => codes.includes(code));

/** `stft(x, { n_fft: 1024 })` */
const unknownOption: Rule = ({ node, messages, checker }) => {
  const message = messages.find(isUnknownProperty);
  const name = message && /'([^']+)' does not exist in type/.exec(message.text)?.[1];
  const literal = name === undefined ? undefined : literalWith(node, name);
  if (name === undefined || literal === undefined) return undefined;
  const known = propertiesTaken(literal, checker);
  // An object for something else.
  if (known.length === 0) return undefined;
  const call = literal.parent;
  const isArgument = isCall(call) && call.arguments?.includes(literal);
  const position = isArgument ? call.arguments!.indexOf(literal) : -1;
  const parameter = isArgument ? signatures(call, checker).at(-1)?.getParameters()[position]?.name : undefined;
  const isOption = isArgument && (position > 0 || parameter === 'options' || ts.isNewExpression(call));
  const owner = isOption ? `an option of ${nameOf(call.expression)}` : 'a property that is known here';
  const meant = likelyName(name, known);
  const list = known.length > 14 ? `${known.slice(0, 14).join(', ')} …` : known.join(', ');
  return `${name} is not ${owner}; ${meant ? `did you mean ${meant}?` : `there are ${list}`}`;
};

function literalWith(node: ts.Node, name: string): ts.ObjectLiteralExpression | undefined {
  const around = ts.findAncestor(node, ts.isObjectLiteralExpression);
  const names = (literal: ts.ObjectLiteralExpression) =>
    literal.properties.some((each) => each.name?.getText() === name);
  if (around && names(around)) return around;
  const call = ts.findAncestor(node, isCall);
  return call?.arguments?.filter(ts.isObjectLiteralExpression).find(names);
}

function propertiesTaken(literal: ts.ObjectLiteralExpression, checker: ts.TypeChecker): string[] {
  const { parent } = literal;
  const types = isCall(parent)
    ? parameterTypes(parent, parent.arguments!.indexOf(literal), checker)
    : [checker.getContextualType(literal)].flatMap((type) => (type ? [type] : []));
  const names = types
    .flatMap(alternatives)
    .flatMap((type) => (isRecord(type, checker) ? checker.getPropertiesOfType(type) : []))
    .map(({ name }) => name);
  return [...new Set(names)];
}

type Call = ts.CallExpression | ts.NewExpression;

const isCall = (node: ts.Node): node is Call => ts.isCallExpression(node) || ts.isNewExpression(node);

function signatures(call: Call, checker: ts.TypeChecker): readonly ts.Signature[] {
  const type = checker.getTypeAtLocation(call.expression);
  return ts.isNewExpression(call) ? type.getConstructSignatures() : type.getCallSignatures();
}

/** What the signatures take at a position. */
function parameterTypes(call: Call, position: number, checker: ts.TypeChecker): ts.Type[] {
  return signatures(call, checker).flatMap((signature) => {
    const parameters = signature.getParameters();
    const parameter = parameters[Math.min(position, parameters.length - 1)];
    if (!parameter) return [];
    const type = checker.getTypeOfSymbolAtLocation(parameter, call);
    const declaration = parameter.valueDeclaration;
    const isRest = declaration && ts.isParameter(declaration) && declaration.dotDotDotToken;
    const one = isRest ? (checker.getIndexTypeOfType(type, ts.IndexKind.Number) ?? type) : type;
    return [checker.getBaseConstraintOfType(one) ?? one];
  });
}

const nameOf = (callee: ts.Expression): string => {
  const text = callee.getText();
  return text.length <= 40 ? text : (/\w+$/.exec(text)?.[0] ?? 'the function');
};

/** `specshow(stft(x))` */
const wrongArgument: Rule = (mistake) => {
  const { checker } = mistake;
  if (!has(mistake, 2345, ...UNKNOWN_PROPERTY)) return undefined;
  const node = has(mistake, 2345)
    ? mistake.node
    : (ts.findAncestor(mistake.node, ts.isObjectLiteralExpression) ?? mistake.node);
  const isArgument = isCall(node.parent) && node.parent.arguments?.includes(node as ts.Expression);
  const around = isArgument ? (node.parent as Call) : ts.findAncestor(node, isCall);
  // Where there are several signatures, the compiler may point at the call.
  const values = [...(around?.arguments ?? [])];
  const position = isArgument
    ? values.indexOf(node as ts.Expression)
    : values.findIndex((value, i) => !isTaken(around!, value, i, checker));
  if (!around || position < 0) return undefined;
  const value = around.arguments![position];
  const given = checker.getTypeAtLocation(value);
  const wanted = parameterTypes(around, position, checker).flatMap(alternatives);
  const way = wayTo(given, wanted, around, checker);
  const names = new Set(signatures(around, checker).map((each) => each.getParameters()[position]?.name));
  const [parameter] = [...names].filter((name) => name !== undefined);
  const kinds = [...new Set(wanted.filter(isTold).map((type) => typeName(type, checker)))];
  const takes =
    kinds.length === 1 ? `; it takes ${kinds[0]}` : kinds.length <= 4 ? `; it takes ${kinds.join(', ')}` : '';
  const what = `${nameOf(around.expression)} cannot take ${article(typeName(given, checker))} as ${parameter}`;
  return way === '' ? `${what}${takes}` : `${what}: ${way}`;
};

const isTold = ({ flags }: ts.Type): boolean => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null));

function isTaken(call: Call, value: ts.Expression, position: number, checker: ts.TypeChecker): boolean {
  const given = checker.getTypeAtLocation(value);
  return parameterTypes(call, position, checker).some((type) => checker.isTypeAssignableTo(given, type));
}

const article = (name: string): string =>
  /^[\w.]+$/.test(name) && !/^(null|undefined)$/.test(name) ? `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}` : name;

/** `specshow(x, { yAxis: 'melody' })` */
const wrongValue: Rule = (mistake) => {
  const { node, checker } = mistake;
  if (!has(mistake, 2322, 2820)) return undefined;
  const { parent } = node;
  const assignment = ts.isPropertyAssignment(node) ? node : parent;
  if (!ts.isPropertyAssignment(assignment) && !ts.isShorthandPropertyAssignment(assignment)) return undefined;
  const value = ts.isPropertyAssignment(assignment) ? assignment.initializer : assignment.name;
  const wanted = checker.getContextualType(value);
  if (!wanted) return undefined;
  const choices = alternatives(wanted).filter(isTold);
  const name = assignment.name.getText();
  const strings = choices.filter((type) => type.isStringLiteral());
  const given = ts.isStringLiteral(value)
    ? `'${value.text}'`
    : article(typeName(checker.getTypeAtLocation(value), checker));
  if (strings.length === 0)
    return choices.length === 1 ? `${name} is ${article(typeName(choices[0], checker))}, not ${given}` : undefined;
  const listed = choices.map((type) => (type.isStringLiteral() ? `'${type.value}'` : article(typeName(type, checker))));
  const meant = ts.isStringLiteral(value)
    ? likelyName(
        value.text,
        strings.map(({ value: text }) => text),
      )
    : undefined;
  return `${name} is one of ${[...new Set(listed)].join(', ')}, not ${given}${meant ? `; did you mean '${meant}'?` : ''}`;
};

/** `stft(x, 1024)` */
const noObject: Rule = (mistake) => {
  const { node, checker } = mistake;
  if (!has(mistake, 2559) || !ts.isCallExpression(node.parent)) return undefined;
  const position = node.parent.arguments.indexOf(node as ts.Expression);
  const types = parameterTypes(node.parent, position, checker).flatMap(alternatives).filter(isTold);
  const names = types.flatMap((type) => checker.getPropertiesOfType(type)).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return `${nameOf(node.parent.expression)} takes options by name: { ${[...new Set(names)].slice(0, 5).join(', ')} … }, not ${node.getText()}`;
};

/** `stft()` */
const wrongCount: Rule = (mistake) => {
  const { node, checker, messages } = mistake;
  if (!has(mistake, 2554, 2555)) return undefined;
  const call = ts.findAncestor(node, isCall);
  const signature = call && signatures(call, checker)[0];
  if (!signature) return undefined;
  const names = signature.getParameters().map((parameter) => {
    const declaration = parameter.valueDeclaration;
    return declaration && ts.isParameter(declaration) && checker.isOptionalParameter(declaration)
      ? `${parameter.name}?`
      : parameter.name;
  });
  return `${messages[0].text.replace(/\.$/, '')}: ${nameOf(call.expression)}(${names.join(', ')})`;
};

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

const unknownName: Rule = (mistake) => {
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
const unknownMember: Rule = (mistake) => {
  const { node, checker } = mistake;
  if (!has(mistake, 2339, 2551) || !ts.isIdentifier(node)) return undefined;
  const { parent, text: name } = node;
  const isAccess = ts.isPropertyAccessExpression(parent);
  if (!isAccess && !ts.isBindingElement(parent)) return undefined;
  const type = checker.getTypeAtLocation(isAccess ? parent.expression : parent.parent);
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
const ownValue: Rule = (mistake) => {
  const { node } = mistake;
  if (!has(mistake, 2448, 2454) || !ts.isIdentifier(node)) return undefined;
  const file = node.getSourceFile() as unknown as { parent?: ts.Node };
  const isEarlier = file.parent && mistake.checker.resolveName(node.text, file.parent, ts.SymbolFlags.Value, true);
  return isEarlier
    ? `${node.text} is declared anew in this cell, which hides the one of an earlier cell; give the new one another name`
    : undefined;
};

const constant: Rule = (mistake) => {
  const { node, messages } = mistake;
  if (!has(mistake, 2588)) return undefined;
  return `${messages[0].text} Write const ${node.getText()} = … to define it anew, or let where it is defined.`;
};

const noModule: Rule = (mistake) => {
  const name = /Cannot find module '([^']+)'/.exec(mistake.messages[0].text)?.[1];
  if (!has(mistake, 2307) || name === undefined) return undefined;
  if (/^[./]/.test(name)) return `there is no file ${name} beside the notebook`;
  return `there is no package ${name} here; install it: npm install ${name}`;
};

export const RULES: readonly Rule[] = [
  unknownOption,
  wrongArgument,
  wrongValue,
  noObject,
  wrongCount,
  unknownName,
  unknownMember,
  ownValue,
  constant,
  noModule,
];
