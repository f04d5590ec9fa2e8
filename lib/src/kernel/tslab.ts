import type Module from 'node:module';

/** The one file that knows where in tslab things are. tslab's own types bring a second, older `@types/node`. */

/** The positions of a diagnostic, counted from 0. */
export interface Position {
  offset: number;
  line: number;
  character: number;
}

/** What the compiler has to say about a cell. */
export interface Diagnostic {
  start: Position;
  end: Position;
  messageText: string;
  category: number;
  code: number;
  /** Of another file than the cell, relative to the working directory. */
  fileName?: string;
}

/** A cell as JavaScript; only `diagnostics` where there are any. */
export interface Converted {
  diagnostics: Diagnostic[];
  /** The body of a function of `exports`, `require` and `reached`, which is told how many statements are done. */
  output?: string;
  /** Leads from the lines of `output` to those of the cell. */
  sourceMap?: string;
  /** Lets later cells see what the cell declares; of a cell that stopped early, in its first `count` statements. */
  keep?(count?: number): void;
  /** The export that holds the value of the last expression. */
  lastExpressionVar?: string;
  hasToplevelAwait?: boolean;
  /** Other files of the working directory, compiled. */
  sideOutputs?: { path: string; data: string }[];
}

export interface Completions {
  start: number;
  end: number;
  candidates: string[];
}

/** What JSDoc tags at the beginning of a cell say, as `@module name` does. */
export interface CodeMetadata {
  mode?: 'node' | 'browser';
  module?: string;
  jsx?: true;
}

export interface Converter {
  convert(source: string): Converted;
  inspect(source: string, position: number): unknown;
  complete(source: string, position: number): Completions;
  addModule(name: string, content: string, metadata?: CodeMetadata): Diagnostic[];
  close(): void;
}

export interface TslabMetadata {
  getCodeMetadata(source: string): CodeMetadata;
}

/** What tslab's handler of requests asks of an executor. */
export interface Executor {
  execute(source: string): Promise<boolean>;
  inspect(source: string, position: number): unknown;
  complete(source: string, position: number): Completions;
  interrupt(): void;
  close(): void;
}

export interface TslabJupyter {
  JupyterHandlerImpl: new (executor: Executor, isJs: boolean) => object;
  ZmqServer: new (handler: object, configPath: string) => { init(): Promise<void> };
}

// tslab brings a TypeScript of 2023 of its own; the few parts of it that are used here take the current one, so that the
// kernel does not load two. Upstream would compile cells with the package typescript.
const own = require.resolve('@tslab/typescript-for-tslab', { paths: [require.resolve('tslab/package.json')] });
require('typescript');
require.cache[own] = require.cache[require.resolve('typescript')];

export const metadata = require('tslab/dist/metadata.js') as TslabMetadata;
export const jupyter = require('tslab/dist/jupyter.js') as TslabJupyter;

/** The modules' own parts of Node that its types leave out. */
export type LoadedModule = Module & { _compile(code: string, filename: string): void };
