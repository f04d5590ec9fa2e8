import type ts from 'typescript';

/** Lines that are right in Python, and how they are written here. */
const LINES: readonly [RegExp, string][] = [
  [/^import \w+ as \w+/, "import * as name from 'package'"],
  [/^from [\w.]+ import /, "import { name } from 'package'"],
  [/^for .+ in .+:/, 'for (const x of values) { … }'],
  [/^(if|elif|while) .+:/, 'if (…) { … }'],
  [/^else\s*:/, 'else { … }'],
  [/^(try|except|finally)\b.*:/, 'try { … } catch (error) { … }'],
  [/^with .+:/, 'const file = …'],
  [/^(async )?def \w+\(/, 'function name(parameter) { … }'],
  [/^class \w+(\(.*\))?:/, 'class Name { … }'],
  [/^print [^(]/, 'console.log(…)'],
  [/^(.*[^=])?\[.* for \w+ in .*\]/, 'values.map((x) => …)'],
  [/^(.*\W)?lambda\b.*:/, '(x) => …'],
  [/^[%!]\w+/, 'it has no commands of IPython'],
  [/^\s*#/, '// a comment'],
];

/** What to write in place of a line of Python; undefined where the line is none. */
export function pythonSyntax(file: ts.SourceFile, offset: number): string | undefined {
  const { line } = file.getLineAndCharacterOfPosition(offset);
  const lines = file.text.split('\n');
  // What is missing at the end of a line may be noticed in the next.
  for (const text of [lines[line], lines[line - 1] ?? ''].map((each) => each.trim())) {
    const [, here] = LINES.find(([pattern]) => pattern.test(text)) ?? [];
    if (here) return `this looks like Python; here it is written ${here}`;
  }
  return undefined;
}
