import { runInThisContext } from 'node:vm';
import { createCellRequire } from './cell-require.js';
import { rememberCell } from './cells.js';
import { TypeScriptError } from './diagnostics-error.js';
import { createExported } from './exported.js';
import { Interrupted } from './interrupted.js';
import { createConverter } from './language/converter.js';
import { toCodePoints, toUtf16 } from './language/positions.js';
import { type ShowResult, showValue } from './show-value.js';
import { type Completions, type Converter, type Inspection, metadata } from './tslab.js';

/** Runs cells one after the other in this process, and answers what an editor asks about them. */
export interface Executor {
  /**
   * @param label - the number beside the cell; left out for one without
   * @throws TypeScriptError, {@link Interrupted}, and whatever the cell throws
   */
  execute(source: string, label: string | undefined, result: ShowResult): Promise<void>;
  inspect(source: string, position: number): Inspection | undefined;
  complete(source: string, position: number): Completions;
  /** Ends the cell that waits; one that listens for SIGINT itself may end by itself, the first time. */
  interrupt(): void;
}

/** How long code that listens for SIGINT may take to end, in ms: a training writes a checkpoint. */
const PATIENCE = 30_000;

export function createExecutor(folder: string): Executor {
  const converter = createConverter(folder, { isBrowser: false });
  let browser: Converter | undefined;
  const { require, update } = createCellRequire(folder);
  const exported = createExported();

  let unnumbered = 0;
  let stop = () => {};
  let isAsked = false;

  const converterOf = (source: string) => {
    if (metadata.getCodeMetadata(source).mode !== 'browser') return converter;
    browser ??= createConverter(folder, { isBrowser: true });
    return browser;
  };

  async function execute(source: string, label = `*${++unnumbered}`, result: ShowResult): Promise<void> {
    const tags = metadata.getCodeMetadata(source);
    if (tags.module !== undefined) {
      const diagnostics = converterOf(source).addModule(tags.module, source, tags);
      // The module is there whatever is wrong with it.
      if (diagnostics.length > 0) console.error(new TypeScriptError(diagnostics).message);
      return;
    }
    if (tags.mode === 'browser') return;
    const cell = converter.convert(source);
    update(cell.sideOutputs ?? []);
    if (cell.diagnostics.length > 0) throw new TypeScriptError(cell.diagnostics);
    const { output = '', hasToplevelAwait = false } = cell;
    let done = 0;
    const reached = (count: number) => {
      done = count;
    };
    try {
      await run(output, rememberCell(label, source, output, cell.sourceMap), hasToplevelAwait, reached);
    } catch (error) {
      // What has its value by now keeps it, as in Python. Upstream tslab forgets the whole cell.
      cell.keep?.(done);
      throw error;
    }
    cell.keep?.();
    const variable = cell.lastExpressionVar;
    const value = variable === undefined ? undefined : exported[variable];
    if (variable !== undefined) delete exported[variable];
    if (value !== undefined && value !== null) await showValue(value, result);
  }

  function run(
    code: string,
    filename: string,
    waits: boolean,
    reached: (count: number) => void,
  ): Promise<unknown> | undefined {
    // In a function, let and const can be declared again by a later cell.
    const head = `(${waits ? 'async ' : ''}function(exports, require, __reached) { `;
    const wrapped = `${head}${code}\n})(__tslab__.exports, __tslab__.require, __tslab__.reached)`;
    Object.assign(globalThis, { __tslab__: { exports: exported, require, reached } });
    const result = untilSignal(() =>
      runInThisContext(wrapped, {
        filename,
        columnOffset: -head.length,
        breakOnSigint: true,
        displayErrors: false,
      }),
    );
    if (!waits) return undefined;
    isAsked = false;
    const stopped = new Promise((_, reject) => {
      stop = () => reject(new Interrupted());
    });
    return Promise.race([result, stopped]);
  }

  return {
    execute,
    inspect: (source, position) => converterOf(source).inspect(source, toUtf16(source, position)),
    complete(source, position) {
      const found = converterOf(source).complete(source, toUtf16(source, position));
      return { ...found, start: toCodePoints(source, found.start), end: toCodePoints(source, found.end) };
    },
    interrupt() {
      const listens = process.listenerCount('SIGINT') > 1;
      if (!listens || isAsked) return stop();
      isAsked = true;
      setTimeout(stop, PATIENCE).unref();
    },
  };
}

/** Node's own error where SIGINT ends code says what a user cannot know: that it is a script, and has a signal. */
function untilSignal<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw new Interrupted();
    throw error;
  }
}
