/**
 * A source map, line by line, between a cell and the JavaScript that tslab makes of it, by the words that they share in
 * their order. Upstream would have to ask TypeScript for one.
 */
export function align(source: string, output: string): string {
  const a = wordsOf(source);
  const b = wordsOf(output);
  // Length of the longest common subsequence of what follows.
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i].word === b[j].word
          ? common[(i + 1) * width + j + 1] + 1
          : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const lines: (number | undefined)[] = new Array(output.split('\n').length).fill(undefined);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i].word === b[j].word) lines[b[j++].line] ??= a[i++].line;
    else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) i++;
    else j++;
  }
  return JSON.stringify({ version: 3, sources: ['cell'], names: [], mappings: mappingsOf(lines) });
}

function wordsOf(text: string): { word: string; line: number }[] {
  const words = (line: string) => line.match(/[\w$]+|[[({]/g) ?? [];
  return text.split('\n').flatMap((each, line) => words(each).map((word) => ({ word, line })));
}

function mappingsOf(lines: readonly (number | undefined)[]): string {
  let before = 0;
  const segments = lines.map((line) => {
    if (line === undefined) return '';
    const step = line - before;
    before = line;
    return `AA${base64(step)}A`;
  });
  return segments.join(';');
}

/** A number as source maps write it: the sign last, five bits at a time. */
function base64(value: number): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let text = '';
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  do {
    text += digits[(rest & 31) + (rest > 31 ? 32 : 0)];
    rest >>= 5;
  } while (rest > 0);
  return text;
}
