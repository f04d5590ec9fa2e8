// Checks the cells of the notebooks: code with the library's strict options and Biome, besides the kernel's own options, and their form:
// npm run cells [-- notebook.ipynb …]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative, resolve } from 'node:path';
import { formOf } from './cell_rules.mjs';
import { root } from './setup/root.mjs';

const require = createRequire(join(root, 'package.json'));
const ts = require('typescript');

const folder = join(root, 'build', 'cells');

const notebooks = process.argv.length > 2 ? process.argv.slice(2).map((path) => resolve(path)) : all('notebooks');

function all(name) {
  const paths = readdirSync(join(root, name), { recursive: true }).filter((path) => path.endsWith('.ipynb'));
  return paths
    .filter((path) => !path.includes('.ipynb_checkpoints'))
    .sort()
    .map((path) => join(root, name, path));
}

/**
 * The cells of a notebook as one module: imports first, then each cell as a block within the one before it, so that it
 * sees what those declare and may declare it anew, as in the kernel. `lines` has the cell and the line of each line.
 */
function moduleOf(path) {
  const { cells } = JSON.parse(readFileSync(path, 'utf8'));
  const [imports, body] = [[], []];
  let open = 0;
  for (const [i, { cell_type: type, source }] of cells.entries()) {
    if (type !== 'code') continue;
    const text = [source].flat().join('');
    const file = ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022, true);
    const imported = new Set();
    for (const statement of file.statements.filter(ts.isImportDeclaration)) {
      const [first, last] = [statement.getStart(), statement.end].map(
        (at) => file.getLineAndCharacterOfPosition(at).line,
      );
      for (let line = first; line <= last; line++) imported.add(line);
    }
    for (const [line, words] of text.split('\n').entries()) {
      (imported.has(line) ? imports : body).push({ words, cell: i + 1, line: line + 1 });
    }
    // Where a cell is not closed, the mistake is found behind its end.
    body.push({ words: '{', cell: i + 1, line: text.split('\n').length });
    open++;
  }
  const end = { ...(body.at(-1) ?? { cell: 1, line: 1 }), words: `${'}'.repeat(open)} export {};` };
  const lines = [...imports, ...body, end];
  return { text: lines.map(({ words }) => words).join('\n'), lines, form: formOf(cells) };
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const modules = new Map(
  notebooks.map((path) => {
    const file = join(folder, `${basename(path, '.ipynb')}.mts`);
    const module = { path, ...moduleOf(path) };
    writeFileSync(file, module.text);
    return [file, module];
  }),
);

const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
const program = ts.createProgram([...modules.keys()], {
  ...options,
  ...{ composite: false, declaration: false, noEmit: true, noUnusedLocals: false, noUnusedParameters: false },
});
const found = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
  const message = ts.flattenDiagnosticMessageText(messageText, '\n');
  return file ? place(file.fileName, file.getLineAndCharacterOfPosition(start).line, message) : message;
});

for (const { path, form } of modules.values()) {
  for (const { cell, line, message } of form) found.push(complaint(path, cell, line, message));
}

/** The complaint as '01-waveform.ipynb, cell 3, line 2: …' */
function complaint(path, cell, line, message) {
  return `${relative(root, path)}, cell ${cell}, line ${line}: ${message}`;
}

/** The same for a line of a module. */
function place(file, index, message) {
  const { path, lines } = modules.get(resolve(file));
  const { cell, line } = lines[index];
  return complaint(path, cell, line, message);
}

/** Whether a line is of a function that an exercise leaves to be written. */
function waits({ path, start }) {
  const { lines } = modules.get(join(folder, path));
  const { cell } = lines[start.line - 1];
  return lines.some((line) => line.cell === cell && line.words === '  return undefined; // your lines');
}

/** What is not true of cells: exercises wait for an answer, and lines are short. */
const rules = {
  complexity: { noUselessLoneBlockStatements: 'off', noUselessEmptyExport: 'off' },
  style: { noNonNullAssertion: 'off', useConst: 'off', useImportType: 'off' },
  suspicious: { useIterableCallbackReturn: 'off' },
};
writeFileSync(join(folder, 'biome.json'), JSON.stringify({ root: true, linter: { rules } }));
const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
const lint = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
const { stdout, stderr } = spawnSync(process.execPath, [biome, ...lint], { cwd: folder, encoding: 'utf8' });
try {
  for (const { category, location, message } of JSON.parse(stdout).diagnostics) {
    if (category === 'lint/correctness/noUnusedFunctionParameters' && waits(location)) continue;
    found.push(place(join(folder, location.path), location.start.line - 1, message));
  }
} catch {
  found.push(`Biome did not run: ${stderr}`);
}

for (const message of found) console.error(message);
process.exitCode = found.length ? 1 : 0;
