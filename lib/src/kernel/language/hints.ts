import ts from 'typescript';
import { readable } from './documentation.js';

/** The name of a type as a reader knows it: without what only a compiler needs. */
export function typeName(type: ts.Type, checker: ts.TypeChecker): string {
  const base = checker.getBaseTypeOfLiteralType(type);
  const text = readable(checker.typeToString(base));
  if (text.length <= 60) return text;
  return base.isUnion() ? 'one of several types' : `${text.slice(0, 57)}…`;
}

/** The types that a parameter takes, those of each alternative. */
export function alternatives(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types.flatMap(alternatives) : [type];
}

/** What turns a value of one type into one that is taken: 'put `await` before it', 'give its `.magnitude()`'. */
export function wayTo(given: ts.Type, wanted: readonly ts.Type[], call: ts.Node, checker: ts.TypeChecker): string {
  const fits = (type: ts.Type): boolean =>
    !(type.flags & ts.TypeFlags.Any) && wanted.some((each) => checker.isTypeAssignableTo(type, each));
  const awaited = checker.getAwaitedType(given);
  if (awaited && awaited !== given) {
    if (fits(awaited)) return 'put `await` before it';
    const further = wayTo(awaited, wanted, call, checker);
    return further === '' ? 'it is a promise: put `await` before it' : `put \`await\` before it, and ${further}`;
  }
  const isMethod = (member: string): number => (member.includes('()') ? 1 : 0);
  const members = given
    .getProperties()
    .flatMap((property) => memberThatFits(property))
    .sort((a, b) => isMethod(b) - isMethod(a));
  if (members.length > 0) return `give its ${members.slice(0, 3).join(' or ')}`;
  const around = wanted.flatMap((type) => {
    const properties = isRecord(type, checker) ? checker.getPropertiesOfType(type) : [];
    const needed = properties.filter(({ flags }) => !(flags & ts.SymbolFlags.Optional));
    const isPart = needed.some((property) =>
      checker.isTypeAssignableTo(given, checker.getTypeOfSymbolAtLocation(property, call)),
    );
    return isPart && needed.length <= 4 ? [`give \`{ ${needed.map(({ name }) => name).join(', ')} }\``] : [];
  });
  return around[0] ?? '';

  function memberThatFits(property: ts.Symbol): string[] {
    const { name } = property;
    // Of a primitive and an array every method would be named.
    if (!isRecord(given, checker) || /^(_|#|toString|valueOf|clone|copy)/.test(name)) return [];
    const type = checker.getTypeOfSymbolAtLocation(property, call);
    if (fits(type)) return [`\`.${name}\``];
    const [signature] = type.getCallSignatures();
    const isPlain = signature
      ?.getParameters()
      .every((each) => each.flags & ts.SymbolFlags.Optional || isOptional(each));
    return isPlain && signature.getTypeParameters() === undefined && fits(signature.getReturnType())
      ? [`\`.${name}()\``]
      : [];
  }
}

function isOptional(parameter: ts.Symbol): boolean {
  const declaration = parameter.valueDeclaration;
  return (
    declaration !== undefined &&
    ts.isParameter(declaration) &&
    Boolean(declaration.questionToken ?? declaration.initializer)
  );
}

/** Whether a type has properties of its own kind, rather than those of arrays and primitives. */
export function isRecord(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (!(type.flags & ts.TypeFlags.Object) && !type.isIntersection()) return false;
  return checker.getIndexTypeOfType(type, ts.IndexKind.Number) === undefined && type.getCallSignatures().length === 0;
}

/** Whether a message names the type among those that are taken. */
export const isTold = ({ flags }: ts.Type): boolean => !(flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null));

/** 'a Waveform', 'an AudioDataset', and other types as they are. */
export const article = (name: string): string =>
  /^[\w.]+$/.test(name) && !/^(null|undefined)$/.test(name) ? `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}` : name;
