import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** How cells are compiled: as the kernel's Node runs them, and no stricter than a first attempt deserves. */
export function compilerOptions(folder: string, isBrowser: boolean): ts.CompilerOptions {
  const lib = isBrowser ? ['es2023', 'dom', 'dom.iterable'] : ['es2023'];
  return {
    target: ts.ScriptTarget.ES2022,
    lib: lib.map((name) => `lib.${name}.d.ts`),
    // Only this allows `await` at the top; imports are taken out before.
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    // Two cells that import nothing do not share their names either.
    moduleDetection: ts.ModuleDetectionKind.Force,
    esModuleInterop: true,
    resolveJsonModule: true,
    experimentalDecorators: true,
    allowJs: true,
    checkJs: true,
    jsx: ts.JsxEmit.React,
    skipLibCheck: true,
    // A later cell reads a constant of the enum, too.
    preserveConstEnums: true,
    sourceMap: true,
    newLine: ts.NewLineKind.LineFeed,
    types: ['node'],
    typeRoots: typeRoots(folder),
  };
}

/** Where `@types/node` may be: above the notebook, then above the kernel. */
function typeRoots(folder: string): string[] {
  return [folder, __dirname]
    .flatMap(above)
    .map((path) => join(path, 'node_modules', '@types'))
    .filter(existsSync);
}

function above(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...above(parent)];
}
