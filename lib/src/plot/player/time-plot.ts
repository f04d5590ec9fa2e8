/** Where in a picture time runs: a plot, in shares of the picture's width and height, and the seconds at its edges. */
export interface TimePlot {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Seconds at the left edge; of a spectrogram a little less than 0. */
  from: number;
  /** Seconds at the right edge. */
  to: number;
}
