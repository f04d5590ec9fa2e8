import { readFileSync } from 'node:fs';
import { camelCase, snakeCase } from '../json.js';
import { likelyName } from '../python-names.js';

/** How the value of a flag is read: a text is itself, `json` is JSON or else a text. */
export type FlagKind = 'text' | 'number' | 'boolean' | 'list' | 'json';

/** A flag of the command. */
export interface Flag {
  /** In camelCase. */
  readonly name: string;
  readonly kind: FlagKind;
  readonly help: string;
  /** Undefined where there is none, or the library has it. */
  readonly fallback?: unknown;
}

/** The fields without a default, which do not tell their kind themselves; and those whose default tells another. */
export type Kinds<T> = { readonly [K in keyof T as undefined extends T[K] ? K : never]: FlagKind } & {
  readonly [K in keyof T]?: FlagKind;
};

/**
 * A flag for each field of an object of defaults.
 *
 * @param declarations - the file of the class or interface whose comments say what the fields are
 */
export function flagsOf<T extends object>(defaults: T, kinds: Kinds<T>, declarations: string): Flag[] {
  const help = fieldComments(declarations);
  const given: Readonly<Record<string, FlagKind | undefined>> = kinds;
  const names = new Set([...Object.keys(defaults), ...Object.keys(kinds)]);
  return [...names].map((name) => {
    const fallback: unknown = defaults[name as keyof T];
    return { name, kind: given[name] ?? kindOf(fallback), help: help.get(name) ?? '', fallback };
  });
}

function kindOf(fallback: unknown): FlagKind {
  if (typeof fallback === 'number' || typeof fallback === 'boolean') return typeof fallback as 'number' | 'boolean';
  return typeof fallback === 'string' ? 'text' : 'json';
}

/** What the comments above fields say, from the declarations that TypeScript writes beside the code. */
function fieldComments(declarations: string): Map<string, string> {
  const text = readFileSync(declarations, 'utf8');
  const fields = text.matchAll(/\/\*\*((?:[^*]|\*(?!\/))*)\*\/\s*(?:readonly )?(\w+)\??:/g);
  // Where several have a field of that name, the first.
  return new Map(Array.from(fields, ([, comment, name]) => [name, plain(comment)] as const).reverse());
}

/** A comment on one line, with names as flags have them. */
const plain = (comment: string): string =>
  comment
    .replace(/^\s*\*/gm, ' ')
    .replace(/\{@link (\w+).*?\}/g, '$1')
    .replace(/`([a-z]+[A-Z]\w*)`/g, (_, name: string) => snakeCase(name))
    .replaceAll('`', '')
    .replace(/\s+/g, ' ')
    .trim();

/** Short names of flags. */
const SHORT: Readonly<Record<string, string>> = { model: 'modelNameOrPath', dataset: 'datasetName' };

/** The name of a field by any way of writing it: `learning_rate`, `learning-rate`, `learningRate`. */
export function fieldName(written: string): string {
  const name = camelCase(written.replaceAll('-', '_'));
  return Object.hasOwn(SHORT, name) ? SHORT[name] : name;
}

/** Flags of Python that have no counterpart, and what to do instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  token: 'set HF_TOKEN: what stands in a command is seen by others',
  hubToken: 'set HF_TOKEN: what stands in a command is seen by others',
  cacheDir: 'set HF_HUB_CACHE',
  trustRemoteCode: 'no code of a repository is ever run; leave it out',
  dataloaderNumWorkers: 'give --num_workers',
  configName: 'a model brings its configuration; give model_name_or_path',
};

/** The message about a name that no flag has. */
export function unknownFlag(written: string, flags: readonly Flag[]): string {
  const name = fieldName(written);
  const known = flags.map((flag) => flag.name);
  const meant = likelyName(name, known) ?? likelyName(written, known);
  const advice = Object.hasOwn(ELSEWHERE, name)
    ? ELSEWHERE[name]
    : meant
      ? `is --${snakeCase(meant)} meant?`
      : '--help lists all';
  return `there is no --${written}; ${advice}`;
}
