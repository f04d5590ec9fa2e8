import { StringDecoder } from 'node:string_decoder';
import type { Frontend } from './frontend.js';
import type { Parent, Request } from './message.js';
import { CUT_NOTE, createOutputLimit, type OutputLimit } from './output-limit.js';
import type { Thrown } from './thrown.js';
import { jupyter } from './tslab.js';

/** Where what cells write and show goes: to the newest cell, also when it is over, as with ipykernel. */
export interface Output {
  /** What comes from now on belongs to this cell, which stack traces name so. */
  begin(request: Request, name: string | undefined): void;
  /** The cell is over. */
  end(): void;
  /** Shows an error in the cell that it came from, or in the newest one. */
  error(thrown: Thrown): void;
  result(data: object, metadata: object, count: number): void;
}

interface CellOutput {
  request: Parent;
  limit: OutputLimit;
  isSilent: boolean;
}

/** Redirects `process.stdout`, `process.stderr` and tslab's displays. What native code writes goes past all that. */
export function redirectOutput(frontend: Frontend): Output {
  let cell: CellOutput | undefined;
  const cells = new Map<string, CellOutput>();

  const publish = (type: string, content: object) => {
    if (cell && !cell.isSilent) frontend.publish(type, content, cell.request);
  };

  function write(name: 'stdout' | 'stderr', text: string): void {
    if (!cell || cell.isSilent || text === '') return;
    const { limit, request } = cell;
    const wasCut = limit.cut();
    const shown = limit.take(text);
    if (shown !== '') frontend.write(name, shown, request);
    if (!wasCut && limit.cut()) frontend.write('stderr', CUT_NOTE, request);
  }

  for (const name of ['stdout', 'stderr'] as const) {
    const stream = process[name];
    const past = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    const decoder = new StringDecoder();
    const redirected = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      if (!cell) return past(chunk, ...rest);
      const encoding = typeof rest[0] === 'string' ? (rest[0] as BufferEncoding) : 'utf8';
      const isText = typeof chunk === 'string' && (encoding === 'utf8' || encoding === ('utf-8' as string));
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk);
      write(name, isText ? chunk : decoder.write(bytes));
      const done = rest.find((argument) => typeof argument === 'function') as (() => void) | undefined;
      if (done) process.nextTick(done);
      return true;
    };
    stream.write = redirected;
  }

  jupyter.lastWriteDisplayData = (data, update) => publish(update ? 'update_display_data' : 'display_data', data);

  return {
    begin({ identities, header, content }, name) {
      cell = { request: { identities, header }, limit: createOutputLimit(), isSilent: content.silent === true };
      if (name) cells.set(name, cell);
    },
    end() {
      const cut = cell?.limit.cut();
      if (cell && cut) frontend.write('stderr', `… ${cut} were cut.\n`, cell.request);
    },
    error({ ename, evalue, traceback, cell: label }) {
      const to = (label && cells.get(label)) || cell;
      if (to && !to.isSilent) frontend.publish('error', { ename, evalue, traceback }, to.request);
    },
    result: (data, metadata, count) => publish('execute_result', { data, metadata, execution_count: count }),
  };
}
