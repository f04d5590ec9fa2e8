import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { ParameterError } from '../errors.js';
import { isObject, parseJson } from '../json.js';
import { type Flag, fieldName, unknownFlag } from './flag.js';
import { readValue } from './read-value.js';

/** What flags were given, under the names of fields. */
export type Values = Record<string, unknown>;

/**
 * The values of a command line, as argparse reads it: `--flag value`, `--flag=value`, `--flag` and `--no_flag` where it is
 * true or false, names with `_` or `-`. Its first argument may be a file of arguments, .json or .yaml; flags after it take the
 * place of what stands there.
 *
 * @throws ParameterError that names a flag which is unknown or lacks its value
 */
export async function parseFlags(args: readonly string[], flags: readonly Flag[]): Promise<Values> {
  const [first] = args;
  const file = first !== undefined && /^[^-].*\.(json|ya?ml)$/i.test(first) ? first : undefined;
  const stored = file === undefined ? {} : await readArguments(file, flags);
  return { ...stored, ...parseLine(file === undefined ? args : args.slice(1), flags) };
}

function parseLine(args: readonly string[], flags: readonly Flag[]): Values {
  const values: Values = {};
  const isFlag = (text: string | undefined): boolean => text === undefined || text.startsWith('--');
  for (let i = 0; i < args.length; ) {
    const [, written, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(args[i]) ?? [];
    if (written === undefined) {
      throw new ParameterError(
        `'${args[i]}' is no flag; give --flag value, or a .json or .yaml file as the first argument`,
      );
    }
    i++;
    const { flag, negated } = findFlag(written, flags);
    const name = `--${written}`;
    if (negated) {
      if (inline !== undefined) throw new ParameterError(`${name} takes no value`);
      values[flag.name] = false;
    } else if (inline !== undefined) {
      values[flag.name] = readValue(flag, inline, name);
    } else if (flag.kind === 'list') {
      const from = i;
      while (!isFlag(args[i])) i++;
      values[flag.name] = readValue(flag, needed(args.slice(from, i).join(','), name), name);
    } else if (flag.kind === 'boolean' && isFlag(args[i])) {
      values[flag.name] = true;
    } else {
      values[flag.name] = readValue(flag, needed(isFlag(args[i]) ? '' : args[i], name), name);
      i++;
    }
  }
  return values;
}

function findFlag(written: string, flags: readonly Flag[]): { flag: Flag; negated: boolean } {
  const byName = (name: string) => flags.find((flag) => flag.name === name);
  const flag = byName(fieldName(written));
  if (flag) return { flag, negated: false };
  const switched = byName(fieldName(written.replace(/^no[-_]/, '')));
  if (switched?.kind === 'boolean') return { flag: switched, negated: true };
  throw new ParameterError(unknownFlag(written, flags));
}

function needed(value: string, name: string): string {
  if (value !== '') return value;
  throw new ParameterError(`${name} lacks its value`);
}

/** The values of a file of arguments, as Transformers' HfArgumentParser reads it; null stands for the default. */
async function readArguments(file: string, flags: readonly Flag[]): Promise<Values> {
  let read: unknown;
  try {
    const text = await readFile(file, 'utf8');
    read = extname(file).toLowerCase() === '.json' ? parseJson(text) : parseYaml(text);
  } catch (cause) {
    throw new ParameterError(`${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (!isObject(read)) throw new ParameterError(`${file} has no arguments by their names; write seed: 42 and the like`);
  const given = Object.entries(read).filter(([, value]) => value !== null);
  return Object.fromEntries(
    given.map(([written, value]) => {
      const flag = flags.find(({ name }) => name === fieldName(written));
      if (!flag) throw new ParameterError(`${file}: ${unknownFlag(written, flags)}`);
      return [flag.name, readValue(flag, value, `${written} in ${file}`)];
    }),
  );
}
