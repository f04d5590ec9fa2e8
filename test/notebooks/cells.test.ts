import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

describe('The check of the code cells', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'onpa-cells-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What the check says about a notebook of such cells. */
  function check(...cells: string[]): { status: number | null; lines: string[] } {
    const file = path.join(folder, 'lesson.ipynb');
    const title = '# Lesson\n\n<details lang="ja"><summary>日本語</summary>\n\n**レッスン**\n\n</details>';
    const written = cells.map((text) => ({ cell_type: 'code', source: text.split(/(?<=\n)/) }));
    writeFileSync(file, JSON.stringify({ cells: [{ cell_type: 'markdown', source: [title] }, ...written] }));
    const { status, stderr } = spawnSync(process.execPath, ['scripts/check_notebooks.mjs', file], { encoding: 'utf8' });
    return { status, lines: stderr.split('\n').filter(Boolean) };
  }

  it('takes cells that use and declare anew what stands in earlier ones', () => {
    const found = check(
      "import { hann } from 'onpa';\n\nconst window = hann(8);",
      'const twice = window.map((x) => 2 * x);\nconsole.log(twice.length);',
      'const window = hann(16);\nawait Promise.resolve(window);',
    );
    assert.deepEqual(found, { status: 0, lines: [] });
  });

  it('names the cell and the line of a mistake in types', () => {
    const { status, lines } = check(
      "import { stft } from 'onpa';\n\nconst samples = new Float32Array(4096);",
      'const x = stft(samples, {\n  hopLenght: 512,\n});\nconsole.log(x.re.rows);',
    );
    assert.equal(status, 1);
    assert.match(lines[0], /lesson\.ipynb, cell 3, line 2: .*hopLenght/);
  });

  it('names the cell that is not closed', () => {
    const { status, lines } = check('const a = 1;', 'for (const b of [a]) {\n  console.log(b);');
    assert.equal(status, 1);
    assert.match(lines[0], /lesson\.ipynb, cell 3, line 2: '}' expected/);
  });

  it('names an import that is not used', () => {
    const { status, lines } = check("import {\n  hann, stft,\n} from 'onpa';\n\nconsole.log(hann(4));");
    assert.equal(status, 1);
    assert.match(lines.join('\n'), /lesson\.ipynb, cell 2, line 2: .*unused/);
  });

  it('names what is wrong with the form of a cell', () => {
    const { status, lines } = check(`console.log(1);\nconsole.log('${'a'.repeat(70)}');`);
    assert.equal(status, 1);
    assert.match(lines.join('\n'), /lesson\.ipynb, cell 2, line 2: 86 columns/);
  });
});
