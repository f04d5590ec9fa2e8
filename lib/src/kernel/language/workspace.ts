import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { compilerOptions } from './compiler-options.js';
import { createModuleResolver } from './module-resolver.js';

/** What TypeScript's own types leave out: the names that a file declares at its top, and where its names are looked up. */
export interface CellFile extends Omit<ts.SourceFile, 'parent'> {
  locals?: Map<string, ts.Symbol & { exportSymbol?: ts.Symbol }>;
  parent?: CellFile;
}

const SPARE = 64;

const installed = join(__dirname, '..', '..');

/** The package that the kernel is part of. Its types are read at the start, so that the first cell need not wait for it. */
export const LIBRARY: { name: string; path: string } = {
  name: (JSON.parse(readFileSync(join(installed, '..', 'package.json'), 'utf8')) as { name: string }).name,
  path: join(installed, 'index.d.ts'),
};

/** The cells so far as files of a TypeScript project, and the one that is asked about. */
export interface Workspace {
  /** The project with `source` as its newest cell. */
  open(source: string): { service: ts.LanguageService; program: ts.Program; cell: CellFile; path: string };
  /** Has later cells see what is declared in `source`: that of a cell, or its beginning. */
  keep(source: string): void;
  /** The cells that later ones see, from the oldest. */
  kept(): readonly string[];
  /** Drops cells of which nothing is in sight any more. */
  retain(paths: ReadonlySet<string>): void;
  /** Adds a file of which only the text is there, or replaces it. */
  add(path: string, text: string): void;
  /** Whether a file belongs to the user rather than to a package. */
  isLocal(path: string): boolean;
  close(): void;
}

/**
 * Cells are modules in files of their own, which are nowhere but here. The names of a cell are looked up in the ones
 * before: its `parent` is the cell before it, as a block's is the block around it. So types need no printing and parsing
 * in between, and later cells may declare a name anew.
 */
export function createWorkspace(folder: string, { isBrowser }: { isBrowser: boolean }): Workspace {
  const options = compilerOptions(folder, isBrowser);
  const virtual = new Map<string, { text: string; version: number }>();
  let cells: string[] = [];
  /** Files that are there before they are needed: when the list of files changes, all of them are gone through anew. */
  let spare: string[] = [];
  let count = 0;
  let opened = 0;
  let current = next();

  function next(): string {
    if (spare.length === 0) {
      spare = Array.from({ length: SPARE }, () => join(folder, `__cell_${++count}__.ts`));
      for (const path of spare) write(path, '');
    }
    return spare.shift()!;
  }

  function write(path: string, text: string): void {
    const before = virtual.get(path);
    if (before?.text !== text) virtual.set(path, { text, version: (before?.version ?? 0) + 1 });
  }

  const isLocal = (path: string): boolean =>
    virtual.has(path) || (path.startsWith(`${folder}/`) && !path.includes('/node_modules/') && !path.endsWith('.d.ts'));

  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    // Files are compared once for each cell, not for each question about it.
    getProjectVersion: () => `${opened}`,
    getScriptFileNames: () => [LIBRARY.path, ...virtual.keys()],
    getScriptVersion(path) {
      const version = virtual.get(path)?.version;
      if (version !== undefined) return `${version}`;
      // Packages stay as they are while the kernel lives; the user's own files are edited.
      return isLocal(path) ? `${statSync(path, { throwIfNoEntry: false })?.mtimeMs}` : '0';
    },
    getScriptSnapshot(path) {
      const text = virtual.get(path)?.text ?? ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    fileExists: (path) => virtual.has(path) || ts.sys.fileExists(path),
    readFile: (path) => virtual.get(path)?.text ?? ts.sys.readFile(path),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    readDirectory: ts.sys.readDirectory,
    ...(ts.sys.realpath ? { realpath: ts.sys.realpath } : {}),
    useCaseSensitiveFileNames: () => true,
  };
  Object.assign(host, createModuleResolver(folder, host, isLocal));
  const service = ts.createLanguageService(host, ts.createDocumentRegistry(true, folder));

  return {
    open(source) {
      write(current, source);
      opened++;
      const program = service.getProgram()!;
      let parent: CellFile | undefined;
      for (const path of [...cells, current]) {
        const file = program.getSourceFile(path) as unknown as CellFile;
        file.parent = parent;
        parent = file;
      }
      return { service, program, cell: parent!, path: current };
    },
    keep(source) {
      // Meanwhile an editor may have asked about another cell.
      write(current, source);
      cells = [...cells, current];
      current = next();
    },
    kept: () => cells,
    retain(paths) {
      const dropped = cells.filter((path) => !paths.has(path));
      for (const path of dropped) write(path, '');
      spare.push(...dropped);
      cells = cells.filter((path) => paths.has(path));
    },
    add: write,
    isLocal,
    close: () => service.dispose(),
  };
}
