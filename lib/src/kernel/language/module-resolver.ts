import { join } from 'node:path';
import ts from 'typescript';

/**
 * Finds the types of what a cell imports as Node finds the code that `require` loads; what the notebook's folder does not
 * have, as `onpa` for a notebook that was copied elsewhere, beside the kernel. What was found once is not looked for again.
 */
export function createModuleResolver(
  folder: string,
  host: ts.ModuleResolutionHost,
  isLocal: (path: string) => boolean,
): Partial<ts.LanguageServiceHost> {
  const known = new Map<string, ts.ResolvedModuleWithFailedLookupLocations>();
  const knownTypes = new Map<string, ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations>();
  const beside = join(__dirname, 'kernel.ts');
  const cache = ts.createModuleResolutionCache(folder, (path) => path);

  return {
    resolveModuleNameLiterals(literals, from, _redirected, options) {
      const resolution = { ...options, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
      const resolve = (name: string, file: string) =>
        ts.resolveModuleName(name, file, resolution, host, undefined, undefined, ts.ModuleKind.CommonJS);
      return literals.map(({ text }) => {
        const isOfCell = isLocal(from);
        const key = `${isOfCell ? folder : from}\n${text}`;
        const before = known.get(key);
        if (before) return before;
        const own = resolve(text, from);
        const isFound = own.resolvedModule || !isOfCell || ts.isExternalModuleNameRelative(text);
        const found = isFound ? own : resolve(text, beside);
        // The user's own files come and go: nothing is kept of what was not found among them.
        const isLasting = !isOfCell || (found.resolvedModule && !isLocal(found.resolvedModule.resolvedFileName));
        if (isLasting) known.set(key, found);
        return found;
      });
    },
    resolveTypeReferenceDirectiveReferences(references, from, _redirected, options) {
      return references.map((reference) => {
        const name = typeof reference === 'string' ? reference : reference.fileName;
        const key = `${from}\n${name}`;
        const before = knownTypes.get(key);
        if (before) return before;
        const found = ts.resolveTypeReferenceDirective(name, from, options, host);
        knownTypes.set(key, found);
        return found;
      });
    },
    // Knows each package.json; internal to TypeScript, which reads them anew for each cell without it.
    ...{ getModuleResolutionCache: () => cache, hasChangedAutomaticTypeDirectiveNames: () => false },
  };
}
