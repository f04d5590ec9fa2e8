const MOST_LINES = 100_000;
const MOST_CHARACTERS = 10_000_000;

/** How much of what a cell writes is shown: a notebook with more cannot be opened any more. */
export interface OutputLimit {
  /** The part of `text` that is shown. */
  take(text: string): string;
  /** What is cut by now, in words; undefined for nothing. */
  cut(): string | undefined;
}

export function createOutputLimit(): OutputLimit {
  let lines = 0;
  let characters = 0;
  let cutLines = 0;
  let cutCharacters = 0;
  return {
    take(text) {
      const shown = cutCharacters > 0 ? '' : fitting(text, MOST_LINES - lines, MOST_CHARACTERS - characters);
      lines += countLines(shown);
      characters += shown.length;
      cutCharacters += text.length - shown.length;
      if (shown.length < text.length) cutLines += countLines(text.slice(shown.length));
      return shown;
    },
    cut() {
      if (cutCharacters === 0) return undefined;
      const amount = `${(cutCharacters / 1e6).toFixed(1)} million characters`;
      return `${amount} in ${cutLines.toLocaleString('en')} lines`;
    },
  };
}

/** What is said where the rest is cut. */
export const CUT_NOTE: string = `… what follows is cut: a cell shows at most ${MOST_LINES.toLocaleString('en')} lines or ${MOST_CHARACTERS / 1e6} million characters.\n`;

function fitting(text: string, lines: number, characters: number): string {
  let end = 0;
  // Of a text that is shorter than what is left, no line is too many.
  for (let line = 0; line < lines && end < text.length; line++) end = text.indexOf('\n', end) + 1 || text.length;
  return text.slice(0, Math.min(end, characters));
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
