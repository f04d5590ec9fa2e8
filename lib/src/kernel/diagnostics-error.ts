import type { Diagnostic } from './tslab.js';

/** A cell that TypeScript does not accept; it has not run. */
export class TypeScriptError extends Error {
  override readonly name: string = 'TypeScriptError';

  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(line).join('\n'));
  }
}

function line({ fileName, start, messageText }: Diagnostic): string {
  const file = fileName === undefined ? '' : `${fileName} `;
  return `${file}${start.line + 1}:${start.character + 1} - ${messageText}`;
}
