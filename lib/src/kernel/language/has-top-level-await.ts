import ts from 'typescript';

/** Whether a cell waits at its top, outside of functions. */
export function hasTopLevelAwait(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node)) return true;
  if (ts.isForOfStatement(node) && node.awaitModifier) return true;
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing)
    return true;
  if (ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node) || ts.isPropertyDeclaration(node)) return false;
  return ts.forEachChild(node, hasTopLevelAwait) ?? false;
}
