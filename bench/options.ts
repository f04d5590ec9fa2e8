/** What every suite is told. */
export interface BenchOptions {
  /** Fewer repetitions. */
  quick: boolean;
  /** What to measure, by the names that the suite knows; all where empty. */
  only: string[];
  /** For `vocoder`: threads of each program; default one for each processor. */
  threads?: number;
  /** For `endurance`: how many batches, by the small model in place of DistilHuBERT, going on where it ended. */
  steps?: number;
  small: boolean;
  resume: boolean;
  /** For `accuracy`: the seeds, and how many epochs; default 0 to 4, and those of lesson 6. */
  seeds?: number[];
  epochs?: number;
}
