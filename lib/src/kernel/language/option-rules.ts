import ts from 'typescript';
import { likelyName } from '../../python-names.js';
import { isCall, nameOf, parameterTypes, signatures } from './calls.js';
import { alternatives, article, isRecord, isTold, typeName } from './hints.js';
import { isUnknownProperty } from './messages.js';
import { has, type Rule } from './mistake.js';

/** `stft(x, { n_fft: 1024 })` */
export const unknownOption: Rule = ({ node, messages, checker }) => {
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

/** `specshow(x, { yAxis: 'melody' })` */
export const wrongValue: Rule = (mistake) => {
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
export const noObject: Rule = (mistake) => {
  const { node, checker } = mistake;
  if (!has(mistake, 2559) || !ts.isCallExpression(node.parent)) return undefined;
  const position = node.parent.arguments.indexOf(node as ts.Expression);
  const types = parameterTypes(node.parent, position, checker).flatMap(alternatives).filter(isTold);
  const names = types.flatMap((type) => checker.getPropertiesOfType(type)).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return `${nameOf(node.parent.expression)} takes options by name: { ${[...new Set(names)].slice(0, 5).join(', ')} … }, not ${node.getText()}`;
};

/** `stft()` */
export const wrongCount: Rule = (mistake) => {
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
