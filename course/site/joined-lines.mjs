import { outsideCode } from './fence.mjs';

const JAPANESE = '\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}ー々';
const SIGNS = '、。，．：；（）「」『』・〜！？';
/** What begins a block of Markdown stays on a line of its own. */
const BLOCK = '(?![ \\t]*(?:[-+*#>|:]\\s?|\\d+[.)]\\s|```|~~~|<|\\n))';
const BREAKS = new RegExp(
  `(?<=[${JAPANESE}${SIGNS}])\\n${BLOCK}[ \\t]*(?=[${JAPANESE}${SIGNS}])` +
    `|(?<=[${SIGNS}])\\n${BLOCK}[ \\t]*(?=\\S)` +
    `|(?<=\\S)\\n${BLOCK}[ \\t]*(?=[${SIGNS}])`,
  'gu',
);

/** Japanese text without the line breaks within its paragraphs: browsers would show each as a space. */
export const joinedLines = (markdown) => outsideCode(markdown, (part) => part.replace(BREAKS, ''));
