import ts from 'typescript';

/** The user's own files that a file imports, and what those import. */
export function localFiles(
  program: ts.Program,
  from: ts.SourceFile,
  isLocal: (path: string) => boolean,
): ts.SourceFile[] {
  const found = new Set<ts.SourceFile>();
  const checker = program.getTypeChecker();
  function follow(file: ts.SourceFile): void {
    for (const name of importedNames(file)) {
      const imported = checker.getSymbolAtLocation(name)?.declarations?.find(ts.isSourceFile);
      if (imported === undefined || found.has(imported) || !isLocal(imported.fileName)) continue;
      found.add(imported);
      follow(imported);
    }
  }
  follow(from);
  return [...found];
}

function importedNames(file: ts.SourceFile): ts.Expression[] {
  const names: ts.Expression[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      names.push(node.moduleSpecifier);
    } else if (ts.isExternalModuleReference(node)) {
      names.push(node.expression);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0]) {
      names.push(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/** A file of the user as CommonJS. */
export function toCommonJs(file: ts.SourceFile, options: ts.CompilerOptions): string {
  const { outputText } = ts.transpileModule(file.text, {
    fileName: file.fileName,
    compilerOptions: {
      ...options,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      sourceMap: false,
      inlineSourceMap: true,
      inlineSources: true,
    },
  });
  return outputText;
}
