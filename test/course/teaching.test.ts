import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRepository } from '../fixtures.js';
import { readNotebook } from '../notebooks/notebook.js';

const page = readFileSync(inRepository('course', 'teaching.md'), 'utf8');

/** Of the table of lessons, in one language: the title, the notebook, the minutes, and what it builds on. */
const rows = (text: string) =>
  [...text.matchAll(/^\| \[(.+?)\]\(\.\.\/notebooks\/(\S+?\.ipynb)\) \| (\d+) \| (.+?) \| .+ \|$/gm)].map(
    ([, title, notebook, minutes, before]) => ({ title, notebook, minutes, before }),
  );
const numbers = (text: string) => text.match(/\d/g) ?? [];

describe('the page for the teacher', () => {
  const lessons = rows(page);
  const half = lessons.length / 2;

  it('has the title, the time and the prerequisites that each lesson says', () => {
    equal(half, 11);
    for (const [i, { title, notebook, minutes, before }] of lessons.entries()) {
      const [en, ja] = readNotebook(inRepository('notebooks', notebook)).cells[0].source.join('').split('<details');
      const isEnglish = i < half;
      ok(isEnglish ? en.startsWith(`# ${title}\n`) : ja.includes(`**${title}`), `${notebook} is not called ${title}`);
      const [, time, basis] = /\*\*Time:\*\* about (\d+) minutes, .*\*\*Builds on:\*\* (.+)/.exec(en)!;
      equal(minutes, time, notebook);
      deepEqual(numbers(before), numbers(basis), notebook);
    }
  });

  it('sums the times up', () => {
    const minutes = (isBeyond: boolean) =>
      lessons
        .slice(0, half)
        .filter(({ notebook }) => notebook.startsWith('beyond/') === isBeyond)
        .reduce((sum, row) => sum + Number(row.minutes), 0);
    equal(minutes(false), 5.5 * 60);
    ok(page.includes('The eight lessons are five and a half hours together, the three beyond nearly two.'));
    ok(minutes(true) < 120 && minutes(true) > 100);
  });

  it('has the same in Japanese, folded below each section', () => {
    const sections = page.split(/^(?=##? )/m);
    for (const section of sections) {
      const [heading] = section.split('\n');
      const parts = section.split('<details lang="ja"><summary>日本語</summary>\n\n');
      equal(parts.length, 2, heading);
      ok(/^\*\*.+\*\*\n\n/.test(parts[1]) && parts[1].trimEnd().endsWith('\n\n</details>'), heading);
      const points = (text: string) => text.match(/^(- |\d\. |\| )/gm)?.length;
      equal(points(parts[1]), points(parts[0]), heading);
    }
  });
});
