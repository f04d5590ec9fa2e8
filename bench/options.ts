/** What every suite is told. */
export interface BenchOptions {
  /** Fewer repetitions. */
  quick: boolean;
  /** What to measure, by the names that the suite knows; all where empty. */
  only: string[];
}
