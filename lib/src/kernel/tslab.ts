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
  /** JSON; leads from `output` to the cell. */
  sourceMap?: string;
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
  isCompleteCode(source: string): { completed: boolean; indent?: string };
}

export interface TslabMetadata {
  getCodeMetadata(source: string): CodeMetadata;
}

/** What `tslab`'s own `display` sends its outputs by. */
export interface TslabJupyter {
  lastWriteDisplayData: ((data: object, update: boolean) => void) | null;
}

export interface TslabInspect {
  printQuickInfo(info: unknown): string;
}

export const converter = require('tslab/dist/converter.js') as TslabConverter;
export const inspector = require('tslab/dist/inspect.js') as TslabInspect;
export const metadata = require('tslab/dist/metadata.js') as TslabMetadata;
export const jupyter = require('tslab/dist/jupyter.js') as TslabJupyter;

/** The versions of tslab and of the TypeScript that it compiles with. */
export const versions = require('tslab').versions as { tslab: string; typescript: string };

/** The modules' own parts of Node that its types leave out. */
export type LoadedModule = Module & { _compile(code: string, filename: string): void };
