import { runInThisContext } from 'node:vm';
import { createCellRequire } from './cell-require.js';
import { createExported } from './exported.js';
import { createConverter } from './language/converter.js';
import { showValue } from './show-value.js';
import { type Converter, type Diagnostic, type Executor, metadata } from './tslab.js';

/** Runs cells one after the other in this process. */
export function createExecutor(folder: string): Executor {
  const converter = createConverter(folder, { isBrowser: false });
  let browser: Converter | undefined;
  const { require, update } = createCellRequire(folder);
  const exported = createExported();

  let interrupt = () => {};

  const converterOf = (source: string) => {
    if (metadata.getCodeMetadata(source).mode !== 'browser') return converter;
    browser ??= createConverter(folder, { isBrowser: true });
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
    const cell = converter.convert(source);
    update(cell.sideOutputs ?? []);
    if (cell.diagnostics.length > 0) {
      printDiagnostics(cell.diagnostics);
      return false;
    }
    let done = 0;
    try {
      const reached = (count: number) => {
        done = count;
      };
      if (cell.output) await run(cell.output, cell.hasToplevelAwait ?? false, reached);
    } catch (error) {
      // What has its value by now stays, as in Python.
      cell.keep?.(done);
      console.error(error);
      return false;
    }
    cell.keep?.();
    const name = cell.lastExpressionVar;
    const value = name === undefined ? undefined : exported[name];
    if (name !== undefined) delete exported[name];
    if (value !== undefined && value !== null) showValue(value);
    return true;
  }

  function run(code: string, waits: boolean, reached: (count: number) => void): Promise<unknown> | undefined {
    // In a function, let and const can be declared again by a later cell.
    const head = `(${waits ? 'async ' : ''}function(exports, require, reached) { `;
    const wrapped = `${head}${code}\n})(__tslab__.exports, __tslab__.require, __tslab__.reached)`;
    Object.assign(globalThis, { __tslab__: { exports: exported, require, reached } });
    const result = runInThisContext(wrapped, { breakOnSigint: true });
    if (!waits) return undefined;
    const interrupted = new Promise((_, reject) => {
      interrupt = () => reject(new Error('Interrupted asynchronously'));
    });
    return Promise.race([result, interrupted]);
  }

  return {
    execute,
    inspect: (source, position) => converterOf(source).inspect(source, position),
    complete: (source, position) => converterOf(source).complete(source, position),
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
