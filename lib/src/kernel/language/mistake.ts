import type ts from 'typescript';
import type { Message } from './messages.js';

/** What a mistake is explained with. */
export interface Explained {
  program: ts.Program;
  /** Path of the cell that is complained about without a name. */
  cell: string;
  folder: string;
  /** Names whose cell stopped before it came to them. */
  missed: ReadonlySet<string>;
  /** The package whose exports are worth a hint where one is used without its import. */
  library: { name: string; path: string };
}

export interface Mistake {
  /** What is complained about. */
  node: ts.Node;
  /** In the compiler's words. */
  messages: readonly Message[];
  checker: ts.TypeChecker;
  context: Explained;
}

/** The better words for a mistake; undefined where the compiler's are good. */
export type Rule = (mistake: Mistake) => string | undefined;

/** Whether the compiler says one of its messages by these numbers. */
export const has = ({ messages }: Mistake, ...codes: number[]): boolean =>
  messages.some(({ code }) => codes.includes(code));
