import type { Measured } from './in-turn.js';
import type { Machine, Versions } from './machine.js';
import type { Results, Row, SuiteResults } from './results.js';

/** A row is slower where its ratio to a peer was so many times as large when it was saved. */
const SLOWER = 1.2;

/** Collects what suites measure, beside what is saved of the same kind of machine. */
export class Recorder {
  /** Rows that are slower than the saved ones, as suite, row and words. */
  readonly slower: string[] = [];
  /** Rows of which nothing is saved to compare with, or of other peers. */
  readonly uncompared: string[] = [];
  /** How many were compared. */
  compared = 0;
  readonly #suites: SuiteResults[] = [];
  #rows: Row[] = [];

  /** @param print - what becomes of a suite's table */
  constructor(
    readonly machine: Machine,
    readonly saved: Results | undefined,
    readonly print: (text: string) => void,
  ) {}

  /**
   * Keeps a row: what each program needed, by its name, onpa's first.
   *
   * @returns for the table: '', or by how much it is slower than the saved one
   */
  add(suite: string, name: string, input: string, programs: readonly (readonly [string, Measured])[]): string {
    const figures = programs.map(([program, { time, best, peak }]) => ({
      program,
      time: rounded(time),
      best: rounded(best),
      peak: Math.round(peak),
    }));
    const row: Row = { name, input, programs: figures };
    this.#rows.push(row);
    const before = this.saved?.suites.find((one) => one.suite === suite);
    const same = before?.rows.find((one) => one.name === name && one.input === input);
    const factor = same && slowdown(row, same);
    if (factor === undefined) this.uncompared.push(`${suite}, ${name}, ${input}`);
    else this.compared++;
    const words = before && same ? slowerThan(row, same, before.date) : '';
    if (words !== '') this.slower.push(`${suite}, ${name}, ${input}: ${words}`);
    return words;
  }

  /** Prints the table of a suite, and ends its results. */
  end(suite: string, versions: Versions, table: string): void {
    const date = new Date().toISOString().slice(0, 10);
    if (this.#rows.length > 0) this.#suites.push({ suite, date, versions, rows: this.#rows });
    this.#rows = [];
    this.print(table);
  }

  get results(): Results {
    return { machine: this.machine, suites: this.#suites };
  }
}

/**
 * '' or 'slower by 1.3 than on DATE': machines of a kind differ, so that ratios to the peers are compared, not times, and
 * those of the fastest calls, since these hardly know of other programs.
 */
export function slowerThan(now: Row, before: Row, date: string): string {
  const factor = slowdown(now, before) ?? 0;
  return factor >= SLOWER ? `slower by ${factor.toFixed(1)} than on ${date}` : '';
}

/** By what a row is slower beside the peer where that is least; undefined where both have no peer in common. */
function slowdown(now: Row, before: Row): number | undefined {
  const ratios = (row: Row) => {
    const [onpa, ...peers] = row.programs;
    return new Map(peers.map(({ program, best }) => [program, best / onpa.best]));
  };
  const today = ratios(now);
  const factors = [...ratios(before)].flatMap(([program, ratio]) => {
    const other = today.get(program);
    return other === undefined ? [] : [ratio / other];
  });
  return factors.length > 0 ? Math.min(...factors) : undefined;
}

/** Four digits: what is left of a measurement when it is repeated. */
function rounded(x: number): number {
  return Number(x.toPrecision(4));
}
