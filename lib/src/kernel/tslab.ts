import type Module from 'node:module';
import { SetupError } from '../errors.js';

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
  /** The body of a function of `exports`, `require` and `__reached`, which is told how many statements are done. */
  output?: string;
  /** JSON; leads from `output` to the cell. */
  sourceMap?: string;
  /** Lets later cells see what the cell declares; of a cell that stopped early, in its first `count` statements. */
  keep?(count?: number): void;
  /** The export that holds the value of the last expression. */
  lastExpressionVar?: string;
  hasToplevelAwait?: boolean;
  /** Other files of the working directory, compiled. */
  sideOutputs?: { path: string; data: string }[];
}

/** What is known about a place in a cell, in two forms. */
export interface Inspection {
  text: string;
  markdown: string;
}

export interface Completions {
  start: number;
  end: number;
  candidates: string[];
  /** What each is: 'function', 'property' … */
  kinds: string[];
}

/** What JSDoc tags at the beginning of a cell say, as `@module name` does. */
export interface CodeMetadata {
  mode?: 'node' | 'browser';
  module?: string;
  jsx?: true;
}

export interface Converter {
  convert(source: string): Converted;
  inspect(source: string, position: number): Inspection | undefined;
  complete(source: string, position: number): Completions;
  addModule(name: string, content: string, metadata?: CodeMetadata): Diagnostic[];
  close(): void;
}

export interface TslabConverter {
  isCompleteCode(source: string): { completed: boolean; indent?: string };
}

export interface TslabMetadata {
  getCodeMetadata(source: string): CodeMetadata;
}

/** What `tslab`'s own `display` sends its outputs by. */
export interface TslabJupyter {
  lastWriteDisplayData: ((data: object, update: boolean) => void) | null;
}

/** Where tslab is: an optional peer of the package, which only the kernel needs. */
function locateTslab(): string {
  try {
    return require.resolve('tslab/package.json');
  } catch (cause) {
    throw new SetupError('The TypeScript kernel needs the package tslab, which is not installed: npm install tslab', {
      cause,
    });
  }
}

// tslab brings a TypeScript of 2023 of its own; the few parts of it that are used here take the current one, so that the
// kernel does not load two. Upstream would compile cells with the package typescript.
const own = require.resolve('@tslab/typescript-for-tslab', { paths: [locateTslab()] });
require('typescript');
require.cache[own] = require.cache[require.resolve('typescript')];

export const converter = require('tslab/dist/converter.js') as TslabConverter;
export const metadata = require('tslab/dist/metadata.js') as TslabMetadata;
export const jupyter = require('tslab/dist/jupyter.js') as TslabJupyter;

/** The versions of tslab and of the TypeScript that it compiles with. */
export const versions = require('tslab').versions as { tslab: string; typescript: string };

/** The modules' own parts of Node that its types leave out. */
export type LoadedModule = Module & { _compile(code: string, filename: string): void };
