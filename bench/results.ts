import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Machine, Versions } from './machine.js';
import { readIfThere } from './python.js';
import { root } from './setup.js';

/** What a program needed. Times are in ms of a call, memory in MB of 10⁶ bytes. */
export interface Figures {
  program: string;
  /** The median. */
  time: number;
  best: number;
  /** The peak of the process. */
  peak: number;
}

/** The same work by several programs, onpa first. */
export interface Row {
  name: string;
  /** How much: '30 s'. */
  input: string;
  programs: Figures[];
}

/** What a suite measured. */
export interface SuiteResults {
  suite: string;
  /** The day, as 2026-11-30. */
  date: string;
  versions: Versions;
  rows: Row[];
}

/** What was measured on a kind of machine: a file of bench/results, and what `--json` gives. */
export interface Results {
  machine: Machine;
  suites: SuiteResults[];
}

/** Where a file for each kind of machine lies. */
export const resultsFolder: string = join(root, 'bench', 'results');

/**
 * Reads results.
 *
 * @param path - for messages
 * @throws Error that says what is wrong with them, and where
 */
export function parseResults(text: string, path: string): Results {
  const wrong = (where: string, what: string): never => {
    throw new Error(`${path}: ${where} ${what}; write it anew with npm run bench -- --save`);
  };
  const object = (value: unknown, where: string): Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : wrong(where, 'is no object');
  const list = (value: unknown, where: string): unknown[] =>
    Array.isArray(value) && value.length > 0 ? value : wrong(where, 'is no list with something in it');
  const word = (value: unknown, where: string): string =>
    typeof value === 'string' && value !== '' ? value : wrong(where, 'is no text');
  const number = (value: unknown, where: string): number =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : wrong(where, 'is no number above 0');

  const readFigures = (value: unknown, where: string): Figures => {
    const { program, time, best, peak } = object(value, where);
    return {
      program: word(program, `${where}.program`),
      time: number(time, `${where}.time`),
      best: number(best, `${where}.best`),
      peak: number(peak, `${where}.peak`),
    };
  };
  const readRow = (value: unknown, where: string): Row => {
    const { name, input, programs } = object(value, where);
    return {
      name: word(name, `${where}.name`),
      input: word(input, `${where}.input`),
      programs: list(programs, `${where}.programs`).map((one, i) => readFigures(one, `${where}.programs[${i}]`)),
    };
  };
  const readSuite = (value: unknown, where: string): SuiteResults => {
    const { suite, date, versions, rows } = object(value, where);
    if (!/^\d{4}-\d\d-\d\d$/.test(word(date, `${where}.date`))) wrong(`${where}.date`, 'is no day as 2026-11-30');
    const names = Object.entries(object(versions, `${where}.versions`));
    return {
      suite: word(suite, `${where}.suite`),
      date: date as string,
      versions: Object.fromEntries(names.map(([name, one]) => [name, word(one, `${where}.versions.${name}`)])),
      rows: list(rows, `${where}.rows`).map((row, i) => readRow(row, `${where}.rows[${i}]`)),
    };
  };

  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return wrong('it', `is no JSON (${(error as Error).message})`);
  }
  const { machine, suites } = object(json, 'it');
  const { kind, processor, instructions, cores, memory } = object(machine, 'machine');
  return {
    machine: {
      kind: word(kind, 'machine.kind'),
      processor: word(processor, 'machine.processor'),
      instructions: word(instructions, 'machine.instructions'),
      cores: number(cores, 'machine.cores'),
      memory: number(memory, 'machine.memory'),
    },
    suites: list(suites, 'suites').map((suite, i) => readSuite(suite, `suites[${i}]`)),
  };
}

const fileOf = (folder: string, kind: string): string => join(folder, `${kind}.json`);

/** What is saved of a kind of machine. */
export function savedResults(kind: string, folder: string = resultsFolder): Results | undefined {
  const path = fileOf(folder, kind);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const results = parseResults(text, path);
  if (results.machine.kind === kind) return results;
  throw new Error(`${path}: machine.kind is '${results.machine.kind}'; name the file after it`);
}

/** What is saved of all kinds, in the order of their names. */
export function allResults(folder: string = resultsFolder): Results[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => savedResults(name.slice(0, -'.json'.length), folder)!);
}

/**
 * What stays of what is saved of a kind of machine, where these suites are measured anew.
 *
 * @throws Error where that was measured on another machine, as the file has one for all
 */
export function keptSuites(
  machine: Machine,
  measured: readonly string[],
  folder: string = resultsFolder,
): SuiteResults[] {
  const saved = savedResults(machine.kind, folder);
  const kept = (saved?.suites ?? []).filter(({ suite }) => !measured.includes(suite));
  if (kept.length === 0 || isDeepStrictEqual(machine, saved!.machine)) return kept;
  const { processor, cores, memory } = saved!.machine;
  throw new Error(
    `${fileOf(folder, machine.kind)} has ${kept.map(({ suite }) => suite).join(', ')} from another machine ` +
      `(${processor}, ${cores} cores, ${memory} GB); save all suites with one npm run bench -- --save`,
  );
}

/** Saves what was measured; suites that were not keep what is saved of them. Gives the path of the file. */
export function saveResults({ machine, suites }: Results, folder: string = resultsFolder): string {
  const measured = suites.map(({ suite }) => suite);
  const kept = keptSuites(machine, measured, folder);
  const all = [...kept, ...suites].sort((one, other) => one.suite.localeCompare(other.suite));
  const path = fileOf(folder, machine.kind);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${path}.part`, `${JSON.stringify({ machine, suites: all }, undefined, 2)}\n`);
  renameSync(`${path}.part`, path);
  return path;
}
