import { ParameterError } from '../errors.js';
import { camelCase, isObject, parseJson, shown } from '../json.js';
import type { Flag } from './flag.js';

/** What argparse scripts of Transformers take for true and false. */
const TRUE = ['yes', 'true', 't', 'y', '1'];
const FALSE = ['no', 'false', 'f', 'n', '0'];

/**
 * The value of a flag.
 *
 * @param value - a text, or what a file of arguments has
 * @param where - it stands, for a message: '--seed'
 * @throws ParameterError where it is of another kind
 */
export function readValue({ kind }: Flag, value: unknown, where: string): unknown {
  const text = typeof value === 'string' ? value : undefined;
  switch (kind) {
    case 'boolean': {
      const word = text?.toLowerCase();
      if (typeof value === 'boolean') return value;
      if (word !== undefined && TRUE.includes(word)) return true;
      if (word !== undefined && FALSE.includes(word)) return false;
      return refuse(where, value, 'true or false');
    }
    case 'number': {
      const number = text?.trim() ? Number(text) : value;
      return typeof number === 'number' && !Number.isNaN(number) ? number : refuse(where, value, 'a number');
    }
    case 'text':
      if (text !== undefined || typeof value === 'number') return String(value);
      return refuse(where, value, 'a text');
    case 'list': {
      const items: unknown[] = text === undefined ? [value].flat() : text.split(',').map((item) => item.trim());
      if (!items.every((item) => typeof item === 'string')) return refuse(where, value, 'a text, or a list of texts');
      return items.length === 1 ? items[0] : items;
    }
    case 'json':
      return withCamelCase(text === undefined ? value : jsonOrText(text, where));
  }
}

/** JSON where it can only be that; every other text is itself. */
function jsonOrText(text: string, where: string): unknown {
  if (!/^\s*([[{"\d-]|(true|false|null)\s*$)/.test(text)) return text;
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ParameterError(`${where} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The keys of objects as they are written here. */
function withCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withCamelCase);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [camelCase(key), withCamelCase(part)]));
}

function refuse(where: string, value: unknown, wanted: string): never {
  throw new ParameterError(`${where} is ${shown(value)}; give ${wanted}`);
}
