import { join } from 'node:path';
import type ts from 'typescript';
import type { CodeMetadata, Completions, Converted, Converter, Diagnostic } from '../tslab.js';
import { complete } from './complete.js';
import { explain } from './diagnostics.js';
import { emit } from './emit.js';
import { inspect } from './inspect.js';
import { localFiles, toCommonJs } from './local-files.js';
import { cellsInSight } from './sight.js';
import { createWorkspace, LIBRARY } from './workspace.js';

/** How many cells are kept before it is asked which of them later ones may need. */
const MANY = 64;

/** Turns cells into JavaScript, and answers what an editor asks about them, by the current TypeScript. */
export function createConverter(folder: string, { isBrowser }: { isBrowser: boolean }): Converter {
  const workspace = createWorkspace(folder, { isBrowser });
  /** The text of the user's files as it was compiled last. */
  const compiled = new Map<string, string>();
  /** Names whose cell stopped before it came to them. */
  const missed = new Set<string>();
  let many = MANY;
  // The first cell would wait for it.
  workspace.open('').program.getTypeChecker();

  function convert(source: string): Converted {
    const { program, cell, path } = workspace.open(source);
    const file = cell as unknown as ts.SourceFile;
    const local = localFiles(program, file, workspace.isLocal);
    const found = [file, ...local].flatMap((each) => mistakesIn(program, each));
    const diagnostics = explain(found, { program, cell: path, folder, missed, library: LIBRARY });
    if (diagnostics.length > 0) return { diagnostics };
    const { statements } = file;
    return {
      diagnostics,
      ...emit(program, cell),
      sideOutputs: local.filter(isChanged).map((each) => ({
        path: each.fileName.replace(/\.[cm]?[jt]sx?$/, '.js'),
        data: toCommonJs(each, program.getCompilerOptions()),
      })),
      keep(count) {
        const isWhole = count === undefined || count >= statements.length;
        const names = [...(cell.locals?.keys() ?? [])];
        workspace.keep(isWhole ? source : source.slice(0, count === 0 ? 0 : statements[count - 1].end));
        for (const name of names) isWhole ? missed.delete(name) : missed.add(name);
        forget();
      },
    };
  }

  function isChanged({ fileName, text }: ts.SourceFile): boolean {
    if (compiled.get(fileName) === text) return false;
    compiled.set(fileName, text);
    return true;
  }

  /** A cell that is run again and again shall not be there again and again. */
  function forget(): void {
    if (workspace.kept().length < many) return;
    const { program } = workspace.open('');
    const kept = cellsInSight(program, workspace.kept());
    workspace.retain(kept);
    many = Math.max(MANY, 2 * kept.size);
  }

  return {
    convert,
    inspect: (source, position) => inspect(workspace.open(source), position),
    complete: (source, position): Completions => complete(workspace.open(source), position),
    addModule(name: string, content: string, metadata: CodeMetadata = {}): Diagnostic[] {
      const path = join(folder, `${name}.ts${metadata.jsx ? 'x' : ''}`);
      workspace.add(path, content);
      const { program } = workspace.open('');
      return explain(mistakesIn(program, program.getSourceFile(path)!), {
        program,
        cell: path,
        folder,
        missed,
        library: LIBRARY,
      });
    },
    close: () => workspace.close(),
  };
}

function mistakesIn(program: ts.Program, file: ts.SourceFile): readonly ts.Diagnostic[] {
  const syntactic = program.getSyntacticDiagnostics(file);
  return syntactic.length > 0 ? syntactic : program.getSemanticDiagnostics(file);
}
