import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../setup/root.mjs';

/** What is wrong with a file of exercises, with its line. */
export class ExerciseFileError extends Error {}

const FOLDER = join(root, 'course', 'exercises');
const HEADING = /^## (?<name>[a-z]\w*) \((?<points>\d+) points?\)$/;
const BLOCK = /^```ts (?<kind>\S+)(?: (?<points>\S+))?$/;
const FOLD = '<details lang="ja"><summary>日本語</summary>';
const ORDER = ['answer', 'solution', 'check', 'hidden'];

/** The lessons that have exercises, such as '01-waveform' and 'beyond/vocoder', in the order of the course. */
export const lessonStems = () =>
  readdirSync(FOLDER, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => name.slice(0, -'.md'.length))
    .sort((a, b) => Number(a.startsWith('beyond/')) - Number(b.startsWith('beyond/')) || (a < b ? -1 : 1));

/** The exercises of a lesson, of course/exercises/STEM.md; see {@link parseExercises}. */
export function readExercises(stem) {
  const path = join(FOLDER, `${stem}.md`);
  return parseExercises(readFileSync(path, 'utf8'), relative(root, path));
}

/**
 * Reads a file of exercises: below a title, for each one `## name (points)`, its text in English, in Japanese folded, and
 * blocks of code: `ts answer` is the student's cell, `ts solution` what takes its place, `ts check POINTS` a test that all
 * see, `ts hidden POINTS` one that only the teacher has.
 *
 * @returns {{ title: string, exercises: { name: string, points: number, english: string, japanese: string,
 *   answer: string, solution: string, tests: { kind: 'check' | 'hidden', points: number, source: string }[] }[] }}
 * @throws ExerciseFileError that names the file, the line and what to do
 */
export function parseExercises(text, file) {
  const lines = text.replace(/\r/g, '').split('\n');
  const fail = (line, message) => {
    throw new ExerciseFileError(`${file}:${line + 1}: ${message}`);
  };
  const [, title] = /^# (.+)$/.exec(lines[0]) ?? fail(0, 'a file of exercises begins with its title: # Lesson 1: …');
  const starts = lines.flatMap((_, at) => (isHeadingAt(lines, at) ? [at] : []));
  if (starts.length === 0) fail(lines.length - 1, 'there is no exercise; begin one with: ## name (1 point)');
  const before = lines.findIndex((line, at) => at > 0 && at < starts[0] && line.trim() !== '');
  if (before > 0) fail(before, 'this belongs to no exercise; begin one above it: ## name (1 point)');
  const exercises = starts.map((from, i) => parseOne(lines, from, starts[i + 1] ?? lines.length, fail));
  for (const [i, { name }] of exercises.entries()) {
    if (exercises.findIndex((other) => other.name === name) < i) fail(starts[i], `there are two exercises '${name}'`);
  }
  return { title, exercises };
}

/** Whether a line is a heading of the second level, and none within a block of code. */
const isHeadingAt = (lines, at) =>
  lines[at].startsWith('## ') && lines.slice(0, at).filter((line) => line.startsWith('```')).length % 2 === 0;

function parseOne(lines, from, to, fail) {
  const { name, points } =
    HEADING.exec(lines[from])?.groups ?? fail(from, 'write the heading of an exercise as: ## name (2 points)');
  const first = lines.findIndex((line, at) => at > from && at < to && BLOCK.test(line));
  if (first < 0) fail(from, `'${name}' has no code; write its cell in a block that begins with: \`\`\`ts answer`);
  const prose = lines
    .slice(from + 1, first)
    .join('\n')
    .trim();
  const [english, japanese = ''] = prose.split(FOLD).map((part) => part.trim());
  if (english === '') fail(from + 1, `'${name}' has no text in English`);
  if (!japanese.endsWith('</details>')) {
    fail(from + 1, `the Japanese of '${name}' is missing; fold it below the English: ${FOLD} … </details>`);
  }
  const blocks = parseBlocks(lines, first, to, fail);
  const only = (kind) => {
    const [one, second] = blocks.filter((block) => block.kind === kind);
    if (!one) fail(from, `'${name}' has no block \`\`\`ts ${kind}`);
    if (second) fail(second.line, `'${name}' has a second block \`\`\`ts ${kind}`);
    return one.source;
  };
  const [answer, solution] = [only('answer'), only('solution')];
  if (!/\bundefined\b/.test(answer)) fail(from, `the answer of '${name}' has no undefined, which students replace`);
  const tests = blocks.filter(({ kind }) => kind === 'check' || kind === 'hidden');
  if (!tests.some(({ kind }) => kind === 'check')) fail(from, `'${name}' has no block \`\`\`ts check 1`);
  const sum = tests.reduce((total, test) => total + test.points, 0);
  if (sum !== Number(points)) fail(from, `the heading of '${name}' says ${points} points, and its tests give ${sum}`);
  return {
    name,
    points: Number(points),
    english,
    japanese: japanese.slice(0, -'</details>'.length).trim(),
    answer,
    solution,
    tests: tests.map(({ kind, points, source }) => ({ kind, points, source })),
  };
}

function parseBlocks(lines, first, to, fail) {
  const blocks = [];
  for (let at = first; at < to; at++) {
    if (lines[at].trim() === '') continue;
    const { kind, points } = BLOCK.exec(lines[at])?.groups ?? fail(at, 'text goes before the first block of code');
    if (!ORDER.includes(kind)) fail(at, `a block is ${ORDER.join(', ')}, not '${kind}'`);
    if (blocks.length > 0 && ORDER.indexOf(blocks.at(-1).kind) > ORDER.indexOf(kind)) {
      fail(at, `blocks come in this order: ${ORDER.join(', ')}`);
    }
    const isTest = kind === 'check' || kind === 'hidden';
    if (isTest !== /^[1-9]\d*$/.test(points ?? '')) {
      fail(at, isTest ? `say how many points this gives: \`\`\`ts ${kind} 1` : `\`\`\`ts ${kind} has no points`);
    }
    const end = lines.findIndex((line, n) => n > at && n < to && line === '```');
    if (end < 0) fail(at, 'this block has no end: ```');
    blocks.push({ kind, points: Number(points), line: at, source: lines.slice(at + 1, end).join('\n') });
    if (blocks.at(-1).source.trim() === '') fail(at, 'this block is empty');
    at = end;
  }
  return blocks;
}
