import { FloatMatrix, nearestCenters } from 'onpa';
import { fitClusters } from './clusters.js';
import { MEASURES, type Measured, measure } from './measure.js';
import { CLUSTERS } from './recipe.js';

/** What the model is to find out about each frame of some clips. */
export interface Targets {
  /** Of each clip. */
  frames: number;
  /** All that was measured, scaled: (clips, frames, {@link MEASURES}). */
  features: Float32Array;
  /** The cluster of each frame: 2 × (clips, frames), of timbre and of harmony. */
  clusters: readonly Int32Array[];
}

/** The kinds of {@link Measured}, in the order of the features. */
const KINDS = ['harmony', 'timbre', 'level'] as const;
/** Where those that are clustered begin among the features, and how many they are. */
const CLUSTERED = [
  { first: 15, width: 39, count: CLUSTERS.timbre },
  { first: 0, width: 15, count: CLUSTERS.harmony },
];

/** Targets of the clips that are learnt from, and of those held out, which are scaled and clustered as the former. */
export function findTargets(clips: readonly Float32Array[], heldOut: readonly Float32Array[]): [Targets, Targets] {
  const [learnt, tested] = [clips, heldOut].map((part) => {
    const measured = part.map(measure);
    return { frames: measured[0].level.columns, features: joined(measured) };
  });
  const { mean, deviation } = statistics(learnt.features);
  for (const { features } of [learnt, tested]) scale(features, mean, deviation);
  const centres = CLUSTERED.map(({ first, width, count }, i) =>
    fitClusters(columns(learnt.features, first, width), count, i),
  );
  return [clustered(learnt, centres), clustered(tested, centres)];
}

function clustered(given: Omit<Targets, 'clusters'>, centres: readonly FloatMatrix[]): Targets {
  const found = CLUSTERED.map(({ first, width }, i) =>
    nearestCenters(columns(given.features, first, width), centres[i]),
  );
  return { ...given, clusters: found };
}

/** Frame after frame, clip after clip. */
function joined(measured: readonly Measured[]): Float32Array {
  const frames = measured[0].level.columns;
  const result = new Float32Array(measured.length * frames * MEASURES);
  const copy = ({ rows, columns, data }: FloatMatrix, start: number) => {
    for (let row = 0; row < rows; row++) {
      for (let t = 0; t < columns; t++) result[start + t * MEASURES + row] = data[row * columns + t];
    }
  };
  for (const [clip, kinds] of measured.entries()) {
    let start = clip * frames * MEASURES;
    for (const kind of KINDS) {
      copy(kinds[kind], start);
      start += kinds[kind].rows;
    }
  }
  return result;
}

/** Mean and deviation of each measurement. */
function statistics(features: Float32Array): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(MEASURES);
  const square = new Float64Array(MEASURES);
  const rows = features.length / MEASURES;
  for (let at = 0; at < features.length; at++) mean[at % MEASURES] += features[at] / rows;
  for (let at = 0; at < features.length; at++)
    square[at % MEASURES] += (features[at] - mean[at % MEASURES]) ** 2 / rows;
  return { mean, deviation: square.map((x) => Math.sqrt(x) + 1e-6) };
}

function scale(features: Float32Array, mean: Float64Array, deviation: Float64Array): void {
  for (let at = 0; at < features.length; at++) {
    features[at] = (features[at] - mean[at % MEASURES]) / deviation[at % MEASURES];
  }
}

/** Some of the measurements of each frame. */
function columns(features: Float32Array, first: number, width: number): FloatMatrix {
  const rows = features.length / MEASURES;
  const data = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    data.set(features.subarray(row * MEASURES + first, row * MEASURES + first + width), row * width);
  }
  return new FloatMatrix(rows, width, data);
}
