/** What every suite is told. */
export interface BenchOptions {
  /** Fewer repetitions. */
  quick: boolean;
  /** What to measure, by the names that the suite knows; all where empty. */
  only: string[];
  /** For `endurance`: how many batches, by the small model in place of DistilHuBERT, going on where it ended. */
  steps?: number;
  small: boolean;
  resume: boolean;
}
