/** What every suite is told. */
export interface BenchOptions {
  /** Fewer repetitions. */
  quick: boolean;
  /** The functions to measure; all where empty. */
  only: string[];
}
