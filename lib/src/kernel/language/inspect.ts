import type ts from 'typescript';
export function inspect({ service, path }: { service: ts.LanguageService; path: string }, position: number): unknown {
  return service.getQuickInfoAtPosition(path, position);
}
