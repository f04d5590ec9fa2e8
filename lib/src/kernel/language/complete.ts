import type ts from 'typescript';
import type { Completions } from '../tslab.js';
export function complete(
  { service, path }: { service: ts.LanguageService; path: string },
  position: number,
): Completions {
  const found = service.getCompletionsAtPosition(path, position, {});
  return { start: position, end: position, candidates: found?.entries.map(({ name }) => name) ?? [] };
}
