import { runInThisContext } from 'node:vm';
import { createCellRequire } from './cell-require.js';
import { createConverter } from './converter.js';
import { createExported } from './exported.js';
import { showValue } from './show-value.js';
import { type Converter, type Diagnostic, type Executor, metadata } from './tslab.js';

/** Runs cells one after the other in this process. */
export function createExecutor(folder: string): Executor {
  const converter = createConverter({ isBrowser: false });
  let browser: Converter | undefined;
  const { require, update } = createCellRequire(folder);
  const exported = createExported();
  Object.assign(globalThis, { __tslab__: { exports: exported, require } });

  /** The declarations of the cells before. */
  let previous = '';
  let interrupt = () => {};

  const converterOf = (source: string) => {
    if (metadata.getCodeMetadata(source).mode !== 'browser') return converter;
    browser ??= createConverter({ isBrowser: true });
    return browser;
  };

  async function execute(source: string): Promise<boolean> {
    const { module, mode } = metadata.getCodeMetadata(source);
    if (module !== undefined) {
      printDiagnostics(converterOf(source).addModule(module, source, metadata.getCodeMetadata(source)));
      // The module is there whatever is wrong with it.
      return true;
    }
    if (mode === 'browser') return true;
    const cell = converter.convert(previous, source);
    update(cell.sideOutputs ?? []);
    if (cell.diagnostics.length > 0) {
      printDiagnostics(cell.diagnostics);
      return false;
    }
    try {
      if (cell.output) await run(cell.output, cell.hasToplevelAwait ?? false);
    } catch (error) {
      console.error(error);
      return false;
    }
    previous = cell.declOutput ?? '';
    const name = cell.lastExpressionVar;
    const value = name === undefined ? undefined : exported[name];
    if (name !== undefined) delete exported[name];
    if (value !== undefined && value !== null) showValue(value);
    return true;
  }

  function run(code: string, waits: boolean): Promise<unknown> | undefined {
    // In a function, let and const can be declared again by a later cell.
    const head = waits ? '(async function(exports, require) { ' : '(function(exports, require) { ';
    const wrapped = `${head}${code}\n})(__tslab__.exports, __tslab__.require)`;
    const result = runInThisContext(wrapped, { breakOnSigint: true });
    if (!waits) return undefined;
    const interrupted = new Promise((_, reject) => {
      interrupt = () => reject(new Error('Interrupted asynchronously'));
    });
    return Promise.race([result, interrupted]);
  }

  return {
    execute,
    inspect: (source, position) => converterOf(source).inspect(previous, source, position),
    complete: (source, position) => converterOf(source).complete(previous, source, position),
    interrupt: () => interrupt(),
    close() {
      converter.close();
      browser?.close();
    },
  };
}

function printDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const { fileName, start, messageText } of diagnostics) {
    const file = fileName === undefined ? '' : `${fileName} `;
    console.error(`${file}${start.line + 1}:${start.character + 1} - ${messageText}`);
  }
}
