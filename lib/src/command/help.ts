import { snakeCase } from '../json.js';
import { allFlags, type FlagGroup, type GroupName } from './job-flags.js';

const WORDS = { text: 'TEXT', number: 'NUMBER', boolean: '[true|false]', list: 'TEXT ...', json: 'TEXT|JSON' } as const;

const OPENING = `npx onpa train [arguments.json|arguments.yaml] --flag value ...

Trains a classifier of sounds and evaluates it, without a notebook, as Transformers' example script does:

  npx onpa train --dataset marsyas/gtzan --model ntu-spml/distilhubert --output_dir ft-hubert-on-gtzan

What was interrupted, by Ctrl+C or SIGTERM, is saved; the same command goes on. A flag is --flag value or --flag=value, with _ or -
in its name; of those that are true or false, --flag and --no_flag will do. It ends with 0 when all is done, 1 when something
failed, 2 where a flag or what it names is wrong, and 75 when it was stopped and is to be run again.
`;

/** What `--help` says: each flag with its default, and a line about it. */
export function helpText(groups: Readonly<Record<GroupName, FlagGroup>>): string {
  const listed = new Set(allFlags(groups));
  const parts = Object.values(groups).map(({ title, flags }) => {
    const entries = flags.filter((flag) => listed.has(flag));
    const lines = entries.map(({ name, kind, fallback, help }) => {
      const unless = fallback === undefined ? '' : ` (default ${fallback})`;
      return `  --${snakeCase(name)} ${WORDS[kind]}${unless}\n      ${help}`;
    });
    return `${title}\n${lines.join('\n')}\n`;
  });
  return [OPENING, ...parts].join('\n');
}
