import { inspect, types } from 'node:util';
import { TypeScriptError } from './diagnostics-error.js';
import { Interrupted } from './interrupted.js';
import { plainNames } from './language/plain-names.js';
import { type Frame, framesOf } from './stack.js';

/** What a cell threw, as Jupyter's messages have it. */
export interface Thrown {
  ename: string;
  evalue: string;
  /** Lines, with ANSI colours. */
  traceback: string[];
  /** The cell that it came from, as far as is known: 'cell [3]'. */
  cell?: string;
}

/** Of a message, in characters. */
const LONGEST = 4000;
/** Of a line of a cell, in characters. */
const WIDEST = 160;
/** Of causes, and of errors in one. */
const MOST = 5;

/**
 * What a reader needs of anything that was thrown: what it is, the line of their cell, and the way there. Upstream tslab
 * writes Node's inspection of it to stderr, and answers without `ename`, `evalue` and `traceback`.
 */
export function describeThrown(thrown: unknown): Thrown {
  if (thrown instanceof Interrupted) return { ename: thrown.name, evalue: '', traceback: [red(thrown.name)] };
  const { ename, evalue } = headOf(thrown);
  const head = evalue === '' ? red(ename) : `${red(ename)}: ${evalue}`;
  if (thrown instanceof TypeScriptError) return { ename, evalue, traceback: [head] };
  const frames = framesOf(stackOf(thrown));
  const inner = frames.find(({ cell }) => cell);
  const outer = frames.findLast(({ cell }) => cell);
  return {
    ename,
    evalue,
    traceback: [head, ...excerpt(inner), ...way(frames, inner), ...contained(thrown), ...causes(thrown)],
    ...(outer ? { cell: outer.cell!.cell } : {}),
  };
}

function red(text: string): string {
  return `\x1b[31m${text}\x1b[39m`;
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || types.isNativeError(thrown);
}

/** Name and message. What is no error is shown as Node shows it. */
function headOf(thrown: unknown): { ename: string; evalue: string } {
  try {
    if (!isError(thrown)) return { ename: 'Uncaught', evalue: shorten(inspect(thrown, { depth: 2 })) };
    const { name, message } = thrown;
    // A class of errors without a name of its own has that of `Error`.
    const ename = String(name === 'Error' ? thrown.constructor?.name || name : name) || 'Error';
    // How Node came to look for a module says nothing about the cell.
    return { ename, evalue: shorten(plainNames(String(message).replace(/\nRequire stack:[\s\S]*/, ''))) };
  } catch {
    return { ename: 'Uncaught', evalue: 'something that cannot be shown' };
  }
}

function stackOf(thrown: unknown): string {
  try {
    return isError(thrown) ? String(thrown.stack) : '';
  } catch {
    return '';
  }
}

function shorten(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)}… ${(text.length - LONGEST).toLocaleString('en')} characters more`;
}

/** The line of the cell, in two. */
function excerpt(frame: Frame | undefined): string[] {
  if (!frame?.cell) return [];
  const { line, text } = frame.cell;
  const shown = text.trimEnd();
  return [`  ${frame.place}`, `    ${line} │ ${shown.length > WIDEST ? `${shown.slice(0, WIDEST)}…` : shown}`];
}

/** What the line of the cell does not say by itself: functions, and other places. */
function way(frames: readonly Frame[], inner: Frame | undefined): string[] {
  const others = frames.filter((frame) => frame !== inner || frame.name !== '');
  if (others.every((frame) => frame === inner)) return [];
  return others.map(({ name, place }) => (name === '' ? `  at ${place}` : `  at ${name} (${place})`));
}

function inOneLine(thrown: unknown): string {
  const { ename, evalue } = headOf(thrown);
  return `${ename}: ${evalue.replaceAll(/\s*\n\s*/g, ' ')}`;
}

function contained(thrown: unknown): string[] {
  const errors: unknown = isError(thrown) && 'errors' in thrown ? thrown.errors : undefined;
  if (!Array.isArray(errors)) return [];
  const lines = errors.slice(0, MOST).map((error, i) => `  ${i + 1}. ${inOneLine(error)}`);
  return errors.length > MOST ? [...lines, `  … ${errors.length - MOST} more`] : lines;
}

function causes(thrown: unknown): string[] {
  const lines: string[] = [];
  let cause = isError(thrown) ? thrown.cause : undefined;
  while (cause !== undefined && cause !== null && lines.length < MOST) {
    lines.push(`Caused by ${inOneLine(cause)}`);
    cause = isError(cause) ? cause.cause : undefined;
  }
  return lines;
}
