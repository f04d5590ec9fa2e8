import { escapeHtml } from '../html.js';
import { LETTERS, type Quiz, type QuizOption } from './quiz-file.js';

/** What is said of an answer that is opened. */
const VERDICTS = {
  en: { right: '✓ Right.', wrong: '✗ Not quite.' },
  ja: { right: '✓ 正解です。', wrong: '✗ 違います。' },
};

/**
 * The quiz as HTML without a script. Each option is a `<details>`, which opens by pointer and by keyboard; several may be
 * open, to be compared. The English is a `<section lang="en">`, the Japanese a folded `<details lang="ja">`, as in the text
 * cells of the lessons. Colours are the page's own, dark or light.
 */
export function quizHtml(quiz: Quiz): string {
  const japanese = `<details lang="ja"><summary>日本語</summary>\n${list(quiz, 'ja')}\n</details>`;
  return `<section lang="en">\n${list(quiz, 'en')}\n</section>\n${japanese}`;
}

function list({ questions }: Quiz, language: 'en' | 'ja'): string {
  const items = questions.map(({ question, questionJa, options }) => {
    const text = language === 'ja' ? questionJa : question;
    return `<li style="margin-bottom:1em"><p style="margin-bottom:0.4em">${inline(text)}</p>\n${options.map((it, i) => option(it, i, language)).join('\n')}</li>`;
  });
  return `<ol>\n${items.join('\n')}\n</ol>`;
}

function option({ text, textJa, why, whyJa, right }: QuizOption, i: number, language: 'en' | 'ja'): string {
  const [answer, reason] = language === 'ja' ? [textJa, whyJa] : [text, why];
  const verdict = VERDICTS[language][right ? 'right' : 'wrong'];
  return (
    `<details style="margin:0.2em 0"><summary>${LETTERS[i]}. ${inline(answer)}</summary>` +
    `<p style="margin:0.2em 0 0.6em 1.2em"><strong>${verdict}</strong> ${inline(reason)}</p></details>`
  );
}

/** `code` and *emphasis*, the only marks that the texts have. */
function inline(text: string): string {
  return escapeHtml(text.trim()).replace(/`([^`]+)`|\*([^*\s][^*]*)\*/g, (_, code?: string, emphasis?: string) =>
    code === undefined ? `<em>${emphasis}</em>` : `<code>${code}</code>`,
  );
}
