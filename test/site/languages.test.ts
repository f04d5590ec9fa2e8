import { deepEqual, doesNotMatch, equal, match, throws } from 'node:assert/strict';
import { headings, languages, links } from './modules.js';

const folded = (text: string) => `<details lang="ja"><summary>日本語</summary>\n\n${text}\n\n</details>`;

describe('a text of the course in one language', () => {
  let textIn: (markdown: string, language: 'en' | 'ja') => string;
  before(async () => {
    ({ textIn } = await languages());
  });

  it('is English without what is folded, and Japanese under its own heading', () => {
    const text = `## Loudness\n\nA sound is loud.\n\n${folded('**音の大きさ**\n\n音が大きいです。')}`;
    equal(textIn(text, 'en'), '## Loudness\n\nA sound is loud.');
    equal(textIn(text, 'ja'), '## 音の大きさ\n\n音が大きいです。');
  });

  it('has code, tables and sections without Japanese in both', () => {
    const code = '```\nnpm run lab # **not** ## a heading\n```';
    const text = `# Start\n\nType:\n\n${code}\n\n${folded('**はじめに**\n\n入力してください。')}\n\n## Files\n\n| a |\n| --- |\n| b |`;
    equal(textIn(text, 'ja'), `# はじめに\n\n入力してください。\n\n${code}\n\n## Files\n\n| a |\n| --- |\n| b |`);
    match(textIn(text, 'en'), /^# Start\n\nType:\n\n```\nnpm run lab/);
  });

  it('is not taken for Japanese where code shows how Japanese is folded', () => {
    const text = `# A\n\n\`\`\`\n${folded('例')}\n\`\`\``;
    equal(textIn(text, 'en'), text);
    equal(textIn(text, 'ja'), text);
  });

  it('may fold something within the Japanese, and be folded as a whole at the end', () => {
    const inner = '<details><summary>答え</summary>\n\n5\n\n</details>';
    equal(textIn(`Five.\n\n${folded(`質問\n\n${inner}`)}`, 'ja'), `質問\n\n${inner}`);
    const page = `# Title\n\nText.\n\n## More\n\nText.\n\n${folded('# 題名\n\n本文\n\n## 続き\n\n本文')}`;
    equal(textIn(page, 'ja'), '# 題名\n\n本文\n\n## 続き\n\n本文');
    doesNotMatch(textIn(page, 'en'), /題名/);
  });

  it('has no spaces in Japanese where lines end, but blocks of their own', () => {
    const text = folded('**題**\n\n音を\n聴きます。\n`load` は\n音を読みます（\n例）。\n- 一つ\n- 二つ');
    equal(
      textIn(`# T\n\n${text}`, 'ja'),
      '# 題\n\n音を聴きます。`load` は\n音を読みます（例）。\n- 一つ\n- 二つ'.replace('は\n', 'は'),
    );
  });

  it('is refused where a fold has no end', () => {
    throws(
      () => textIn('# A\n\n<details lang="ja"><summary>日本語</summary>\n\n日本語', 'en'),
      /has no end: put <\/details>/,
    );
  });
});

describe('a link of the repository in the book', () => {
  const targets = {
    source: 'docs/limits.md',
    page: 'limits',
    pages: new Map([['notebooks/beyond/browser.ipynb', 'beyond/browser']]),
    places: new Map([['web', 'web/index.html']]),
    picture: (path: string) => `media/${path.replaceAll('/', '-')}`,
  };

  it('leads to the page that the file has become, and to the site beside the book', async () => {
    const { linked } = await links();
    equal(linked('[a](../notebooks/beyond/browser.ipynb#b)', targets), '[a](beyond/browser.html#b)');
    equal(linked('[`a[0]`](../web/)', targets), '[`a[0]`](../web/index.html)');
    const inFolder = { ...targets, source: 'notebooks/beyond/vocoder.ipynb', page: 'beyond/vocoder' };
    equal(linked('[a](browser.ipynb)', inFolder), '[a](../beyond/browser.html)');
    const anchors = new Map([['notebooks/beyond/browser.ipynb#old', '#new']]);
    equal(linked('[a](browser.ipynb#old)', { ...inFolder, anchors }), '[a](../beyond/browser.html#new)');
    equal(linked('![a](../../docs/a.png)', inFolder), '![a](../../media/docs-a.png)');
  });

  it('is plain text where the file is not in the book, or leads to the repository where its address is known', async () => {
    const { linked } = await links();
    equal(linked('see [ONNX](onnx.md).', targets), 'see ONNX.');
    const known = { ...targets, repository: 'https://example.org/onpa/' };
    equal(linked('[ONNX](onnx.md#a)', known), '[ONNX](https://example.org/onpa/blob/HEAD/docs/onnx.md#a)');
  });

  it('is left alone in code, and where it leads elsewhere', async () => {
    const { linked } = await links();
    for (const text of ['```\n[a](b.md)\n```', '[a](https://example.org/)', '[a](#b)'])
      equal(linked(text, targets), text);
  });

  it('has the anchors that GitHub gives, numbered where headings are alike', async () => {
    const { anchorsOf } = await headings();
    deepEqual(anchorsOf("# The tutorial's own: `a_b`, [x](y)\n\n## Same\n\n```\n# no\n```\n\n## Same"), [
      'the-tutorials-own-a_b-x',
      'same',
      'same-1',
    ]);
  });
});
