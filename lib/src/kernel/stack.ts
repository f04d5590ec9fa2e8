import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CellLine, cellLine } from './cells.js';

/** A place that a user knows: a line of a cell or of a file beside it, or a function of a package. */
export interface Frame {
  /** Of the function, '' for none. */
  name: string;
  place: string;
  cell?: CellLine;
}

/** The frames of an error from the inside, without what is no user's business: Node, and a package behind the first call. */
export function framesOf(stack: string): Frame[] {
  const lines = stack.split('\n');
  const begin = lines.findLastIndex((line) => !/^ {4}at /.test(line)) + 1;
  const frames = lines
    .slice(begin)
    .map(parse)
    .filter((frame) => frame !== undefined);
  // Of a package at the end it is not known which of its functions the cell has called.
  const last = frames.at(-1);
  if (last?.isPackage) last.name = '';
  return frames.filter((frame, i) => {
    const next = frames[i + 1];
    const isInside = frame.isPackage && next?.isPackage;
    const isRecursion = next !== undefined && next.name === frame.name && next.place === frame.place;
    return !isInside && !isRecursion;
  });
}

function parse(line: string): (Frame & { isPackage: boolean }) | undefined {
  const [, named, inBrackets, alone] = /^ {4}at (?:async )?(?:(.+?) \((.+)\)|(.+))$/.exec(line) ?? [];
  const position = inBrackets ?? alone ?? '';
  const name = (named ?? '')
    .replace(/ \[as .*/, '')
    .replace(/^(new )?(?:Object|Module|Proxy|exports|Function)\./, '$1');
  const cell = cellLine(position);
  if (cell) return { name, place: `${cell.cell}, line ${cell.line}`, cell, isPackage: false };
  const [, path, row] = /^(.+):(\d+):\d+$/.exec(position) ?? [];
  if (path === undefined || path.startsWith('node:') || path === '<anonymous>') return undefined;
  const file = path.startsWith('file:') ? fileURLToPath(path) : path;
  const owner = packageOf(file);
  if (owner !== undefined) return { name, place: owner, isPackage: true };
  const beside = relative(process.cwd(), file);
  return { name, place: `${beside.startsWith('..') ? file : beside}, line ${row}`, isPackage: false };
}

const library = dirname(dirname(__dirname));
const { name: libraryName } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as { name: string };

/** The package that a file belongs to; undefined for a user's own. */
function packageOf(file: string): string | undefined {
  if (file.startsWith(library + sep) && !file.slice(library.length).includes('node_modules')) return libraryName;
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1];
}
