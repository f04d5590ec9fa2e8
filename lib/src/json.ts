import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CheckpointError } from './errors.js';

/** The longest file that is read, in bytes, where nothing else is said: enough for the names of 50,000 classes. */
const LONGEST = 8_000_000;

/** How many lists and objects may lie in each other; Python gives up not much later. */
const DEEPEST = 500;

/** The object in a JSON file of a checkpoint, as Transformers writes it. See {@link parseJson}. */
export async function readJson(file: string, longest: number = LONGEST): Promise<Readonly<Record<string, unknown>>> {
  let json: unknown;
  try {
    json = parseJson(await readText(file, longest));
  } catch (cause) {
    throw new CheckpointError(`${file} cannot be read as JSON: ${(cause as Error).message}`, { cause });
  }
  if (isObject(json)) return json;
  throw new CheckpointError(`${file} holds no JSON object`);
}

async function readText(path: string, longest: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > longest) throw new Error(`it has ${size} bytes, more than the ${longest} allowed`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile());
  } finally {
    await file.close();
  }
}

/**
 * Reads JSON as Python's `json` does: it may have NaN, Infinity and -Infinity, of a name that stands twice the last
 * counts, and '__proto__' is a name like others.
 *
 * @throws SyntaxError that says where something else stands, or what lies too deep
 */
export function parseJson(text: string): unknown {
  if (/NaN|Infinity/.test(text) || depthOf(text) > DEEPEST) return parse(text);
  try {
    // Ten times as fast.
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
}

/** How many brackets are open at once; too many where strings have some. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    // '[' and '{', ']' and '}' differ in one bit, and no other characters become these.
    const code = text.charCodeAt(i) | 0x20;
    if (code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d) depth--;
  }
  return deepest;
}

function parse(text: string): unknown {
  let at = 0;
  const fail = (expected: string): never => {
    const lines = text.slice(0, at).split('\n');
    const place = `line ${lines.length}, column ${lines[lines.length - 1].length + 1}`;
    const found = at < text.length ? JSON.stringify(text.slice(at, at + 12)) : 'the end';
    throw new SyntaxError(`${place} has ${found} instead of ${expected}`);
  };
  const next = (): string => {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
    return text[at];
  };
  const token = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  const string = (): string => {
    const start = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    try {
      return JSON.parse(text.slice(start, ++at));
    } catch {
      at = start;
      return fail('a whole string');
    }
  };
  /** What stands between brackets, read one by one. */
  const list = (close: ']' | '}', depth: number, read: () => void): void => {
    if (depth > DEEPEST) throw new SyntaxError(`more than ${DEEPEST} lists and objects lie in each other`);
    at++;
    if (next() !== close) read();
    while (next() === ',') {
      at++;
      read();
    }
    if (text[at] !== close) fail(`',' or '${close}'`);
    at++;
  };
  const object = (depth: number): object => {
    const entries = new Map<string, unknown>();
    list('}', depth, () => {
      if (next() !== '"') fail('a name in quotes');
      const name = string();
      if (next() !== ':') fail("':'");
      at++;
      entries.set(name, value(depth + 1));
    });
    return Object.fromEntries(entries);
  };
  const array = (depth: number): unknown[] => {
    const items: unknown[] = [];
    list(']', depth, () => items.push(value(depth + 1)));
    return items;
  };
  const value = (depth: number): unknown => {
    const first = next();
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') return string();
    const word = token(WORD);
    if (word !== undefined) return WORDS.get(word);
    return Number(token(NUMBER) ?? fail('a value'));
  };
  const whole = value(1);
  if (next() !== undefined) fail('the end');
  return whole;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /null|true|false|NaN|-?Infinity/y;
const WORDS: ReadonlyMap<string, null | boolean | number> = new Map<string, null | boolean | number>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** Writes JSON as Python's `json` does: with the words NaN, Infinity and -Infinity for such numbers. */
export function formatJson(value: unknown, indent?: number): string {
  // No string of the value has these numbers' mark in it.
  const mark = randomUUID();
  const marked = (_: string, part: unknown) =>
    typeof part === 'number' && !Number.isFinite(part) ? `${mark}${part}` : part;
  return JSON.stringify(value, marked, indent).replaceAll(new RegExp(`"${mark}(.*?)"`, 'g'), '$1');
}

/** A value for a message, cut where it is absurdly long. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'none' : formatJson(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** 'hidden_size' → 'hiddenSize'. */
export const camelCase = (key: string): string =>
  key.replace(/(?<=.)_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** 'hiddenSize' → 'hidden_size', as Transformers' files have it. */
export const snakeCase = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
