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
  output?: string;
  /** The declarations of this cell and of those before it. */
  declOutput?: string;
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
  convert(previous: string, source: string): Converted;
  inspect(previous: string, source: string, position: number): unknown;
  complete(previous: string, source: string, position: number): Completions;
  addModule(name: string, content: string, metadata?: CodeMetadata): Diagnostic[];
  close(): void;
}

export interface TslabConverter {
  createConverter(options: { isJS: boolean; isBrowser: boolean }): Converter;
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

export const converter = require('tslab/dist/converter.js') as TslabConverter;
export const metadata = require('tslab/dist/metadata.js') as TslabMetadata;
export const jupyter = require('tslab/dist/jupyter.js') as TslabJupyter;

/** The modules' own parts of Node that its types leave out. */
export type LoadedModule = Module & { _compile(code: string, filename: string): void };
