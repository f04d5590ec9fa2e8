import { readFileSync } from 'node:fs';

type Data = Record<string, unknown>;

interface Output {
  output_type: 'stream' | 'display_data' | 'execute_result' | 'error';
  name?: 'stdout' | 'stderr';
  text?: string | string[];
  data?: Data;
  ename?: string;
}

export interface Cell {
  cell_type: 'code' | 'markdown';
  source: string[];
  execution_count?: number | null;
  outputs?: Output[];
}

export interface Notebook {
  cells: Cell[];
}

export function readNotebook(path: string): Notebook {
  const notebook = JSON.parse(readFileSync(path, 'utf8')) as Notebook;
  for (const cell of notebook.cells) {
    if (typeof cell.source === 'string') cell.source = (cell.source as string).split('\n');
  }
  return notebook;
}

export function code(notebook: Notebook): Cell[] {
  return notebook.cells.filter((cell) => cell.cell_type === 'code');
}

function outputs(notebook: Notebook): Output[] {
  return code(notebook).flatMap((cell) => cell.outputs ?? []);
}

function joined(text: string | string[] = ''): string {
  return Array.isArray(text) ? text.join('') : text;
}

/** The lines on stdout. */
export function printed(notebook: Notebook): string[] {
  const texts = outputs(notebook).filter((output) => output.name === 'stdout');
  return texts.flatMap((output) => joined(output.text).split('\n')).filter((line) => line !== '');
}

/** What the checks of the exercises said. */
export function verdicts(notebook: Notebook): string[] {
  return printed(notebook).filter((line) => /^(✓ right$|Not yet: |Not answered )/.test(line));
}

export function stderr(notebook: Notebook): string {
  return outputs(notebook)
    .filter((output) => output.name === 'stderr')
    .map((output) => joined(output.text))
    .join('');
}

export function errors(notebook: Notebook): string[] {
  return outputs(notebook)
    .filter((output) => output.output_type === 'error')
    .map((output) => output.ename ?? '');
}

/** The outputs that have this MIME type; text is one string. */
export function displayed(notebook: Notebook, type: string): Data[] {
  return outputs(notebook)
    .map((output) => output.data ?? {})
    .filter((data) => type in data)
    .map((data) =>
      Object.fromEntries(
        Object.entries(data).map(([key, value]) => [key, Array.isArray(value) ? value.join('') : value]),
      ),
    );
}
