import { equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { htmlLanguages, media } from './modules.js';

describe('what a cell gave, in the book', () => {
  const fold = (text: string) => `<details><summary>a</summary>${text}</details>`;
  const quiz = `<section lang="en">\n<p>Which?</p>${fold('No.')}</section>\n<details lang="ja"><summary>日本語</summary>\n<p>どれ</p>${fold('いいえ')}</details>`;

  it('is a quiz in the language of the book, unfolded', async () => {
    const { htmlIn } = await htmlLanguages();
    equal(htmlIn(quiz, 'en').trim(), `<section lang="en">\n<p>Which?</p>${fold('No.')}</section>`);
    equal(htmlIn(quiz, 'ja').trim(), `<div lang="ja">\n<p>どれ</p>${fold('いいえ')}</div>`);
    equal(htmlIn('<p lang="ja">音</p>', 'en'), '<p lang="ja">音</p>');
  });

  it('is a sound in a file, but within the page where a script plays it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'onpa-site-'));
    try {
      const { outside } = (await media()).mediaFolder(folder);
      const player = '<audio controls src="data:audio/wav;base64,UklGRg=="></audio>';
      const written = outside(player, '../');
      const [, file] = /src="\.\.\/(media\/\w+\.wav)"/.exec(written)!;
      equal(readFileSync(join(folder, file), 'latin1'), 'RIFF');
      const withScript = `${player}<img src="data:image/png;base64,AAAA"><script>play()</script>`;
      match(
        outside(withScript, ''),
        /^<audio controls src="data:audio\/wav;base64,UklGRg=="><\/audio><img src="media\/\w+\.png">/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
