import type ts from 'typescript';
import type { Inspection } from '../tslab.js';
export function inspect(
  { service, path }: { service: ts.LanguageService; path: string },
  position: number,
): Inspection | undefined {
  service.getQuickInfoAtPosition(path, position);
  return undefined;
}
