import type { TimePlot } from './time-plot.js';

/** What the script of a player knows of a sound besides its bytes; it stands as JSON in the attribute `data-onpa`. */
export interface SoundData {
  /** How long it plays. */
  seconds: number;
  /** What its samples are multiplied by when they are played. */
  gain: number;
  /** Where in its picture time runs. */
  plots: TimePlot[];
}
