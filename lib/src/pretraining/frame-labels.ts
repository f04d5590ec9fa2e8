import { ParameterError } from '../errors.js';
import type { EncoderInput } from '../hubert/input.js';

/** What the frames of a clip are labelled: their classes from 0, −100 where one does not count; or that for each of several sets of labels. */
export type FrameLabels = ArrayLike<number> | readonly ArrayLike<number>[];

/** The labels of a batch, frame by frame. */
export interface FrameTargets {
  /** For each set of labels, row after row; −100 where a frame does not count: (batch · frames). */
  sets: Int32Array[];
  /** How many frames of each row have labels. */
  lengths: number[];
}

/** What labels have to fit. */
export interface LabelPlan {
  numClasses: readonly number[];
  /** Labels for each frame. */
  ratio: number;
}

const IGNORED = -100;

/** One array for each set of labels. */
export function labelSets(labels: FrameLabels): readonly ArrayLike<number>[] {
  return typeof labels[0] === 'object' ? (labels as readonly ArrayLike<number>[]) : [labels as ArrayLike<number>];
}

/**
 * What is wrong with the labels of a clip; undefined if nothing is.
 *
 * @param frames - how many the clip has; or the least and the most that its labels may be for
 */
export function labelProblem(
  labels: FrameLabels | undefined,
  frames: number | readonly number[],
  plan: LabelPlan,
): string | undefined {
  const { numClasses, ratio } = plan;
  if (labels === undefined) return 'has no labels for its frames; give frameLabels';
  const sets = labelSets(labels);
  if (sets.length !== numClasses.length) {
    return `has ${sets.length} sets of labels; the model has ${numClasses.length}`;
  }
  const counts = typeof frames === 'number' ? [frames] : frames;
  const least = Math.floor((Math.min(...counts) - 1) * ratio) + 1;
  const most = Math.ceil(Math.max(...counts) * ratio);
  for (const [i, set] of sets.entries()) {
    const name = sets.length > 1 ? ` in set ${i}` : '';
    if (set.length < least || set.length > most) {
      const wanted = least === most ? `${most}` : `${least} to ${most}`;
      return `has ${set.length} labels${name} for ${counts.join(' to ')} frames; give ${wanted}`;
    }
    for (let t = 0; t < set.length; t++) {
      if (set[t] === IGNORED || (Number.isInteger(set[t]) && set[t] >= 0 && set[t] < numClasses[i])) continue;
      return `has the label ${set[t]} at ${t}${name}; give a whole number from 0 to ${numClasses[i] - 1}`;
    }
  }
  return undefined;
}

/**
 * Aligns labels with the frames of a batch, like fairseq's `forward_targets`: where there are more labels than frames, a
 * frame takes the one where it begins. A row of a padded batch has the labels of its sound, or of all of it.
 *
 * @throws ParameterError that names the row, for labels that do not fit it
 */
export function alignLabels(
  labels: readonly FrameLabels[],
  { size, frames, lengths }: EncoderInput,
  plan: LabelPlan,
): FrameTargets {
  if (labels.length !== size) {
    throw new ParameterError(`frameLabels has ${labels.length} entries for ${size} rows`);
  }
  const { numClasses, ratio } = plan;
  // Without a mask nobody knows where a row's sound ends, but the longest has none of the padding.
  const longest = Math.max(...labels.map((row) => (row === undefined ? 0 : labelSets(row)[0].length)));
  const sets = numClasses.map(() => new Int32Array(size * frames).fill(IGNORED));
  const counted = labels.map((row, i) => {
    const sound = lengths?.[i] ?? (row !== undefined && labelSets(row)[0].length === longest ? frames : 1);
    const problem = labelProblem(row, sound === frames ? frames : [sound, frames], plan);
    if (problem) throw new ParameterError(`frameLabels[${i}]: the row ${problem}`);
    const count = Math.min(lengths?.[i] ?? frames, ...labelSets(row).map(({ length }) => Math.ceil(length / ratio)));
    for (const [k, set] of labelSets(row).entries()) {
      for (let t = 0; t < count; t++) sets[k][i * frames + t] = set[Math.floor(t * ratio)];
    }
    return count;
  });
  return { sets, lengths: counted };
}
