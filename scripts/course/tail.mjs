import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/root.mjs';

const fold = (japanese) => `<details lang="ja"><summary>日本語</summary>\n\n${japanese}\n\n</details>`;

const QUIZ = `## Quiz

A few questions about the lesson. Choose an answer, and you see whether it is right, and why.

${fold('**クイズ**\n\nこのレッスンについての短い質問です。答えを選ぶと、正しいかどうかと、その理由が表示されます。')}`;

const EXERCISES = `## Exercises

Put your answer in the place of \`undefined\` and run the cell; then run the cell below it, which checks it.

${fold(
  '**演習**\n\n`undefined` を自分の答えに書き換えてセルを実行し、続けてその下のセルを実行してください。答えが確かめられます。',
)}`;

const markdown = (id, source) => ({ cell_type: 'markdown', id, metadata: {}, source });
const code = (id, source) => ({ cell_type: 'code', execution_count: null, id, metadata: {}, outputs: [], source });

/** What follows "You can now" in a lesson: cells whose `source` is one text. Each has the name of what it is as its id. */
export function tailCells(stem, { exercises }) {
  return [
    markdown('quiz', QUIZ),
    code('quiz-cell', `import { quiz } from 'onpa';\n\nquiz('${stem}');`),
    markdown('exercises', EXERCISES),
    ...exercises.flatMap(({ english, japanese, answer, tests }, i) => {
      const number = `**${i + 1}.**`;
      const visible = tests.filter(({ kind }) => kind === 'check');
      return [
        markdown(`exercise-${i + 1}`, `${number} ${english}\n\n${fold(`${number} ${japanese}`)}`),
        code(`answer-${i + 1}`, answer),
        ...visible.map(({ source }, n) => code(`check-${i + 1}${n > 0 ? `-${n + 1}` : ''}`, source)),
      ];
    }),
  ];
}

/** Where a notebook of the course lies. */
export const notebookPath = (stem) => join(root, 'notebooks', `${stem}.ipynb`);

/** The text of a notebook in pieces: of each cell one, which is its lines without the comma after it. */
export function splitNotebook(text) {
  const lines = text.split('\n');
  const from = lines.indexOf(' "cells": [') + 1;
  const to = lines.findIndex((line, at) => at >= from && line === ' ],');
  const cells = [];
  for (let at = from, start = from; at < to; at++) {
    if (/^ {2}\},?$/.test(lines[at])) {
      cells.push([...lines.slice(start, at), '  }'].join('\n'));
      start = at + 1;
    }
  }
  if (from === 0 || cells.length === 0) throw new Error('this is no notebook as nbformat writes it');
  return { head: lines.slice(0, from).join('\n'), cells, foot: lines.slice(to).join('\n') };
}

/** The source of a cell as one text. */
export const sourceOf = (cell) => [cell.source].flat().join('');

/** Where the tail begins: after the cell "You can now". */
export function tailStart(cells, stem) {
  const at = cells.findIndex((cell) => sourceOf(cell).startsWith('## You can now\n'));
  if (at < 0) throw new Error(`${notebookPath(stem)} has no cell that begins with: ## You can now`);
  return at + 1;
}

/**
 * A lesson's text with the exercises of its file. Cells whose source is as before stay as they are, with their outputs; the
 * others have none until the lesson is run.
 */
export function withTail(text, stem, exercises) {
  const { head, cells, foot } = splitNotebook(text);
  const parsed = cells.map((cell) => JSON.parse(cell));
  const start = tailStart(parsed, stem);
  const old = new Map(cells.slice(start).map((cell, i) => [keyOf(parsed[start + i]), cell]));
  const kept = new Set(tailCells(stem, exercises).flatMap((cell) => (old.has(keyOf(cell)) ? [keyOf(cell)] : [])));
  const taken = new Set(parsed.filter((cell, i) => i < start || kept.has(keyOf(cell))).map(({ id }) => id));
  const tail = tailCells(stem, exercises).map((cell) => old.get(keyOf(cell)) ?? written(cell, taken));
  return `${head}\n${[...cells.slice(0, start), ...tail].join(',\n')}\n${foot}`;
}

const keyOf = (cell) => `${cell.cell_type} ${sourceOf(cell)}`;

function written(cell, taken) {
  let { id } = cell;
  while (taken.has(id)) id += '-new';
  taken.add(id);
  const lines = cell.source.split(/(?<=\n)/);
  return JSON.stringify({ ...cell, id, source: lines }, null, 1).replaceAll(/^/gm, '  ');
}

/** The text of a lesson, and what it is with the exercises of its file. */
export function renewed(stem, exercises) {
  const text = readFileSync(notebookPath(stem), 'utf8');
  return { text, wanted: withTail(text, stem, exercises) };
}
