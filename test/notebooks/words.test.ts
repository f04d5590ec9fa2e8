import { deepEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRepository } from '../fixtures.js';
import { readNotebook } from './notebook.js';

/** One Japanese word for one thing: what it is called, and what it is called nowhere. */
const WORDS: readonly [word: string, variants: RegExp][] = [
  ['特徴抽出器', /特徴量抽出器?|特徴量エクストラクター?/g],
  ['パディング', /詰め物|埋め草/g],
  ['ゼロ', /零/g],
  ['演習', /練習|エクササイズ/g],
  ['ファインチューニング', /微調整(?!）)/g],
  ['デコード', /復号/g],
  ['アテンション', /注意機構/g],
  ['教師', /先生/g],
  ['リポジトリ', /リポジトリー/g],
  ['コンテナ', /コンテナー/g],
  // As in コンピューター, the long vowel at the end is written, but for ライブラリ and リポジトリ, which are none of English -er.
  [
    'コンピューター, エンコーダー, フォルダー …',
    /(コンピュータ|エンコーダ|デコーダ|クラスタ|パラメータ|フォルダ|ポインタ|フィルタ|プレーヤ|ボコーダ|トークナイザ|トランスフォーマ|サーバ|ユーザ|メモリ)(?![ァ-ヴー])/g,
  ],
];

const notebooks = readdirSync(inRepository('notebooks'), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ipynb') && !name.includes('.ipynb_checkpoints'));
const pages = readdirSync(inRepository('docs')).filter((name) => name.endsWith('.md'));
const course = readdirSync(inRepository('course'), { recursive: true })
  .map(String)
  .filter((name) => /\.(md|yaml)$/.test(name));

const texts: [name: string, text: string][] = [
  ...notebooks.map((name): [string, string] => {
    const { cells } = readNotebook(inRepository('notebooks', name));
    const prose = cells.filter(({ cell_type: type }) => type === 'markdown');
    return [name, prose.map(({ source }) => source.join('')).join('\n')];
  }),
  ...[
    'README.md',
    'web/src/words.ts',
    ...pages.map((name) => join('docs', name)),
    ...course.map((name) => join('course', name)),
  ].map((name): [string, string] => [name, readFileSync(inRepository(name), 'utf8')]),
];

describe('the Japanese of lessons, quizzes, page, README and docs', () => {
  for (const [word, variants] of WORDS) {
    it(`has one word for one thing: ${word}`, () => {
      const found = texts.flatMap(([name, text]) =>
        (text.match(variants) ?? []).map((variant) => `${name}: ${variant}`),
      );
      deepEqual(found, []);
    });
  }
});
