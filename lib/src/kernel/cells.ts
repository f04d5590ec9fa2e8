import { SourceMap } from 'node:module';

/** A line of a cell, counted from 1. */
export interface CellLine {
  /** 'cell [3]'. */
  cell: string;
  line: number;
  text: string;
}

interface Cell {
  lines: readonly string[];
  /** Lines of its JavaScript; the kernel's own come after them. */
  length: number;
  map: SourceMap | undefined;
}

const cells = new Map<string, Cell>();

/** What V8 calls a place in a cell: its name, line and column, from 1. */
const PLACE = /(cell \[[^\]]+\]):(\d+):(\d+)/;

/**
 * Remembers a cell, so that what V8 says of its JavaScript can be said of its source.
 *
 * @param label - the number beside the cell
 * @param code - its JavaScript
 * @param map - leads from `code` to `source`
 * @returns the name to compile it under
 */
export function rememberCell(label: string, source: string, code: string, map?: string): string {
  const name = `cell [${label}]`;
  cells.set(name, {
    lines: source.split('\n'),
    length: code.split('\n').length,
    map: map ? new SourceMap(JSON.parse(map)) : undefined,
  });
  return name;
}

/**
 * The line of a stack trace with a place in a cell's source in place of that in its JavaScript.
 *
 * @returns undefined where there is no such place in the source: for the kernel's own code around the cell
 */
function inSource(frame: string): string | undefined {
  const found = PLACE.exec(frame);
  const cell = found && cells.get(found[1]);
  if (!cell) return frame;
  const [place, name, line, column] = found;
  if (Number(line) > cell.length) return undefined;
  if (!cell.map) return frame;
  const entry = cell.map.findEntry(Number(line) - 1, Number(column) - 1);
  if (!('originalLine' in entry)) return undefined;
  return frame.replace(place, `${name}:${entry.originalLine + 1}:${entry.originalColumn + 1}`);
}

/** The line of a cell that a line of a stack trace names, after {@link mapStackTraces}. */
export function cellLine(place: string): CellLine | undefined {
  const [, cell, line] = PLACE.exec(place) ?? [];
  const text = cell && cells.get(cell)?.lines[Number(line) - 1];
  return text === undefined ? undefined : { cell, line: Number(line), text };
}

/** Of frames; the ten of V8 do not lead out of a deep library. */
const DEPTH = 50;

/** Has every `error.stack` name lines of cells as they were written, without the kernel below. */
export function mapStackTraces(): void {
  Error.stackTraceLimit = DEPTH;
  Error.prepareStackTrace = (error, sites) => {
    const frames = sites.map((site) => inSource(`    at ${site}`)).filter((frame) => frame !== undefined);
    const end = frames.findLastIndex((frame) => PLACE.test(frame)) + 1;
    const shown = frames.slice(0, end || undefined).filter((frame) => !frame.includes(__dirname));
    return [headOf(error), ...shown].join('\n');
  };
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}
