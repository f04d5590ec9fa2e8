import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { CheckpointError } from '../../errors.js';
import { isFile, writeWhole } from '../../files.js';
import { formatJson, readJson, shown, snakeCase } from '../../json.js';
import { type TrainingArguments, writeArguments } from '../arguments/training-arguments.js';
import type { TrialRecord } from './trial.js';

/** The file of a search in its folder. */
const TRIALS_FILE = 'trials.json';

/** The longest that is read, in bytes. */
const LONGEST = 100_000_000;

/** What a search is, but for what it has found: it goes on only where all of it is the same. */
export type SearchIdentity = Readonly<Record<string, unknown>>;

/** Arguments that may change while a search goes on, as they change no objective. */
const INDIFFERENT: readonly (keyof TrainingArguments)[] = [
  'outputDir',
  'loggingStrategy',
  'loggingSteps',
  'loggingFirstStep',
  'saveStrategy',
  'saveSteps',
  'saveTotalLimit',
  'reportTo',
  'runName',
  'pushToHub',
  'hubStrategy',
  'hubAlwaysPush',
  'hubRevision',
  'hubModelId',
  'hubPrivateRepo',
  'disableTqdm',
  'restoreCallbackStatesFromCheckpoint',
  'featureCacheBytes',
  'featureCacheDiskBytes',
];

/** The arguments that say what is searched, under Transformers' keys. */
export function identityOf(args: TrainingArguments): Record<string, unknown> {
  const others = new Set<string>(INDIFFERENT.map(snakeCase));
  return Object.fromEntries(Object.entries(writeArguments(args)).filter(([key]) => !others.has(key)));
}

/** Writes what a search is and has found, so that whatever happens nobody finds half of it. */
export async function writeTrials(
  outputDir: string,
  identity: SearchIdentity,
  trials: readonly TrialRecord[],
): Promise<void> {
  const json = formatJson({ ...identity, trials }, 2);
  await writeWhole(path.join(outputDir, TRIALS_FILE), Buffer.from(`${json}\n`));
}

/**
 * The trials of a search that began in this folder before; none where none did. Clears away what a killed process left
 * half-written.
 *
 * @throws CheckpointError where it was another search; it says what differs
 */
export async function readTrials(outputDir: string, identity: SearchIdentity): Promise<TrialRecord[]> {
  const file = path.join(outputDir, TRIALS_FILE);
  for (const name of await readdir(outputDir)) {
    if (name.startsWith(`${TRIALS_FILE}.`) && name.endsWith('.part')) await rm(path.join(outputDir, name));
  }
  if (!(await isFile(file))) return [];
  const { trials, ...stored } = await readJson(file, LONGEST);
  if (!Array.isArray(trials)) throw new CheckpointError(`${file} is no file of a search; give another outputDir`);
  const found = differences(identity, stored);
  if (found.length === 0) return trials as TrialRecord[];
  throw new CheckpointError(
    `${file} belongs to another search: ${found.join('; ')}. Give the same to go on, or another outputDir to begin anew`,
  );
}

/** An argument that the file does not know is one of a later version, with its default. */
function differences(identity: SearchIdentity, stored: SearchIdentity): string[] {
  const flat = ({ args, ...rest }: SearchIdentity): SearchIdentity => ({
    ...rest,
    // Both have a seed.
    ...Object.fromEntries(Object.entries(args ?? {}).map(([key, value]) => [`args.${key}`, value])),
  });
  const [here, there] = [flat(identity), flat(stored)];
  return Object.keys(here)
    .filter((key) => key in there && formatJson(here[key] ?? null) !== formatJson(there[key] ?? null))
    .map((key) => `${key} is ${shown(here[key])} here and ${shown(there[key])} there`);
}
