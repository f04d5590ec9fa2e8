import ts from 'typescript';

export type Call = ts.CallExpression | ts.NewExpression;

export const isCall = (node: ts.Node): node is Call => ts.isCallExpression(node) || ts.isNewExpression(node);

export function signatures(call: Call, checker: ts.TypeChecker): readonly ts.Signature[] {
  const type = checker.getTypeAtLocation(call.expression);
  return ts.isNewExpression(call) ? type.getConstructSignatures() : type.getCallSignatures();
}

/** What the signatures take at a position. */
export function parameterTypes(call: Call, position: number, checker: ts.TypeChecker): ts.Type[] {
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

/** A function as a message names it. */
export const nameOf = (callee: ts.Expression): string => {
  const text = callee.getText();
  return text.length <= 40 ? text : (/\w+$/.exec(text)?.[0] ?? 'the function');
};
