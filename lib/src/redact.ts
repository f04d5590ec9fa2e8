/** So much of a secret in a row gives it away; less may be chance. */
const GIVEAWAY = 12;

/** In place of a secret. */
const MASK = '…';

/** How long what a server says may be in a message. */
const LENGTH = 500;

/** A character as texts have it: escaped for a URL, in JSON or in HTML, white space, or plain. */
const CHARACTER =
  /%(?<url>[0-9a-f]{2})|\\[ux](?<json>[0-9a-f]{4}|[0-9a-f]{2})|&#x(?<html>[0-9a-f]{1,5});|&#(?<decimal>\d{1,6});|(?<space>\\[nrt]|\s)|\\?(?<plain>.)/gisu;

/**
 * A text without secrets: as they are, escaped, in base64, broken over lines, and parts of them.
 *
 * @param secrets - tokens, keys; undefined and '' are none
 */
export function redact(text: string, ...secrets: (string | undefined)[]): string {
  const parts = new Set<string>();
  const lengths = new Set<number>();
  for (const secret of secrets) {
    if (!secret) continue;
    for (const form of [secret, ...base64Forms(secret)]) {
      const length = Math.min(form.length, GIVEAWAY);
      lengths.add(length);
      for (let i = 0; i + length <= form.length; i++) parts.add(form.slice(i, i + length));
    }
  }
  if (parts.size === 0) return text;
  // The text as it reads, and where each of its characters begins and ends.
  let read = '';
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(CHARACTER)) {
    const { url, json, html, decimal, space, plain } = match.groups!;
    if (space !== undefined) continue;
    const hex = url ?? json ?? html;
    const character = plain ?? String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    read += character;
    for (let i = 0; i < character.length; i++) {
      starts.push(match.index);
      ends.push(match.index + match[0].length);
    }
  }
  let clean = '';
  let kept = 0;
  for (let i = 0; i < read.length; i++) {
    let end = i;
    for (let j = i; j < read.length && (j === i || j < end); j++) {
      for (const length of lengths) {
        const part = read.slice(j, j + length);
        if (part.length === length && parts.has(part)) end = Math.max(end, j + length);
      }
    }
    if (end === i) continue;
    clean += text.slice(kept, starts[i]) + MASK;
    kept = ends[end - 1];
    i = end - 1;
  }
  return clean + text.slice(kept);
}

/** What a server says, for a message: without secrets and control characters, and not too long. */
export function wordsOf(text: string, ...secrets: (string | undefined)[]): string {
  // What is cut off here is far beyond what is shown.
  const clean = redact(text.slice(0, 100 * LENGTH), ...secrets);
  const line = clean.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > LENGTH ? `${line.slice(0, LENGTH - 1)}…` : line;
}

/** What is left of a secret in base64, whatever stands before and after it. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
  });
  const long = forms.filter((form) => form.length >= GIVEAWAY);
  return [...long, ...long.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}
