import ts from 'typescript';
import { type Call, isCall, nameOf, parameterTypes, signatures } from './calls.js';
import { alternatives, article, isTold, typeName, wayTo } from './hints.js';
import { UNKNOWN_PROPERTY } from './messages.js';
import { has, type Rule } from './mistake.js';

/** `specshow(stft(x))` */
export const wrongArgument: Rule = (mistake) => {
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

function isTaken(call: Call, value: ts.Expression, position: number, checker: ts.TypeChecker): boolean {
  const given = checker.getTypeAtLocation(value);
  return parameterTypes(call, position, checker).some((type) => checker.isTypeAssignableTo(given, type));
}
